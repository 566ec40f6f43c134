import { createFrames, type Frames } from '../../data/frames.ts';
import { type ConvLayer, type Matrix, type Window, windowOutputs } from '../graph.ts';
import { activate } from './activation.ts';
import { MatrixProduct } from './matrix_product.ts';

/** Values of windows that are laid out before they are multiplied, about. */
const BLOCK_VALUES = 2 ** 16;

/**
 * A convolution in double precision: windows are laid out side by side (im2col), block by block, and multiplied by the weights of
 * each group.
 */
export class FloatConv {
  readonly layer: ConvLayer;
  /** Sizes of the axes of space. */
  readonly #space: readonly number[];
  readonly #groups: readonly MatrixProduct[];
  /** Elements of a channel of the source, or of the output. */
  readonly #area: number;
  readonly #positions: number;
  /** For each axis, [outputs, kernel]: the position that a tap reads, or -1 where it reads a zero. */
  readonly #taps: readonly Int32Array[];

  /** @param shape of the input: [channels, …space] */
  constructor(layer: ConvLayer, shape: readonly number[]) {
    this.layer = layer;
    this.#space = shape.slice(1);
    const outputs = layer.space.map((window, axis) => windowOutputs(window, this.#space[axis]!));
    this.#area = product(this.#space);
    this.#positions = product(outputs);
    this.#taps = layer.space.map((window, axis) => tapsOf(window, this.#space[axis]!, outputs[axis]!));
    const rows = layer.weight.rows / layer.groups;
    this.#groups = Array.from(
      { length: layer.groups },
      (_, group) => new MatrixProduct(rowsOf(layer.weight, group, rows)),
    );
  }

  /** @param x [T, channels · positions]; the result has the windows' steps and positions. */
  run(x: Frames): Frames {
    const { channels, groups, weight, bias, time, activation } = this.layer;
    const steps = windowOutputs(time, x.frames);
    const positions = this.#positions;
    const result = createFrames(steps, weight.rows * positions);
    const rows = weight.rows / groups;
    const block = Math.max(4, Math.floor(BLOCK_VALUES / weight.columns));
    const windows = new Float64Array(block * weight.columns);
    const sums = new Float64Array(block * rows);
    const places = new Int32Array(weight.columns / (channels / groups) / time.kernel);
    const all = steps * positions;
    for (let first = 0; first < all; first += block) {
      const count = Math.min(block, all - first);
      for (let group = 0; group < groups; group++) {
        for (let n = 0; n < count; n++) {
          const step = Math.floor((first + n) / positions);
          this.#places((first + n) % positions, places);
          this.#window(x, step, group, places, windows, n * weight.columns);
        }
        this.#groups[group]!.apply(windows, 0, count, sums);
        for (let n = 0; n < count; n++) {
          const step = Math.floor((first + n) / positions);
          const at = step * result.width + ((first + n) % positions);
          for (let row = 0; row < rows; row++) {
            const output = group * rows + row;
            result.data[at + output * positions] = sums[n * rows + row]! + bias[output]!;
          }
        }
      }
    }
    activate(activation, result.data);
    return result;
  }

  /** Where in a channel the taps of an output position read, the last axis innermost; -1 where one reads a zero. */
  #places(position: number, places: Int32Array): void {
    places.fill(0);
    let rest = position;
    let repeat = 1;
    let stride = 1;
    for (let axis = this.#taps.length - 1; axis >= 0; axis--) {
      const taps = this.#taps[axis]!;
      const { kernel } = this.layer.space[axis]!;
      const outputs = taps.length / kernel;
      const from = (rest % outputs) * kernel;
      rest = Math.floor(rest / outputs);
      for (let n = 0; n < places.length; n++) {
        const tap = taps[from + (Math.floor(n / repeat) % kernel)]!;
        places[n] = tap < 0 || places[n]! < 0 ? -1 : places[n]! + tap * stride;
      }
      repeat *= kernel;
      stride *= this.#space[axis]!;
    }
  }

  /** Lays out one window of a group of channels, time innermost. */
  #window(x: Frames, step: number, group: number, places: Int32Array, windows: Float64Array, to: number): void {
    const { channels, groups, time } = this.layer;
    const depth = channels / groups;
    const start = step * time.stride - time.before;
    let at = to;
    for (let channel = group * depth; channel < (group + 1) * depth; channel++) {
      for (let n = 0; n < places.length; n++) {
        const place = places[n]!;
        const element = channel * this.#area + place;
        for (let k = 0; k < time.kernel; k++) {
          const t = start + k * time.dilation;
          windows[at++] = place < 0 || t < 0 || t >= x.frames ? 0 : x.data[t * x.width + element]!;
        }
      }
    }
  }
}

function tapsOf({ kernel, stride, dilation, before }: Window, size: number, outputs: number): Int32Array {
  const taps = new Int32Array(outputs * kernel);
  for (let n = 0; n < taps.length; n++) {
    const at = Math.floor(n / kernel) * stride - before + (n % kernel) * dilation;
    taps[n] = at < 0 || at >= size ? -1 : at;
  }
  return taps;
}

function rowsOf({ columns, values }: Matrix, group: number, rows: number): Matrix {
  return { rows, columns, values: values.subarray(group * rows * columns, (group + 1) * rows * columns) };
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
