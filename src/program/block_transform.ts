import { clog2 } from '../util/fixed.ts';
import { bitReversed, TWIDDLE_FRAC, twiddle } from './twiddles.ts';

const HALF = 2 ** (TWIDDLE_FRAC - 1);
const ONE = 2 ** TWIDDLE_FRAC;

/** A rotated part: products are exact, as they have less than 53 bits; their sum is rounded half up. */
export function rotated(sum: number): number {
  return Math.floor((sum + HALF) / ONE);
}

/** Twiddles of the stages 2, 4, ..: cosine and sine by frequency. */
function stageTwiddles(block: number): readonly Float64Array[] {
  return Array.from({ length: clog2(block) }, (_, stage) => {
    const m = 2 << stage;
    const table = new Float64Array(Math.max(m / 2, 2));
    for (let f = 1; f < m / 4; f++) {
      const { cos, sin } = twiddle(m, f);
      table[2 * f] = cos;
      table[2 * f + 1] = sin;
    }
    return table;
  });
}

/** What both transforms of a block have: bit-reversed order, twiddles of the stages, and two places for its values. */
export class BlockTransform {
  readonly block: number;
  /** Element order[n] of time stands at place n. */
  protected readonly order: readonly number[];
  protected readonly twiddles: readonly Float64Array[];
  protected readonly from: Float64Array;
  protected readonly to: Float64Array;

  /** @param block power of two, 2 to 64 */
  constructor(block: number) {
    this.block = block;
    this.order = Array.from({ length: block }, (_, n) => bitReversed(n, clog2(block)));
    this.twiddles = stageTwiddles(block);
    this.from = new Float64Array(block);
    this.to = new Float64Array(block);
  }
}
