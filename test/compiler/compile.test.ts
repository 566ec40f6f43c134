import { describe, expect, it } from 'vitest';
import { sampleDesign, sampleLayer } from '../../fixtures/sample_design.ts';
import { weightRows } from '../../src/cli/describe.ts';
import { type CompileReport, compile } from '../../src/compiler/compile.ts';
import { estimateCycles } from '../../src/cycles/estimate.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import type { Encoding } from '../../src/machine/config.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { randomLayer } from './prune/random_layer.ts';

const SHAPE = { inputs: 21, cells: 32, outputs: 24, projection: true };

/** A dense layer of normal weights on 4 x 8 lanes; in 4 bits many of them round to zero. */
function coarse(encoding: Encoding, shape = SHAPE, density = 0.8) {
  const config = { array: { groups: 4, lanes: 8 }, weightBits: 4, encoding, density };
  return compile(randomLayer(shape, 3), parseConfig(config, 'test'), randomCalibration(shape.inputs));
}

describe('compile with column-balanced pruning', () => {
  it('stores kept weights that round to zero, so that the lanes of a group share their counts', () => {
    const { design, report } = coarse('column-balanced');
    expect(report.roundedToZero).toBeGreaterThan(100);
    expect(report.padding).toBe(report.roundedToZero);
    expect(design.dimensions.sharedCounts).toBe(true);
    expect(estimateCycles(design).paddingCycles).toBe(report.roundedToZero / 32);
    expect(report.imbalance.overall).toBeLessThan(1.02);
  });

  it('does so at density 1 too', () => {
    const { design, report } = coarse('column-balanced', SHAPE, 1);
    expect(report.pruned).toBe(false);
    expect(report.nonZeros + report.padding).toBe(report.weights);
    expect(design.dimensions.sharedCounts).toBe(true);
  });

  it('does not store them with other encodings', () => {
    for (const encoding of ['ese', 'ese-padding-aware'] as const) {
      const { design, report } = coarse(encoding);
      expect(report.roundedToZero).toBeGreaterThan(100);
      expect(report.padding).toBe(0);
      expect(design.dimensions.sharedCounts).toBe(false);
    }
  });

  it('does not share counts where lanes have different numbers of rows', () => {
    expect(coarse('column-balanced', { ...SHAPE, outputs: 23 }).design.dimensions.sharedCounts).toBe(false);
  });

  it('leaves the words of an imported mask as they are', () => {
    const layer = { inputs: 21, cells: 32, outputs: 24 };
    const config = { array: { groups: 2, lanes: 8 }, weightBits: 4 };
    const [balanced, plain] = (['column-balanced', 'ese'] as const).map((encoding) =>
      sampleDesign(layer, { ...config, encoding }),
    );
    expect(balanced!.report.roundedToZero).toBeGreaterThan(0);
    expect(balanced!.report).toEqual(plain!.report);
    expect(balanced!.design.matrices).toEqual(plain!.design.matrices);
  });
});

/** What the summary of a build says about it. */
function imbalanceRow(report: CompileReport): string | undefined {
  return weightRows(report).find(([label]) => label === 'imbalance')?.[1];
}

describe('imbalance', () => {
  it('is the fullest lane over the mean, by matrix and overall', () => {
    // One cell a lane. Lane 0 has all of W_x, and half of W_r.
    const layer = sampleLayer({ inputs: 4, cells: 2, density: 1 });
    const weightX = layer.weightX.map((weight, at) => (Math.floor(at / 4) % 2 === 0 ? weight : 0));
    const config = parseConfig({ array: { lanes: 2 }, weightBits: 16 }, 'test');
    const { report } = compile({ ...layer, weightX }, config, randomCalibration(4));
    expect(report.imbalance).toEqual({ x: 2, r: 1, p: null, overall: (16 + 8) / ((16 + 8 + 8) / 2) });
    expect(report.wordsMax / report.wordsMean).toBe(report.imbalance.overall);
    expect(imbalanceRow(report)).toBe(
      'fullest PE 1.50 times the mean (W_x 2.00, W_r 1.00); prune with balance to gain up to 33.33 % of the cycles',
    );
    // There is nothing to gain where esegen has pruned, or where lanes are about equal.
    expect(imbalanceRow({ ...report, pruned: true })).toBe('fullest PE 1.50 times the mean (W_x 2.00, W_r 1.00)');
    const even = { ...report, imbalance: { x: 2, r: 1, p: 1, overall: 1.1 } };
    expect(imbalanceRow(even)).toBe('fullest PE 1.10 times the mean (W_x 2.00, W_r 1.00, W_ym 1.00)');
  });

  it('is 1 where there are no words', () => {
    const { report } = sampleDesign({ inputs: 4, cells: 2, outputs: 2, density: 0 }, { array: { lanes: 2 } });
    expect(report.imbalance).toEqual({ x: 1, r: 1, p: 1, overall: 1 });
  });
});
