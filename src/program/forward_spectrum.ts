import { clog2, roundShift, saturate } from '../util/fixed.ts';
import { BlockTransform, rotated } from './block_transform.ts';

/**
 * Integer twin of the forward transform: packed spectrum of a block of real elements, divided by the block.
 *
 * Decimation in time: spectra of m elements are made of those of their even and odd elements, X_f = E_f + W_m^f O_f and X_(m/2 - f) = conj(E_f - W_m^f O_f).
 * Sums are exact, a rotation rounds both parts; the last division rounds and saturates, which by its range happens at half a unit only.
 */
export class ForwardSpectrum extends BlockTransform {
  /**
   * @param bits of an element and of a part of the spectrum, at most 16
   * @param input [block] in the order of time
   * @param output [block] pair by pair: X_0, X_(block/2), then real and imaginary part of X_1, X_2, ..
   */
  run(bits: number, input: ArrayLike<number>, output: Int16Array): void {
    const block = this.block;
    let [from, to] = [this.from, this.to];
    for (let n = 0; n < block; n++) from[n] = input[this.order[n]!]!;
    for (const [stage, table] of this.twiddles.entries()) {
      const m = 2 << stage;
      for (let at = 0; at < block; at += m) join(from, to, at, m, table);
      [from, to] = [to, from];
    }
    const divided = clog2(block);
    for (let n = 0; n < block; n++) output[n] = saturate(roundShift(from[n]!, divided), bits);
  }
}

/** Spectrum of m elements at `at` of `to`, from those of its even and its odd elements, one behind the other in `from`. */
function join(from: Float64Array, to: Float64Array, at: number, m: number, table: Float64Array): void {
  const odd = at + m / 2;
  to[at] = from[at]! + from[odd]!;
  to[at + 1] = from[at]! - from[odd]!;
  if (m === 2) return;
  // f = m / 4: both are real, and W = -i.
  to[odd] = from[at + 1]!;
  to[odd + 1] = 0 - from[odd + 1]!;
  for (let f = 1; f < m / 4; f++) {
    const [cos, sin] = [table[2 * f]!, table[2 * f + 1]!];
    const [re, im] = [from[odd + 2 * f]!, from[odd + 2 * f + 1]!];
    const turnedRe = rotated(re * cos + im * sin);
    const turnedIm = rotated(im * cos - re * sin);
    const mirror = at + m - 2 * f;
    to[at + 2 * f] = from[at + 2 * f]! + turnedRe;
    to[at + 2 * f + 1] = from[at + 2 * f + 1]! + turnedIm;
    to[mirror] = from[at + 2 * f]! - turnedRe;
    to[mirror + 1] = turnedIm - from[at + 2 * f + 1]!;
  }
}
