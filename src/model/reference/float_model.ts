import { createFrames, type Frames, frameAt } from '../../data/frames.ts';
import { EsegenError } from '../../util/errors.ts';
import type { InitialState, TrainedModel } from '../lstm.ts';
import { FloatLstm } from './float_lstm.ts';

/** One utterance of a {@link FloatModel}. */
export interface FloatUtterance {
  /** Frames that belong to the utterance, 0 to T; default T. */
  readonly length?: number;
  /** State of every direction at its start, layer by layer; default that of the model. */
  readonly states?: readonly InitialState[];
}

/**
 * All LSTM layers of a trained model in double precision, whether the hardware can run them or not: stacked layers, both
 * directions, initial states, all cell rules. The output layer is not part of it.
 */
export class FloatModel {
  readonly #layers: readonly (readonly { readonly lstm: FloatLstm; readonly reverse: boolean }[])[];

  constructor(model: TrainedModel) {
    this.#layers = model.layers.map((directions) =>
      directions.map(({ layer, cell, initial, reverse }) => ({
        lstm: new FloatLstm(layer, { cell, initial }),
        reverse,
      })),
    );
  }

  /**
   * Runs one utterance.
   *
   * @param frames [T, I]; a reverse direction begins at the last frame of the utterance, and outputs behind it are zero
   *   (ONNX's `sequence_lens`)
   * @returns outputs of the last layer, [T, P], both directions side by side
   * @throws EsegenError where the frames are not I values wide, or the length is out of range
   */
  run(frames: Frames, { length = frames.frames, states }: FloatUtterance = {}): Frames {
    if (!Number.isInteger(length) || length < 0 || length > frames.frames) {
      throw new EsegenError('float model', `expected a length from 0 to ${frames.frames} frames, got ${length}`);
    }
    let values = frames;
    let at = 0;
    for (const directions of this.#layers) {
      const parts = directions.map(({ lstm, reverse }) => {
        lstm.reset(states?.[at++]);
        return runDirection(lstm, reverse, values, length);
      });
      values = sideBySide(parts);
    }
    return values;
  }
}

/**
 * Runs one utterance through a model, see {@link FloatModel.run}.
 *
 * @throws EsegenError as there
 */
export function runFloatModel(model: TrainedModel, frames: Frames, length: number = frames.frames): Frames {
  return new FloatModel(model).run(frames, { length });
}

function runDirection(lstm: FloatLstm, reverse: boolean, x: Frames, length: number): Frames {
  const { inputs, outputs } = lstm.layer;
  if (x.width !== inputs) {
    throw new EsegenError('float model', `frames have ${x.width} values, the layer takes ${inputs}`);
  }
  const y = createFrames(x.frames, outputs);
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
