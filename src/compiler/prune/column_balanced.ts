import { type PruneRule, type RankedShare, rankShare, threshold } from './lane_share.ts';
import { type Exchange, Offers } from './offers.ts';
import { weightPrice, withLeastPadding } from './padding_price.ts';
import { PriceSearch } from './price_search.ts';
import { Exchanges, Selection } from './selection.ts';

/**
 * Column-balanced pruning: every lane keeps the same number of weights in a column, so that no lane waits for another
 * (as bank-balanced sparsity, Cao et al., FPGA 2019, and Spartus, Gao et al., 2022, do it). A lane keeps as many of each
 * sub-matrix as with load-balance-aware pruning, and spreads them evenly over its columns: in a group, counts differ by one at most,
 * and the columns that keep one more, the same for all lanes, are those with the most large weights. A lane with fewer
 * rows than others keeps fewer in all, and nowhere more than the others.
 *
 * A column is counted over the four gates together, because gates trade weights within it: on normal weights at
 * 11.4 % with 32 rows per gate, equal counts cost 0.7 % of the kept magnitude so, and 2.9 % gate by gate. Prices per
 * sub-matrix make the counts of the gates come out as asked, but for a few weights that are swapped in the end. Padding
 * is avoided as with padding-aware pruning.
 */
export const columnBalanced: PruneRule = (shares, reach) => {
  const ranked = shares.map(rankShare);
  const orders = columnOrders(ranked);
  const select = (price: number) => {
    const parts = shares[0]!.keep.length;
    const searches = { free: new PriceSearch(parts), even: new PriceSearch(parts) };
    return ranked.map((share) => selectColumns(share, reach, price, spread(share, orders.get(share.group)!), searches));
  };
  return shares.every(({ rows }) => rows <= reach) ? select(0) : withLeastPadding(ranked, reach, select);
};

/** Columns of each group in their order. */
function columnOrders(shares: readonly RankedShare[]): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, RankedShare[]>();
  for (const share of shares) {
    const lanes = groups.get(share.group);
    if (lanes === undefined) groups.set(share.group, [share]);
    else lanes.push(share);
  }
  return new Map([...groups].map(([group, lanes]) => [group, columnOrder(lanes)]));
}

/** Columns of a group in the order of the weights that stay of them where magnitude alone decides, most first. */
function columnOrder(shares: readonly RankedShare[]): readonly number[] {
  const counts = new Int32Array(shares[0]!.columns);
  for (const share of shares) {
    const { rows, magnitudes, keep } = share;
    const byPart = keep.map((_, part) => threshold(share, part));
    const thresholds = Float64Array.from({ length: rows }, (_, row) => byPart[row % keep.length]!);
    for (let column = 0; column < counts.length; column++) {
      const base = column * rows;
      let count = 0;
      for (let row = 0; row < rows; row++) if (magnitudes[base + row]! >= thresholds[row]!) count++;
      counts[column]! += count;
    }
  }
  return Array.from(counts.keys()).sort((a, b) => counts[b]! - counts[a]!);
}

/** Weights of each column: evenly spread, with what is left over in the first columns in order. */
function spread({ columns, keep }: RankedShare, order: readonly number[]): Int32Array {
  const total = keep.reduce((sum, count) => sum + count, 0);
  const counts = new Int32Array(columns).fill(Math.floor(total / columns));
  for (const column of order.slice(0, total % columns)) counts[column]!++;
  return counts;
}

/** Searches the prices for columns as they come, which sets their common level, and for evened columns. */
interface Searches {
  readonly free: PriceSearch;
  readonly even: PriceSearch;
}

function selectColumns(
  share: RankedShare,
  reach: number,
  price: number,
  columnCounts: Int32Array,
  searches: Searches,
): Uint8Array {
  const selection = new Selection(share, reach, price * weightPrice(share));
  searches.free.run(share, (prices) => {
    selection.selectAt(prices);
    return selection.counts;
  });
  searches.even.startFrom(searches.free);
  searches.even.run(share, (prices) => {
    selection.selectAt(prices);
    evenOut(selection, columnCounts);
    return selection.counts;
  });
  const offers = new Offers(selection);
  while (share.keep.some((keep, part) => selection.counts[part] !== keep)) {
    const errors = share.keep.map((keep, part) => selection.counts[part]! - keep);
    for (const exchange of shortestChain(errors, offers)) offers.flip(exchange);
  }
  return selection.mask;
}

/** Gives up or takes in the cheapest weights of each column until it keeps as many as asked. */
function evenOut(selection: Selection, columnCounts: Int32Array): void {
  const found = new Exchanges(selection.counts.length);
  for (let column = 0; column < columnCounts.length; column++) {
    while (selection.columnCounts[column] !== columnCounts[column]) {
      if (selection.columnCounts[column]! > columnCounts[column]!) selection.findToGiveUp(column, found, 0);
      else selection.findToTakeIn(column, found, 0);
      selection.flip(column, cheapestRow(found));
    }
  }
}

/** The row that costs least; of equal ones the first. */
function cheapestRow({ rows, costs }: Exchanges): number {
  let best = 0;
  for (let part = 1; part < rows.length; part++) {
    const isCheaper = costs[part]! < costs[best]! || (costs[part] === costs[best] && rows[part]! < rows[best]!);
    if (isCheaper) best = part;
  }
  return rows[best]!;
}

/** Exchanges that move a place from one sub-matrix to another and leave the counts of columns as they are. */
interface Chain {
  readonly to: number;
  readonly exchanges: readonly Exchange[];
  readonly cost: number;
}

/**
 * Moves a place from a sub-matrix that has too many to one that has too few: within a column where one allows it, or by
 * way of others in several columns. There always is such a chain, because all columns are alike in the places they have.
 *
 * @param errors by sub-matrix, how many weights it has too many
 * @returns the cheapest of the shortest chains
 */
function shortestChain(errors: readonly number[], offers: Offers): readonly Exchange[] {
  const parts = [...errors.keys()];
  const lacking = parts.filter((part) => errors[part]! < 0);
  const extend = (chains: readonly Chain[], ends: readonly number[]) =>
    chains.flatMap((chain) => ends.flatMap((end) => extended(chain, end, offers)));
  let chains: readonly Chain[] = parts
    .filter((part) => errors[part]! > 0)
    .map((part) => ({ to: part, exchanges: [], cost: 0 }));
  for (;;) {
    const closed = extend(chains, lacking);
    if (closed.length > 0) return closed.reduce((a, b) => (b.cost < a.cost ? b : a)).exchanges;
    chains = extend(chains, parts);
  }
}

/** The chain with the cheapest swap of a place for one of sub-matrix `end`, if any column allows one. */
function extended(chain: Chain, end: number, offers: Offers): readonly Chain[] {
  let best = -1;
  let cost = Number.POSITIVE_INFINITY;
  for (let column = 0; column < offers.columns; column++) {
    const both = offers.cost(column, true, chain.to) + offers.cost(column, false, end);
    if (both < cost) {
      best = column;
      cost = both;
    }
  }
  if (best < 0) return [];
  const swap = [offers.exchange(best, true, chain.to), offers.exchange(best, false, end)];
  return [{ to: end, exchanges: [...chain.exchanges, ...swap], cost: chain.cost + cost }];
}
