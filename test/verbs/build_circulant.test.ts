import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatNetwork } from '../../src/cli/build.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { importModel } from '../../src/model/import/read_model.ts';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { countWeights } from '../../src/program/weights.ts';
import { Rng } from '../../src/util/rng.ts';
import { buildModel } from '../../src/verbs/build_network.ts';
import { modelImage } from '../../src/verbs/image.ts';
import { inspect } from '../../src/verbs/inspect.ts';
import { pruneCirculant } from '../../src/verbs/prune_circulant.ts';
import { readNetworkCalibration } from '../../src/verbs/run/calibration.ts';
import { goldenModels } from '../../src/verbs/run/golden_model.ts';
import { normal } from '../model/import/safetensors_fixture.ts';

/** One LSTM layer of 8 inputs and 16 cells, block-circulant with blocks of 8. */
const BASE = { array: { groups: 2, lanes: 8 }, weightBits: 12, indexBits: 4 };
let root: string;
let model: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen circulant-'));
  const rng = new Rng(6);
  const dense = join(root, 'dense.safetensors');
  const tensors = new Map([
    ['lstm.weight_ih_l0', normal(rng, 64, 8)],
    ['lstm.weight_hh_l0', normal(rng, 64, 16)],
    ['lstm.bias_ih_l0', normal(rng, 64)],
    ['lstm.bias_hh_l0', normal(rng, 64)],
  ]);
  writeFileSync(dense, writeSafetensors(tensors));
  model = join(root, 'rings.safetensors');
  pruneCirculant({ model: dense, out: model, blocks: new Map([['default', 8]]) });
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function built(name: string, config: object) {
  const out = join(root, name);
  return { out, ...buildModel({ model, config: parseConfig({ ...BASE, ...config }, 'config'), out }) };
}

test('a layer of spectra becomes a network, whose summary and README name them; an image of it loads', () => {
  const { kind, result, out } = built('spectra', { elemLanes: 8 });
  if (kind !== 'network') throw new Error(kind);
  const { program } = result.design;
  expect(program.segments.map(({ block }) => block)).toEqual([8, 8]);
  // k words of a block of k x k; of these, none is likely to be zero.
  const { weights, nonZeros } = countWeights(program);
  expect(weights).toBe(64 * 24);
  expect(nonZeros).toBeLessThanOrEqual(weights / 8);
  expect(nonZeros).toBeGreaterThan(0.9 * (weights / 8));
  const line = `blocks of 8: ${program.segments.map(({ name }) => name).join(', ')}`;
  expect(formatNetwork(result)).toMatch(new RegExp(`spectra +${line}\n`));
  expect(formatNetwork(result)).toMatch(/^cycles +[\d,]+ (?:a step|an utterance of \d+ steps), by the cycle model$/m);
  expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain(`| spectra | ${line} |`);
  expect(result.warnings.filter((text) => text.includes('blocks of'))).toEqual([]);
  const inspected = inspect(model);
  expect(inspected.kind === 'model' && inspected.hardware.design).toBe('network');
  expect(modelImage({ model, design: out }).kind).toBe('network');
});

test.each([
  [
    'narrow',
    { elemLanes: 1, array: { groups: 2, lanes: 1 } },
    'a pair of a spectrum is in two lanes, the array has one: use "lanes": 2',
  ],
  [
    'saturating',
    { elemLanes: 8, accumulatorBits: 36 },
    'sums of spectra do not saturate: use "accumulatorBits": "exact"',
  ],
])(
  'hardware that does not transform their blocks stores matrices as they are, and says so: %s',
  (name, config, why) => {
    const { kind, result } = built(name, config);
    expect(kind).toBe('layer');
    const matrices = 'ix, fx, cx, ox, ir, fr, cr, or';
    expect(result.warnings).toContain(`lstm: ${matrices} have blocks of 8, but no spectra; ${why}`);
    const { graph } = importModel(model);
    const golden = goldenModels(model, graph, readNetworkCalibration(model, undefined, graph));
    const programOf = (own: object) => golden(parseConfig({ ...BASE, ...own }, 'config')).program;
    expect(programOf(config).segments.every(({ block }) => block === null)).toBe(true);
    expect(programOf({ elemLanes: 2 }).segments.every(({ block }) => block === 8)).toBe(true);
  },
);
