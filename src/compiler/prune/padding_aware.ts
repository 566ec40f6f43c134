import { type PruneRule, type RankedShare, rankShare } from './lane_share.ts';
import { loadBalanced } from './load_balanced.ts';
import { type Exchange, Offers } from './offers.ts';
import { weightPrice, withLeastPadding } from './padding_price.ts';
import { PriceSearch } from './price_search.ts';
import { Selection } from './selection.ts';

/**
 * Load-balance-aware pruning that knows the relative index: as many weights of each sub-matrix stay in a lane as with
 * {@link loadBalanced}, but no two that follow each other in a column, nor the last one and the column's end, are so far
 * apart that they need padding between them. All lanes then have the same number of words.
 *
 * Among the selections that do so, this is the one of largest magnitude, or next to it: every sub-matrix has a price per
 * weight in a lane (a Lagrange multiplier), each column takes what is best at these prices (see `ColumnPath`), and the
 * prices are such that the counts come out right but for a few weights, which are given up or taken in one by one.
 *
 * At low densities, where weights cannot bridge the gaps or only at the expense of much larger ones, padding remains, see
 * {@link withLeastPadding}; the lanes are then equal in weights, and in words only about.
 */
export const paddingAware: PruneRule = (shares, reach) => {
  if (shares.every(({ rows }) => rows <= reach)) return loadBalanced(shares, reach);
  const ranked = shares.map(rankShare);
  return withLeastPadding(ranked, reach, (price) => {
    const search = new PriceSearch(shares[0]!.keep.length);
    return ranked.map((share) => selectWeights(share, reach, price, search));
  });
};

function selectWeights(share: RankedShare, reach: number, price: number, search: PriceSearch): Uint8Array {
  const selection = new Selection(share, reach, price * weightPrice(share));
  search.run(share, (prices) => {
    selection.selectAt(prices);
    return selection.counts;
  });
  const offers = new Offers(selection);
  for (const [part, keep] of share.keep.entries()) {
    const surplus = selection.counts[part]! - keep;
    for (let n = 0; n < Math.abs(surplus); n++) offers.flip(cheapest(offers, surplus > 0, part));
  }
  return selection.mask;
}

function cheapest(offers: Offers, kept: boolean, part: number): Exchange {
  let best = 0;
  for (let column = 1; column < offers.columns; column++) {
    if (offers.cost(column, kept, part) < offers.cost(best, kept, part)) best = column;
  }
  return offers.exchange(best, kept, part);
}
