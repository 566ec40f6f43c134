/*
 * The packed spectrum of k real elements has as many parts: pair 0 is (X_0, X_(k/2)), both real; pair p is (Re X_p, Im X_p), 0 < p < k/2, of
 * X_f = Σ x_n exp(-2πi f n / k). Part 2p + h of it is component h of pair p. Pair 0 takes half the products of another, so pairs are turned from block to
 * block: every lane and every group gets each of them as often as the others.
 */

/**
 * Places by which the pairs of a block are turned.
 *
 * @param block number of the block
 * @param among pairs of lanes, or groups, over which pairs are dealt
 * @param pairs pairs of a block
 */
function turn(block: number, among: number, pairs: number): number {
  return Math.floor(block / Math.max(1, Math.floor(among / pairs))) % Math.min(pairs, among);
}

/**
 * Pairs by which a row of a cell is turned more than its first one. In a round, lanes * block / 2 cells, every pair of lanes has each pair of a block in all
 * rows of a cell. Where a tile has only one, two or three quarters of a round, the kinds of rows are turned against each other by a quarter of the pairs: so each
 * pair of lanes still has equally many rows of each pair of a block, of one, two or three kinds.
 *
 * @param kindsTurned whether it has, of four rows a cell
 * @param kind number of a row in its cell
 */
export function kindTurn(block: number, kindsTurned: boolean, kind: number): number {
  return kindsTurned ? (kind * block) / 8 : 0;
}

/** Cells of a quarter of a round; null where kinds cannot be turned against each other so that lanes have equally much. */
export function quarterRound(block: number, lanes: number): number | null {
  return block >= 8 && lanes >= block ? (lanes * block) / 8 : null;
}

/** Pair at a place of a block that is turned. */
function pairAt(place: number, turned: number, pairs: number): number {
  return (place - turned + pairs) % pairs;
}

/**
 * Rows of a tile whose sums are spectra: cell e of the tile, in the order in which CELL drains, has in every row of its period part `order[e]` of the packed
 * spectra of the blocks, which stand one behind the other. Components of a pair are in neighbouring lanes.
 *
 * @param block cells of a block
 * @param lanes a power of two, at least 2
 * @param cells of a tile, a multiple of the block
 * @param more pairs by which the rows are turned more, see {@link kindTurn}
 */
export function spectralRows(block: number, lanes: number, cells: number, more = 0): Int32Array {
  const pairs = block / 2;
  return Int32Array.from({ length: cells }, (_, cell) => {
    const number = Math.floor(cell / block);
    const place = Math.floor((cell % block) / 2);
    const turned = (turn(number, lanes / 2, pairs) + more) % Math.min(pairs, lanes / 2);
    const pair = pairAt(place, turned, pairs);
    return number * block + 2 * pair + (cell % 2);
  });
}

/** Elements of the vector of the spectra of a vector of so many elements. */
export function spectrumElements(block: number, groups: number, elements: number): number {
  const pairs = Math.ceil(elements / block) * (block / 2);
  return 2 * Math.ceil(pairs / groups) * groups;
}

/**
 * Elements of the spectra of a vector: element e has part `order[e]` of the packed spectra of the blocks, which stand one behind the other; -1 where the last
 * round over the groups has none. Both parts of a pair lie one behind the other in one group.
 *
 * @param block elements of a block
 * @param groups a power of two
 * @param elements of the vector itself; the last block is filled up with zeros
 * @param first number of the first block, of a part of a vector; its pairs begin in group 0
 */
export function spectralColumns(block: number, groups: number, elements: number, first = 0): Int32Array {
  const pairs = block / 2;
  const order = new Int32Array(spectrumElements(block, groups, elements)).fill(-1);
  const blocks = Math.ceil(elements / block);
  for (let number = 0, unit = 0; number < blocks; number++) {
    const turned = turn(first + number, groups, pairs);
    for (let place = 0; place < pairs; place++, unit++) {
      const part = number * block + 2 * pairAt(place, turned, pairs);
      const element = 2 * groups * Math.floor(unit / groups) + (unit % groups);
      order[element] = part;
      order[element + groups] = part + 1;
    }
  }
  return order;
}
