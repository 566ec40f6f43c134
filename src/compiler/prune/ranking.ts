/** Values that a pivot is chosen from. */
const SAMPLE = 64;

/**
 * Values by rank, put in order only as far as they are asked for: quickselect (Hoare, "Algorithm 65: Find", 1961) that
 * remembers where it has parted the values. The first rank takes linear time, later ones near it next to none.
 */
export class Ranking {
  readonly size: number;
  readonly #values: Float64Array;
  /** Ascending places, from 0 to size, before which no value is larger than any behind. */
  readonly #borders: number[];

  /** @param values without NaN; taken over and reordered */
  constructor(values: Float64Array) {
    this.size = values.length;
    this.#values = values;
    this.#borders = [0, values.length];
  }

  /** The value that `rank` values stand before in ascending order; 0 to size - 1. */
  at(rank: number): number {
    const values = this.#values;
    const borders = this.#borders;
    let next = borders.findIndex((border) => border > rank);
    let low = borders[next - 1]!;
    let high = borders[next]! - 1;
    while (low < high) {
      const pivot = this.#pivot(low, high, rank);
      let left = low;
      let right = high;
      while (left <= right) {
        while (values[left]! < pivot) left++;
        while (values[right]! > pivot) right--;
        if (left > right) break;
        const value = values[left]!;
        values[left++] = values[right]!;
        values[right--] = value;
      }
      // Between right and left all values are the pivot.
      if (left <= high) borders.splice(next, 0, left);
      if (right >= low && right + 1 < left) borders.splice(next, 0, right + 1);
      if (rank <= right) {
        high = right;
      } else if (rank >= left) {
        low = left;
        next = borders.indexOf(left, next) + 1;
      } else break;
    }
    return values[rank]!;
  }

  /** A value that stands near a rank: of a sample, the one at the same share of the way. */
  #pivot(low: number, high: number, rank: number): number {
    const step = Math.floor((high - low) / SAMPLE);
    if (step === 0) return middleOf(this.#values[low]!, this.#values[(low + high) >> 1]!, this.#values[high]!);
    const sample = new Float64Array(SAMPLE);
    for (let n = 0; n < SAMPLE; n++) sample[n] = this.#values[low + n * step]!;
    return sample.sort()[Math.floor((SAMPLE * (rank - low)) / (high - low + 1))]!;
  }

  /** The `count` largest values, in no order. */
  largest(count: number): Float64Array {
    if (count > 0) this.at(this.size - count);
    return this.#values.subarray(this.size - count);
  }
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
