import type { RankedShare } from './lane_share.ts';
import type { Ranking } from './ranking.ts';

/** Selections that a search may take. */
const ATTEMPTS = 8;

/** Errors at which it ends: share of a count, or weights. */
const CLOSE_SHARE = 0.01;
const CLOSE_COUNT = 2;

/**
 * Finds prices at which a selection keeps about as many weights of each sub-matrix as asked.
 *
 * A price is given by its rank: at rank n, n weights of the sub-matrix are larger than it. A selection by magnitude would
 * keep just these; how ranks act on the counts of one that joins weights to columns is learnt on the way (Broyden's
 * method) and kept for the next lane. A sub-matrix that keeps nothing has an infinite price.
 */
export class PriceSearch {
  /** Where the last search ended: ranks less counts asked for, as shares of the sub-matrices. */
  #offsets: Float64Array;
  /** Change of ranks for a change of counts, [parts, parts]. */
  readonly #inverse: readonly Float64Array[];

  constructor(parts: number) {
    this.#offsets = new Float64Array(parts);
    this.#inverse = Array.from({ length: parts }, (_, i) =>
      Float64Array.from({ length: parts }, (_, j) => (i === j ? 1 : 0)),
    );
  }

  /** Goes on from where another search ended. */
  startFrom(other: PriceSearch): void {
    this.#offsets = other.#offsets;
  }

  /**
   * Calls `select` with prices until its counts are close; the last call is the closest one.
   *
   * @param select selects at prices by sub-matrix and returns the counts
   */
  run(share: RankedShare, select: (prices: readonly number[]) => Int32Array): void {
    const { rankings } = share;
    const size = rankings[0]!.size;
    const close = share.keep.map((keep) => Math.max(CLOSE_COUNT, CLOSE_SHARE * keep));
    const distance = (errors: Float64Array) => Math.max(...errors.map((error, part) => Math.abs(error) / close[part]!));
    const pricesAt = (ranks: Float64Array) =>
      rankings.map((ranking, part) =>
        share.keep[part] === 0 ? Number.POSITIVE_INFINITY : priceAt(ranking, ranks[part]!),
      );
    const errorsAt = (ranks: Float64Array) => {
      const counts = select(pricesAt(ranks));
      return Float64Array.from(share.keep, (keep, part) => counts[part]! - keep);
    };

    let ranks = clampAll(
      this.#offsets.map((offset, part) => share.keep[part]! + offset * size),
      size,
    );
    let errors = errorsAt(ranks);
    let closest = ranks;
    let least = distance(errors);
    for (let attempt = 1; attempt < ATTEMPTS && least > 1; attempt++) {
      const step = times(this.#inverse, errors);
      const next = clampAll(
        ranks.map((rank, part) => rank - step[part]!),
        size,
      );
      if (next.every((rank, part) => rank === ranks[part])) break;
      const nextErrors = errorsAt(next);
      this.#learn(
        next.map((rank, part) => rank - ranks[part]!),
        nextErrors.map((error, part) => error - errors[part]!),
      );
      ranks = next;
      errors = nextErrors;
      if (distance(errors) < least) {
        closest = ranks;
        least = distance(errors);
      }
    }
    if (ranks !== closest) select(pricesAt(closest));
    this.#offsets = closest.map((rank, part) => (rank - share.keep[part]!) / size);
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

/**
 * The price that `rank` of the magnitudes exceed. Beyond the ends of the list, where no magnitude or every one exceeds it, it goes
 * on in a straight line: weights that join others may have to be dearer or cheaper yet.
 */
function priceAt(ranking: Ranking, rank: number): number {
  const { size } = ranking;
  const below = size - Math.round(rank);
  if (below <= 0 || below >= size) return ranking.at(size - 1) * (1 - rank / size);
  return (ranking.at(below - 1) + ranking.at(below)) / 2;
}

function clampAll(ranks: Float64Array, size: number): Float64Array {
  return ranks.map((rank) => Math.min(Math.max(rank, -size), 2 * size));
}

function times(matrix: readonly Float64Array[], vector: Float64Array): Float64Array {
  return Float64Array.from(matrix, (row) => dot(row, vector));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
