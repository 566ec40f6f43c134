import { describe, expect, it } from 'vitest';
import { sampleLayer } from '../../fixtures/sample_design.ts';
import { measureVectors } from '../../src/compiler/calibrate.ts';
import { fractionFor } from '../../src/compiler/fraction_bits.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import { FloatLstm } from '../../src/model/reference/float_lstm.ts';
import type { StackedLayer } from '../../src/model/stacked_layer.ts';
import { quantize } from '../../src/util/fixed.ts';

/** A layer one of whose cells counts: its gates i and f are open, and it adds up tanh(3). */
function counting(): StackedLayer {
  const layer = sampleLayer({ inputs: 6, cells: 12, outputs: 5 });
  const bias = layer.bias.slice();
  for (const [gate, value] of [20, 20, 3].entries()) bias[gate * 12] = value;
  return { ...layer, bias };
}

function errorsOfY(layer: StackedLayer, bits: number, fractions: readonly number[]): readonly number[] {
  const { frames, utteranceStarts } = randomCalibration(layer.inputs);
  const exact = new FloatLstm(layer).run(frames, { utteranceStarts }).data;
  return fractions.map((frac) => {
    const lstm = new FloatLstm(layer, { round: (c) => quantize(c, frac, bits) / 2 ** frac });
    return lstm.run(frames, { utteranceStarts }).data.reduce((sum, v, i) => sum + (v - exact[i]!) ** 2, 0);
  });
}

describe('fraction bits of c', () => {
  it('give the largest c its place where the width allows it', () => {
    const layer = sampleLayer({ inputs: 6, cells: 12, outputs: 5 });
    const { cellPeak, cellFraction } = measureVectors(layer, randomCalibration(6));
    expect(cellFraction(16)).toBe(fractionFor(cellPeak, 16));
    expect(measureVectors(counting(), randomCalibration(6)).cellFraction(16)).toBe(16 - 1 - 6);
  });

  it('cut a cell that counts where the others need the resolution', () => {
    const layer = counting();
    const { cellPeak, cellFraction } = measureVectors(layer, randomCalibration(6));
    expect(cellPeak).toBeGreaterThan(32);
    const chosen = cellFraction(8);
    expect(chosen).toBeGreaterThan(fractionFor(cellPeak, 8));
    const all = errorsOfY(layer, 8, [1, 2, 3, 4, 5, 6]);
    expect(all[chosen - 1]).toBe(Math.min(...all));
  });

  it('are what they are without any signal', () => {
    const layer = sampleLayer({ inputs: 2, cells: 3 });
    const silent = {
      ...layer,
      weightX: new Float64Array(24),
      weightR: new Float64Array(36),
      bias: new Float64Array(12),
    };
    const { cellPeak, cellFraction } = measureVectors(silent, randomCalibration(2));
    expect(cellPeak).toBe(0);
    expect(cellFraction(8)).toBe(7);
    expect(cellFraction(16)).toBe(15);
  });
});
