import { EsegenError } from '../errors.ts';
import { createFrames, type Frames, frameAt } from '../frames.ts';
import type { LstmDirection, TrainedModel } from '../model.ts';
import { FloatLstm } from './float_lstm.ts';

/**
 * Runs all LSTM layers of a trained model in double precision, whether the hardware can run them or not: stacked layers, both
 * directions, initial states, all cell rules. The output layer is not part of it.
 *
 * @param frames one utterance, [T, I]
 * @param length frames that belong to the utterance, 0 to T: a reverse direction begins at the last of them, and outputs
 *   behind them are zero (ONNX's `sequence_lens`). Default T
 * @returns outputs of the last layer, [T, P], both directions side by side
 * @throws EsegenError where the frames are not I values wide, or the length is out of range
 */
export function runFloatModel(model: TrainedModel, frames: Frames, length: number = frames.frames): Frames {
  if (!Number.isInteger(length) || length < 0 || length > frames.frames) {
    throw new EsegenError('float model', `expected a length from 0 to ${frames.frames} frames, got ${length}`);
  }
  let values = frames;
  for (const directions of model.layers) {
    const parts = directions.map((direction) => runDirection(direction, values, length));
    values = sideBySide(parts);
  }
  return values;
}

function runDirection({ layer, cell, reverse, initial }: LstmDirection, x: Frames, length: number): Frames {
  if (x.width !== layer.inputs) {
    throw new EsegenError('float model', `frames have ${x.width} values, the layer takes ${layer.inputs}`);
  }
  const lstm = new FloatLstm(layer, { cell, initial });
  const y = createFrames(x.frames, layer.outputs);
  for (let n = 0; n < length; n++) {
    const t = reverse ? length - 1 - n : n;
    lstm.step(frameAt(x, t), frameAt(y, t));
  }
  return y;
}

function sideBySide(parts: readonly Frames[]): Frames {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const joined = createFrames(
    first!.frames,
    parts.reduce((sum, { width }) => sum + width, 0),
  );
  let at = 0;
  for (const part of parts) {
    for (let t = 0; t < part.frames; t++) frameAt(joined, t).set(frameAt(part, t), at);
    at += part.width;
  }
  return joined;
}
