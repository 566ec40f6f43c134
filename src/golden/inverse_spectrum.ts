import { BlockTransform, rotated } from '../program/block_transform.ts';
import { roundShift } from '../util/fixed.ts';

/**
 * Integer twin of the inverse transform, not normalized: t_n = X_0 + (-1)^n X_(block/2) + 2 sum (Re X_p cos(2 pi p n / block) - Im X_p sin(2 pi p n / block)).
 * The factor 1 / block is log2(block) fraction bits more.
 *
 * Mirror of the forward transform: a spectrum of m is taken apart into e_f = X_f + conj X_(m/2 - f) and o_f = W_m^-f (X_f - conj X_(m/2 - f)).
 */
export class InverseSpectrum extends BlockTransform {
  /**
   * @param rows [block] sums, pair by pair as the forward transform gives them
   * @param drop right shift with rounding of a sum, after which it has `inverseBits(block)` bits
   * @param output [block] in the order of time, in TIME_BITS bits
   */
  run(rows: ArrayLike<number>, drop: number, output: Float64Array): void {
    const block = this.block;
    let [from, to] = [this.from, this.to];
    for (let n = 0; n < block; n++) from[n] = roundShift(rows[n]!, drop);
    for (let stage = this.twiddles.length - 1; stage >= 0; stage--) {
      const m = 2 << stage;
      for (let at = 0; at < block; at += m) split(from, to, at, m, this.twiddles[stage]!);
      [from, to] = [to, from];
    }
    for (let n = 0; n < block; n++) output[this.order[n]!] = from[n]!;
  }
}

/** Spectrum of m elements at `at` of `from`, into those of its even and its odd elements, one behind the other in `to`. */
function split(from: Float64Array, to: Float64Array, at: number, m: number, table: Float64Array): void {
  const odd = at + m / 2;
  to[at] = from[at]! + from[at + 1]!;
  to[odd] = from[at]! - from[at + 1]!;
  if (m === 2) return;
  to[at + 1] = 2 * from[odd]!;
  to[odd + 1] = 0 - 2 * from[odd + 1]!;
  for (let f = 1; f < m / 4; f++) {
    const [cos, sin] = [table[2 * f]!, table[2 * f + 1]!];
    const mirror = at + m - 2 * f;
    to[at + 2 * f] = from[at + 2 * f]! + from[mirror]!;
    to[at + 2 * f + 1] = from[at + 2 * f + 1]! - from[mirror + 1]!;
    const re = from[at + 2 * f]! - from[mirror]!;
    const im = from[at + 2 * f + 1]! + from[mirror + 1]!;
    to[odd + 2 * f] = rotated(re * cos - im * sin);
    to[odd + 2 * f + 1] = rotated(re * sin + im * cos);
  }
}
