import type { DensityOf, NodeMasks } from '../../compiler/prune/prune_node.ts';
import type { Config } from '../../machine/config.ts';
import type { Layer } from '../../model/graph.ts';
import { matricesOf } from '../../model/matrices.ts';

/** Weights of the fullest PE of any group over the mean; 1 where there are none. */
export function maskImbalance(layer: Layer, masks: NodeMasks, { array: { lanes, groups } }: Config): number {
  const counts = new Float64Array(lanes * groups);
  for (const [name, { rows, columns }] of matricesOf(layer)) {
    const mask = masks.get(name);
    if (mask === undefined) continue;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        if (mask[row * columns + column] === 1) counts[(column % groups) * lanes + (row % lanes)]!++;
      }
    }
  }
  const total = counts.reduce((sum, n) => sum + n, 0);
  return total === 0 ? 1 : (Math.max(...counts) * counts.length) / total;
}

/**
 * Magnitude pruning that knows nothing of lanes: of each matrix the largest weights stay, ceil(size · density) of them, as in Deep
 * Compression (Han et al., ICLR 2016); of equal ones the first. It is what balanced pruning is compared with.
 */
export function magnitudeMasks(layer: Layer, density: DensityOf): NodeMasks {
  return new Map(
    matricesOf(layer).map(([name, { values }]) => {
      const mask = new Uint8Array(values.length);
      const count = Math.ceil(values.length * density(name) - 1e-9);
      if (count === 0) return [name, mask];
      const magnitudes = Float64Array.from(values, Math.abs);
      const sorted = magnitudes.slice().sort();
      const threshold = sorted[sorted.length - count]!;
      let ties = 0;
      for (let at = sorted.length - count; at < sorted.length && sorted[at] === threshold; at++) ties++;
      for (let at = 0; at < mask.length; at++) {
        const magnitude = magnitudes[at]!;
        if (magnitude > threshold || (magnitude === threshold && ties-- > 0)) mask[at] = 1;
      }
      return [name, mask];
    }),
  );
}
