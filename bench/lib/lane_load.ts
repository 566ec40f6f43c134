import type { Masks } from '../../src/compiler/prune/prune_layer.ts';
import type { Config } from '../../src/machine/config.ts';
import type { StackedLayer } from '../../src/model/stacked_layer.ts';
import { createPartition, gateRowsByLane, projectionRowsByLane } from '../../src/program/partition.ts';

/** Weights of the fullest lane of any group over the mean; 1 where there are none. */
export function laneImbalance(layer: StackedLayer, masks: Masks, { array: { lanes, groups } }: Config): number {
  const partition = createPartition(lanes, layer.cells, layer.outputs);
  const counts = new Float64Array(lanes * groups);
  const count = (mask: Uint8Array, columns: number, rowsByLane: readonly Int32Array[]) => {
    for (const [lane, rows] of rowsByLane.entries()) {
      for (const row of rows) {
        for (let column = 0; column < columns; column++) {
          if (mask[row * columns + column] === 1) counts[(column % groups) * lanes + lane]!++;
        }
      }
    }
  };
  count(masks.x, layer.inputs, gateRowsByLane(partition));
  count(masks.r, layer.outputs, gateRowsByLane(partition));
  if (masks.p !== null) count(masks.p, layer.cells, projectionRowsByLane(partition));
  const total = counts.reduce((sum, n) => sum + n, 0);
  return total === 0 ? 1 : (Math.max(...counts) * counts.length) / total;
}
