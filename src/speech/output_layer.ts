import { createFrames, type Frames } from '../data/frames.ts';
import type { OutputLayer } from '../model/stacked_layer.ts';
import { EsegenError } from '../util/errors.ts';

/**
 * Logits of the linear output layer, `weight · y + bias`, in double precision.
 *
 * @param layer weight [classes, P], bias [classes]
 * @param y LSTM outputs, [T, P]
 * @returns [T, classes]
 * @throws EsegenError if the layer was made for vectors of another length
 */
export function applyOutputLayer(layer: OutputLayer, y: Frames): Frames {
  const { classes, weight, bias } = layer;
  if (weight.length !== classes * y.width) {
    throw new EsegenError('output layer', `takes vectors of ${weight.length / classes} values, got ${y.width}`);
  }
  const logits = createFrames(y.frames, classes);
  for (let t = 0; t < y.frames; t++) {
    for (let k = 0; k < classes; k++) {
      let sum = bias[k]!;
      for (let p = 0; p < y.width; p++) sum += weight[k * y.width + p]! * y.data[t * y.width + p]!;
      logits.data[t * classes + k] = sum;
    }
  }
  return logits;
}
