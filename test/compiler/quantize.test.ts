import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleDesign, sampleLayer } from '../../fixtures/sample_design.ts';
import { measureVectors, type VectorValues } from '../../src/compiler/calibrate.ts';
import { quantizeLayer } from '../../src/compiler/quantize.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { StackedLayer } from '../../src/model/stacked_layer.ts';
import { fillerWord } from '../../src/program/stream.ts';

/** Values whose negatives would round to the most negative integer of their format: the largest one sets the scale. */
const value = fc.oneof(fc.constantFrom(-1, -0.5, -(2 ** -7), 1, 0.5, 0), fc.double({ min: -4, max: 4, noNaN: true }));

/** A layer of one cell with a projection. */
const layers: fc.Arbitrary<StackedLayer> = fc
  .record({
    weightX: fc.array(value, { minLength: 8, maxLength: 8 }),
    weightR: fc.array(value, { minLength: 4, maxLength: 4 }),
    weightP: fc.array(value, { minLength: 1, maxLength: 1 }),
  })
  .map(({ weightX, weightR, weightP }) => ({
    inputs: 2,
    cells: 1,
    outputs: 1,
    weightX: Float64Array.from(weightX),
    weightR: Float64Array.from(weightR),
    weightP: Float64Array.from(weightP),
    bias: new Float64Array(4),
    peepholes: null,
  }));

function valuesOf(layer: StackedLayer): VectorValues {
  return measureVectors(layer, randomCalibration(layer.inputs));
}

describe('quantizeLayer', () => {
  test('never makes the most negative weight', () => {
    fc.assert(
      fc.property(layers, fc.integer({ min: 4, max: 16 }), (layer, weightBits) => {
        const config = parseConfig({ array: { lanes: 1 }, weightBits }, 'config');
        const { weightX, weightR, weightP } = quantizeLayer(layer, config, valuesOf(layer));
        for (const weight of [...weightX, ...weightR, ...weightP!]) {
          expect(weight).toBeGreaterThan(-(2 ** (weightBits - 1)));
          expect(weight).toBeLessThan(2 ** (weightBits - 1));
        }
      }),
    );
  });

  test('tells what to look for where a bias is beyond the gate sums', () => {
    const layer = sampleLayer({ inputs: 2, cells: 3 });
    layer.bias[5] = 1e20;
    const config = parseConfig({ array: { lanes: 1 } }, 'config');
    expect(() => quantizeLayer(layer, config, valuesOf(layer))).toThrow(
      /^model: gate sums need \d+ bits, .* or check the model for very large biases and peepholes$/,
    );
  });

  test('so no word of a design is the filler of external memory', () => {
    for (const weightBits of [4, 12]) {
      const { design } = sampleDesign(
        { inputs: 9, cells: 8, outputs: 8, density: 1 },
        { array: { lanes: 2 }, weightBits },
      );
      for (const { words, format } of design.matrices) {
        expect(words.some((lane) => lane.length > 0)).toBe(true);
        expect(words.some((lane) => lane.includes(fillerWord(format)))).toBe(false);
      }
    }
  });
});
