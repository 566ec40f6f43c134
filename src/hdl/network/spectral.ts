import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { quarterRound } from '../../program/spectral_order.ts';
import { clog2 } from '../../util/fixed.ts';
import { lit } from '../module_plan.ts';

/** Bits of what lanes make the rows of a spectral column of: {quarters, row_mask, period_bits, pair, block_bits, complex}. */
export const SHAPE_BITS = 17;
/** Pairs of the largest block, and bits of their number. */
const MOST_PAIRS = 32;
const PAIR_BITS = 5;

const five = (value: number) => lit(PAIR_BITS, value % MOST_PAIRS);

/** What templates print of spectral segments: whether there are any, and whether lanes of a pair have feeds of their own. */
export function spectralView({ blocks, inStep }: NetworkSizes) {
  return { blocks: blocks.length > 0, pairs: blocks.length > 0 && !inStep };
}

/**
 * Verilog of the pair in a column of a group, by `blockBits`; the formula of `pairOfColumn`.
 *
 * `number` is that of the column, PLACE that of the group, both modulo 32.
 */
export function pairsOfColumns({ blocks, groups }: NetworkSizes) {
  const groupBits = clog2(groups);
  return blocks.map((block) => {
    const pairs = block / 2;
    const low = Math.max(clog2(pairs) - groupBits, 0);
    const place = low === 0 ? 'PLACE' : `PLACE + ((number & ${five(2 ** low - 1)}) << ${groupBits})`;
    const turn = groups === 1 ? '' : ` - ((number >> ${low}) & ${five(Math.min(groups, MOST_PAIRS) - 1)})`;
    return { code: lit(3, clog2(block)), pair: `(${place}${turn}) & ${five(pairs - 1)}` };
  });
}

/**
 * Verilog of the part of a lane's cells that has the pair of a column, by `blockBits`, and of its bits in a row; the formula of `partOfLane`.
 *
 * `pair` is that of the column, PLACE that of the pair of lanes.
 */
export function partsOfLanes({ blocks, lanes, kinds }: NetworkSizes) {
  return blocks.map((block) => {
    const pairs = block / 2;
    const high = Math.min(clog2(pairs), clog2(lanes) - 1);
    const beneath = clog2(pairs) - high;
    const mask = five(2 ** high - 1);
    const turn = `((PLACE - pair) & ${mask})`;
    const over = `{4'd0, (PLACE & ${mask}) < (pair & ${mask})}`;
    const beside = `(((pair >> ${high}) + ${over}) & ${five(2 ** beneath - 1)})`;
    const part =
      high === 0 ? `pair & ${five(pairs - 1)}` : beneath === 0 ? turn : `(${turn} << ${beneath}) | ${beside}`;
    // The upper two of its bits count quarters of a round, by which the kinds of rows of an LSTM's tile may be turned against each other.
    const turns = kinds.includes('lstm') && quarterRound(block, lanes) !== null;
    const low = clog2(pairs) - 2;
    const quarter = turns ? `part[${low + 1}:${low}]` : "2'd0";
    const quarterBits = turns ? five(3 << low) : five(0);
    // Four rows a cell.
    return {
      block,
      code: lit(3, clog2(block)),
      part,
      bits: five(pairs - 1),
      turns,
      quarter,
      quarterBits,
      rowBit: low + 2,
    };
  });
}
