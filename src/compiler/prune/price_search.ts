import type { RankedShare } from './lane_share.ts';

/** Selections that a search may take, and the error at which it ends: share of a count, and weights. */
const ATTEMPTS = 8;
const CLOSE_SHARE = 0.01;
const CLOSE_COUNT = 2;

/**
 * Finds prices at which a selection keeps about as many weights of each sub-matrix as asked.
 *
 * A price is given by its rank: at rank n, n weights of the sub-matrix are larger than it. Alone, a selection would keep just
 * these; how the ranks act on the counts of a selection that joins weights to columns is learnt on the way (Broyden's
 * method), and kept for the next lane.
 */
export class PriceSearch {
  /** Share of a rank by which it differs from the count, and change of ranks by counts: [parts], [parts][parts]. */
  #offset: Float64Array;
  readonly #inverse: Float64Array[];

  constructor(parts: number) {
    this.#offset = new Float64Array(parts);
    this.#inverse = Array.from({ length: parts }, (_, i) =>
      Float64Array.from({ length: parts }, (_, j) => (i === j ? 1 : 0)),
    );
  }

  /**
   * Calls `select` with prices until its counts are close; the last call is the closest one.
   *
   * @param select selects at prices by sub-matrix and returns the counts
   */
  run(share: RankedShare, select: (prices: readonly number[]) => Int32Array): void {
    const { sorted } = share;
    const size = sorted[0]!.length;
    const close = Math.max(CLOSE_COUNT, CLOSE_SHARE * Math.min(...share.keep));
    const pricesAt = (ranks: Float64Array) => sorted.map((magnitudes, part) => priceAt(magnitudes, ranks[part]!));
    const errorsAt = (ranks: Float64Array) => {
      const counts = select(pricesAt(ranks));
      return Float64Array.from(share.keep, (keep, part) => counts[part]! - keep);
    };

    let ranks = clampAll(
      this.#offset.map((offset, part) => share.keep[part]! + offset * size),
      size,
    );
    let errors = errorsAt(ranks);
    let closest = ranks;
    let closestError = largest(errors);
    let last = ranks;
    for (let attempt = 1; attempt < ATTEMPTS && closestError > close; attempt++) {
      const step = times(this.#inverse, errors);
      const next = clampAll(
        ranks.map((rank, part) => rank - step[part]!),
        size,
      );
      const nextErrors = errorsAt(next);
      this.#learn(
        next.map((rank, part) => rank - ranks[part]!),
        nextErrors.map((error, part) => error - errors[part]!),
      );
      ranks = next;
      errors = nextErrors;
      last = next;
      if (largest(errors) < closestError) {
        closest = ranks;
        closestError = largest(errors);
      }
    }
    if (last !== closest) select(pricesAt(closest));
    this.#offset = closest.map((rank, part) => (rank - share.keep[part]!) / size);
  }

  /** Broyden's update of the inverse, from a step of the ranks and what it did to the errors. */
  #learn(ranks: Float64Array, errors: Float64Array): void {
    const inverse = this.#inverse;
    const predicted = times(inverse, errors);
    const scale = dot(ranks, predicted);
    if (Math.abs(scale) < 1e-9) return;
    const row = ranks.map((_, j) => ranks.reduce((sum, rank, i) => sum + rank * inverse[i]![j]!, 0));
    for (const [i, line] of inverse.entries()) {
      const gain = (ranks[i]! - predicted[i]!) / scale;
      for (let j = 0; j < line.length; j++) line[j]! += gain * row[j]!;
    }
  }
}

/** A price below `rank` of the magnitudes; between two of them where they differ. */
function priceAt(sorted: Float64Array, rank: number): number {
  const above = sorted.length - Math.round(rank);
  if (above === 0) return 0;
  const price = sorted[above - 1]!;
  return above === sorted.length ? price : (price + sorted[above]!) / 2;
}

function clampAll(ranks: Float64Array, size: number): Float64Array {
  return ranks.map((rank) => Math.min(Math.max(rank, 0), size));
}

function times(matrix: readonly Float64Array[], vector: Float64Array): Float64Array {
  return Float64Array.from(matrix, (row) => dot(row, vector));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function largest(errors: Float64Array): number {
  return errors.reduce((most, error) => Math.max(most, Math.abs(error)), 0);
}
