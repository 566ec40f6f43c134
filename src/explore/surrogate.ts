import type { Vector } from './front.ts';

/** Where a run lies: a number for each value of each axis. A text has no distance but to itself. */
export type Place = readonly (number | string)[];

/** What the surrogate expects of a value, and how far it may be off: one standard deviation. */
export interface Guess {
  readonly mean: number;
  readonly deviation: number;
}

/** Shares of the variance: of single axes, of pairs of them, and of what neither explains. */
const SINGLE = 1;
const PAIR = 0.3;
const NOISE = 1e-3;

/**
 * Gaussian process over a grid (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, algorithm 2.1). Its kernel is the sum
 * over axes and over pairs of axes: cycles and resources are nearly products of what the axes contribute, so their logarithms are
 * sums, and what a model makes of an array is the rest.
 */
export class Surrogate {
  readonly #places: readonly Place[];
  /** Lower triangle of the Cholesky factor, row by row. */
  readonly #factor: Float64Array;
  readonly #known: readonly { readonly weights: Float64Array; readonly mean: number; readonly scale: number }[];

  /** @param values one vector for each place, equally long */
  constructor(places: readonly Place[], values: readonly Vector[]) {
    this.#places = places;
    const size = places.length;
    this.#factor = cholesky(size, (a, b) => kernel(places[a]!, places[b]!) + (a === b ? NOISE : 0));
    this.#known = values[0]!.map((_, target) => {
      const own = values.map((vector) => vector[target]!);
      const mean = own.reduce((sum, value) => sum + value, 0) / size;
      const scale = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size) || 1;
      const centred = Float64Array.from(own, (value) => (value - mean) / scale);
      return { weights: solveBack(this.#factor, solve(this.#factor, centred)), mean, scale };
    });
  }

  /** Guesses of all values at a place. */
  at(place: Place): Guess[] {
    const near = Float64Array.from(this.#places, (own) => kernel(own, place));
    const half = solve(this.#factor, near);
    let explained = 0;
    for (const value of half) explained += value * value;
    // The prior variance of a point is the kernel with itself.
    const share = Math.sqrt(Math.max(kernel(place, place) - explained, 0) / kernel(place, place));
    return this.#known.map(({ weights, mean, scale }) => {
      let sum = 0;
      for (let n = 0; n < near.length; n++) sum += near[n]! * weights[n]!;
      return { mean: mean + scale * sum, deviation: scale * share };
    });
  }
}

/** Likeness on an axis: 1 for the same, falling with the distance of logarithms, 0 for other texts. */
function likeness(a: number | string, b: number | string): number {
  if (a === b) return 1;
  if (typeof a === 'string' || typeof b === 'string') return 0;
  return Math.exp(-Math.abs(Math.log2((1 + a) / (1 + b))));
}

function kernel(a: Place, b: Place): number {
  let [sum, squares] = [0, 0];
  for (let axis = 0; axis < a.length; axis++) {
    const like = likeness(a[axis]!, b[axis]!);
    sum += like;
    squares += like * like;
  }
  // Sum over pairs of axes, and a constant for the mean.
  return 1 + SINGLE * sum + (PAIR * (sum * sum - squares)) / 2;
}

function cholesky(size: number, at: (row: number, column: number) => number): Float64Array {
  const factor = new Float64Array((size * (size + 1)) / 2);
  for (let row = 0; row < size; row++) {
    const own = (row * (row + 1)) / 2;
    for (let column = 0; column <= row; column++) {
      const other = (column * (column + 1)) / 2;
      let sum = at(row, column);
      for (let n = 0; n < column; n++) sum -= factor[own + n]! * factor[other + n]!;
      factor[own + column] = row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / factor[other + column]!;
    }
  }
  return factor;
}

/** L x = b. */
function solve(factor: Float64Array, b: Float64Array): Float64Array {
  const x = b.slice();
  for (let row = 0; row < x.length; row++) {
    const own = (row * (row + 1)) / 2;
    let sum = x[row]!;
    for (let n = 0; n < row; n++) sum -= factor[own + n]! * x[n]!;
    x[row] = sum / factor[own + row]!;
  }
  return x;
}

/** Transposed L x = b. */
function solveBack(factor: Float64Array, b: Float64Array): Float64Array {
  const x = b.slice();
  for (let row = x.length - 1; row >= 0; row--) {
    let sum = x[row]!;
    for (let n = row + 1; n < x.length; n++) sum -= factor[(n * (n + 1)) / 2 + row]! * x[n]!;
    x[row] = sum / factor[(row * (row + 1)) / 2 + row]!;
  }
  return x;
}
