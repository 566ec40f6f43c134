import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { queueTile } from '../../machine/sizes.ts';
import { clog2 } from '../../util/fixed.ts';
import { lit } from '../module_plan.ts';

/** What spectral_copy prints of its queue. */
export function spectraQueue({ channels, elemLanes, vectorBits }: NetworkSizes, queue: number) {
  const bits = clog2(queue);
  const tile = queueTile(queue);
  return {
    ...{ queue, queueBits: bits, queueMsb: bits - 1, queueZero: lit(bits, 0), queueHigh: lit(bits - 1, 0) },
    ...{ levelMsb: bits, levelHigh: lit(bits, 0), levelZero: lit(bits + 1, 0) },
    ...{ tile, tiled: channels * elemLanes * vectorBits > tile },
  };
}
