import {
  type Activation,
  type ConvLayer,
  type Matrix,
  type NodeId,
  POINT_WINDOW,
  type Window,
  windowOutputs,
} from '../../model/graph.ts';
import type { AffineTerm, TermWindow } from '../legal_graph.ts';
import { scaleRows, selectionMatrix } from './matrices.ts';
import { channelBlocks, columnsBySource, type View } from './view.ts';

/** An affine layer while what stands behind it is being taken in. */
export interface Affine {
  readonly id: NodeId;
  readonly name: string;
  readonly rows: number;
  /** Positions of a step at which the rows are computed, by axis; empty where its terms have no windows, or none over space. */
  readonly sizes: readonly number[];
  readonly terms: readonly AffineTerm[];
  readonly bias: Float64Array;
  readonly activation: Activation | null;
}

/** Products of a matrix over a view with each of its sources. */
export function wholeTerms(matrix: Matrix, view: View): readonly AffineTerm[] {
  const parts = columnsBySource(matrix, view);
  const used = view.sources.map(() => new Set<number>());
  for (const [n, source] of view.source.entries()) used[source]!.add(view.element[n]!);
  return view.sources.map(({ id }, n) => {
    return { source: id, weight: parts[n]!, weights: matrix.rows * used[n]!.size, window: null };
  });
}

/**
 * diag(factors) over a view: element by element, or where it has several positions channel by channel.
 *
 * @param shape how the view is read, [channels, …sizes]
 * @param factors [channels]
 * @returns null where the view does not have whole channels
 */
export function diagonalTerms(
  view: View,
  shape: readonly number[],
  factors: ArrayLike<number>,
): readonly AffineTerm[] | null {
  const [channels, ...sizes] = shape as readonly [number, ...number[]];
  const positions = product(sizes);
  if (positions === 1) {
    return view.sources.map(({ id, elements }, n) => {
      const columns = view.element.map((from, row) => (view.source[row] === n ? from : -1));
      return { source: id, ...selection(elements, columns, factors), window: null };
    });
  }
  const blocks = channelBlocks(view, positions);
  if (blocks === null) return null;
  return blocks.map(({ source, channels: held, from, to }) => {
    const columns = new Int32Array(channels).fill(-1);
    for (const [n, channel] of to.entries()) columns[channel] = from[n]!;
    const window: TermWindow = { channels: held, space: sizes.map(() => POINT_WINDOW), time: POINT_WINDOW };
    return { source, ...selection(held, columns, factors), window };
  });
}

function selection(
  columns: number,
  index: Int32Array,
  factors: ArrayLike<number>,
): Pick<AffineTerm, 'weight' | 'weights'> {
  const weights = index.reduce((count, column) => count + Number(column >= 0), 0);
  return { weight: selectionMatrix(columns, index, factors), weights };
}

/**
 * A convolution over a view of whole channels: one term for each source, its groups as blocks of one matrix, dilated kernels with
 * zeros between their taps.
 *
 * @param shape how the view is read, [channels, …sizes]
 * @returns null where the view does not have whole channels
 */
export function convTerms(layer: ConvLayer, view: View, shape: readonly number[]): readonly AffineTerm[] | null {
  const blocks = channelBlocks(view, product(shape.slice(1)));
  if (blocks === null) return null;
  const windows = [...layer.space, layer.time].map(undilated);
  const [space, time] = [windows.slice(0, -1), windows.at(-1)!];
  const taps = tapPlaces([...layer.space, layer.time]);
  const kernel = product(windows.map((window) => window.kernel));
  const perGroup = layer.channels / layer.groups;
  const { rows, columns, values } = layer.weight;
  const rowsPerGroup = rows / layer.groups;
  return blocks.map(({ source, channels, from, to }) => {
    const place = new Map(to.map((channel, n) => [channel, from[n]!]));
    const spread = new Float64Array(rows * channels * kernel);
    let weights = 0;
    for (let row = 0; row < rows; row++) {
      const first = Math.floor(row / rowsPerGroup) * perGroup;
      for (let n = 0; n < perGroup; n++) {
        const channel = place.get(first + n);
        if (channel === undefined) continue;
        const at = (row * channels + channel) * kernel;
        weights += taps.length;
        for (let tap = 0; tap < taps.length; tap++) {
          spread[at + taps[tap]!]! += values[row * columns + n * taps.length + tap]!;
        }
      }
    }
    const weight = { rows, columns: channels * kernel, values: spread };
    return { source, weight, weights, window: { channels, space, time } };
  });
}

/** Positions that a convolution computes along each axis of space. */
export function convSizes(layer: ConvLayer, shape: readonly number[]): readonly number[] {
  return layer.space.map((window, axis) => windowOutputs(window, shape[axis + 1]!));
}

/** The same window with a kernel that has zeros between its taps. */
function undilated(window: Window): Window {
  return { ...window, kernel: window.dilation * (window.kernel - 1) + 1, dilation: 1 };
}

/** Where the taps of dilated kernels stand in the kernels without dilation, the last axis innermost. */
function tapPlaces(windows: readonly Window[]): Int32Array {
  let places = Int32Array.of(0);
  for (const { kernel, dilation } of windows) {
    const wide = dilation * (kernel - 1) + 1;
    const next = new Int32Array(places.length * kernel);
    for (let n = 0; n < places.length; n++) {
      for (let k = 0; k < kernel; k++) next[n * kernel + k] = places[n]! * wide + k * dilation;
    }
    places = next;
  }
  return places;
}

/**
 * The layer with an activation behind it; null where it has another one already. A hard sigmoid becomes a clip, with its slope
 * and offset in the weights.
 */
export function withActivation(affine: Affine, activation: Activation): Affine | null {
  if (affine.activation !== null) {
    const joined = joinedClip(affine.activation, activation);
    return joined === null ? null : { ...affine, activation: joined };
  }
  if (activation.kind !== 'hardSigmoid') return { ...affine, activation };
  const { alpha, beta } = activation;
  const slopes = new Float64Array(affine.rows).fill(alpha);
  const sloped = scaledAffine(affine, slopes, new Float64Array(affine.rows).fill(beta));
  return { ...sloped, activation: { kind: 'clip', low: 0, high: 1 } };
}

/** scale ⊙ (sums + bias) + shift, row by row. */
export function scaledAffine(affine: Affine, scale: ArrayLike<number>, shift: ArrayLike<number>): Affine {
  return {
    ...affine,
    terms: affine.terms.map((term) => ({ ...term, weight: scaleRows(term.weight, scale) })),
    bias: affine.bias.map((value, row) => value * scale[row]! + shift[row]!),
  };
}

/** One clip for two, the second behind the first; null where either is no clip. */
function joinedClip(first: Activation, second: Activation): Activation | null {
  const [inner, outer] = [limitsOf(first), limitsOf(second)];
  if (inner === null || outer === null) return null;
  const clip = (value: number) => Math.min(Math.max(value, outer.low), outer.high);
  return { kind: 'clip', low: clip(inner.low), high: clip(inner.high) };
}

function limitsOf(activation: Activation): { readonly low: number; readonly high: number } | null {
  if (activation.kind === 'relu') return { low: 0, high: Number.POSITIVE_INFINITY };
  return activation.kind === 'clip' ? activation : null;
}

/** Product of sizes; 1 of none. */
export function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
