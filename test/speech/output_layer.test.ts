import { describe, expect, it } from 'vitest';
import { applyOutputLayer } from '../../src/speech/output_layer.ts';
import { EsegenError } from '../../src/util/errors.ts';

const LAYER = { classes: 2, weight: Float32Array.of(1, 2, 3, -1, 0.5, 0), bias: Float64Array.of(0.25, -4) };

describe('applyOutputLayer', () => {
  it('multiplies each frame and adds the bias', () => {
    const logits = applyOutputLayer(LAYER, { frames: 2, width: 3, data: Float64Array.of(1, 10, 100, -2, 4, 0) });
    expect(logits).toEqual({ frames: 2, width: 2, data: Float64Array.of(321.25, 0, 6.25, 0) });
  });

  it('refuses frames of another width', () => {
    expect(() => applyOutputLayer(LAYER, { frames: 1, width: 2, data: new Float64Array(2) })).toThrow(
      new EsegenError('output layer', 'takes vectors of 3 values, got 2'),
    );
  });
});
