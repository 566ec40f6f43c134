import { type LaneShare, type PruneRule, partMagnitudes } from './lane_share.ts';
import { Ranking } from './ranking.ts';

/**
 * Load-balance-aware pruning (Han et al., ESE, FPGA 2017): every lane keeps the same share of each sub-matrix, so all
 * lanes have the same number of weights to work on. The largest stay; among equal ones, those that come first in
 * row-major order.
 */
export const loadBalanced: PruneRule = (shares) =>
  shares.map((share) => {
    const mask = new Uint8Array(share.magnitudes.length);
    for (let part = 0; part < share.keep.length; part++) keepLargest(share, part, mask);
    return mask;
  });

function keepLargest(share: LaneShare, part: number, mask: Uint8Array): void {
  const { rows, columns, magnitudes, keep } = share;
  const count = keep[part]!;
  if (count === 0) return;
  const own = partMagnitudes(share, part);
  const threshold = new Ranking(own).at(own.length - count);
  // Of the weights that equal the threshold, as many stay as the larger ones leave room for.
  let ties = count;
  for (let at = 0; at < own.length; at++) if (own[at]! > threshold) ties--;
  for (let row = part; row < rows; row += keep.length) {
    for (let column = 0; column < columns; column++) {
      const at = column * rows + row;
      const magnitude = magnitudes[at]!;
      if (magnitude > threshold || (magnitude === threshold && ties-- > 0)) mask[at] = 1;
    }
  }
}
