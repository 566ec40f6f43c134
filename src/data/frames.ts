/** A sequence of equally long vectors, one per time step: LSTM inputs [T, I], outputs [T, P] or logits [T, classes]. */
export interface Frames {
  /** T: number of vectors, 0 allowed. */
  readonly frames: number;
  /** Length of each vector. */
  readonly width: number;
  /** Values, [frames, width] row-major. */
  readonly data: Float64Array;
}

/** Zero-filled frames of the given shape. */
export function createFrames(frames: number, width: number): Frames {
  return { frames, width, data: new Float64Array(frames * width) };
}

/** Vector `t` as a view into `frames.data` (no copy); `t` in [0, frames.frames). */
export function frameAt(frames: Frames, t: number): Float64Array {
  return frames.data.subarray(t * frames.width, (t + 1) * frames.width);
}

/** Input frames of a run, in the design's integers. */
export interface IntegerFrames {
  readonly frames: number;
  readonly width: number;
  /** [frames, width]. */
  readonly data: Int16Array;
}
