import { keptMagnitude, largestMagnitude, type RankedShare, threshold } from './lane_share.ts';

/** Share of the kept magnitude that a mask without padding may cost. */
const LOSS_LIMIT = 0.05;

/** Price of a padding word that no weights are worth. */
const PROHIBITIVE = 1e6;

/** Halvings of the price range where padding cannot be done without. */
const HALVINGS = 4;

/**
 * Chooses the price of padding words: so high that there are none, unless there are too few weights to reach down every
 * column or that costs more than 5 % of the magnitude that stays where padding is free; then as high as it can be within
 * these 5 %.
 *
 * One price serves all lanes, so that they stay about equal in words where padding remains. It is a multiple of what a
 * lane's words are worth, see {@link weightPrice}; above 1, a word is better spent on any weight than on padding.
 *
 * @param select masks at a price; at 0 padding is free
 */
export function withLeastPadding(
  shares: readonly RankedShare[],
  reach: number,
  select: (price: number) => readonly Uint8Array[],
): readonly Uint8Array[] {
  const without = shares.every((share) => canReachDown(share, reach)) ? select(PROHIBITIVE) : null;
  const keeps = (masks: readonly Uint8Array[], magnitude: number) =>
    keptMagnitude(shares, masks) >= (1 - LOSS_LIMIT) * magnitude;
  // Spares the selection with free padding where it cannot change the verdict.
  if (without !== null && keeps(without, largestMagnitude(shares))) return without;
  let best = select(0);
  const most = keptMagnitude(shares, best);
  if (without !== null && keeps(without, most)) return without;

  let low = 0;
  let high = 1;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const price = (low + high) / 2;
    const masks = select(price);
    if (keeps(masks, most)) {
      best = masks;
      low = price;
    } else {
      high = price;
    }
  }
  return best;
}

/** Whether there are enough weights for one in every `reach` rows of all columns. */
function canReachDown({ rows, columns, keep }: RankedShare, reach: number): boolean {
  return keep.reduce((sum, count) => sum + count, 0) >= columns * Math.floor(rows / reach);
}

/** What a word of a lane is worth: the smallest weight that stays where magnitude alone decides, of any sub-matrix. */
export function weightPrice(share: RankedShare): number {
  const thresholds = share.keep.map((_, part) => threshold(share, part)).filter(Number.isFinite);
  return Math.max(0, ...thresholds);
}
