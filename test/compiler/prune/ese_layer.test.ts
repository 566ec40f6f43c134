import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { eseModel } from '../../../bench/lib/ese_model.ts';
import { compile } from '../../../src/compiler/compile.ts';
import { estimateCycles } from '../../../src/cycles/estimate.ts';
import { randomCalibration } from '../../../src/data/calibration_set.ts';
import { ENCODINGS, type Encoding } from '../../../src/machine/config.ts';
import { readConfig } from '../../../src/machine/config_file.ts';
import { readModel } from '../../../src/model/import/read_model.ts';
import { magnitudes } from './random_layer.ts';

const LANES = 32;
const DEPTHS = [8, 16, 32] as const;

function configOf(name: string) {
  return readConfig(fileURLToPath(new URL(`../../../configs/${name}.json`, import.meta.url)));
}

describe('encodings of the ESE layer', () => {
  const directory = mkdtempSync(join(tmpdir(), 'esegen-prune-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'ese.safetensors');
  writeFileSync(path, eseModel(2017));
  const { layer } = readModel(path);
  const config = configOf('ese-layer');

  const results = ENCODINGS.map((encoding) => {
    const { layer: pruned, design, report } = compile(layer, { ...config, encoding }, randomCalibration(layer.inputs));
    const cycles = DEPTHS.map(
      (fifoDepth) => estimateCycles({ ...design, config: { ...design.config, fifoDepth } }).cyclesPerFrame,
    );
    const kept = magnitudes(pruned).reduce((a, b) => a + b, 0);
    return { encoding, design, report, cycles, kept };
  });
  const resultOf = (encoding: Encoding) => results.find((result) => result.encoding === encoding)!;

  it('all have 364,320 non-zeros', () => {
    for (const { encoding, report, cycles, kept } of results) {
      expect(report.nonZeros).toBe(364_320);
      const loss = 100 * (1 - kept / resultOf('ese').kept);
      console.log(
        `${encoding}: ${report.padding} padding words, ${report.wordsMax} words in the fullest lane, ` +
          `${cycles.join(' / ')} cycles per frame at FIFO depth ${DEPTHS.join(' / ')}, ` +
          `${loss.toFixed(2)} % of the kept magnitude lost`,
      );
    }
  });

  it('have no padding and equal lanes where they avoid it', () => {
    for (const encoding of ['ese-padding-aware', 'column-balanced'] as const) {
      const { design, report, kept } = resultOf(encoding);
      expect(report.padding).toBe(0);
      for (const matrix of design.matrices) {
        for (const words of matrix.words) expect(words.length).toBe(matrix.words[0]!.length);
      }
      expect(report.wordsMax).toBe(364_320 / LANES);
      expect(kept).toBeGreaterThan(0.96 * resultOf('ese').kept);
    }
  });

  it('reach the cycles of their configs', () => {
    expect(configOf('ese-layer-padding-aware')).toMatchObject({ encoding: 'ese-padding-aware', fifoDepth: 32 });
    expect(resultOf('ese-padding-aware').cycles[2]).toBeLessThan(11_600);
    expect(configOf('ese-layer-column-balanced')).toMatchObject({ encoding: 'column-balanced', fifoDepth: 8 });
    expect(resultOf('column-balanced').cycles[0]).toBeLessThan(11_450);
  });

  it.each([
    ['latency-ku060', 1024, 375],
    ['latency2-ku060', 2048, 220],
  ])('reach the cycles of %s at one voice', (name, multipliers, most) => {
    const { design, report } = compile(layer, configOf(name), randomCalibration(layer.inputs));
    const { cyclesPerFrame } = estimateCycles(design);
    console.log(`${name}: ${cyclesPerFrame} cycles per frame, ${report.wordsMax} words in the fullest lane`);
    expect(design.dimensions).toMatchObject({ multipliers, channels: 1, sharedCounts: true });
    expect(report.imbalance.overall).toBeLessThan(1.01);
    expect(cyclesPerFrame).toBeLessThan(most);
  });
});
