import type { Masks } from '../../src/compiler/prune/prune_layer.ts';
import { type Config, densityOf, type Matrix, STACKS } from '../../src/machine/config.ts';
import type { Floats } from '../../src/model/graph.ts';
import type { StackedLayer } from '../../src/model/stacked_layer.ts';

/**
 * Magnitude pruning that knows nothing of lanes: of each sub-matrix the largest weights stay, ceil(size · density) of them, as
 * in Deep Compression (Han et al., ICLR 2016). It is what balanced pruning is compared with.
 */
export function plainMagnitude(layer: StackedLayer, config: Config): Masks {
  const { weightX, weightR, weightP } = layer;
  const densities = (matrices: readonly Matrix[]) => matrices.map((matrix) => densityOf(config, matrix));
  return {
    x: largest(weightX, densities(STACKS.x)),
    r: largest(weightR, densities(STACKS.r)),
    p: weightP === null ? null : largest(weightP, densities(STACKS.p)),
  };
}

/** Keeps the largest of sub-matrices on top of each other; of equal ones the first. */
function largest(weights: Floats, densities: readonly number[]): Uint8Array {
  const mask = new Uint8Array(weights.length);
  const size = weights.length / densities.length;
  for (const [part, density] of densities.entries()) {
    const count = Math.ceil(size * density - 1e-9);
    if (count === 0) continue;
    const magnitudes = Float64Array.from(weights.subarray(part * size, (part + 1) * size), Math.abs);
    const sorted = magnitudes.slice().sort();
    const threshold = sorted[size - count]!;
    let ties = 0;
    for (let at = size - count; at < size && sorted[at] === threshold; at++) ties++;
    for (const [at, magnitude] of magnitudes.entries()) {
      if (magnitude > threshold || (magnitude === threshold && ties-- > 0)) mask[part * size + at] = 1;
    }
  }
  return mask;
}

/** A layer under masks. */
export function maskLayer(layer: StackedLayer, masks: Masks): StackedLayer {
  const under = (weights: Floats, mask: Uint8Array) => weights.map((weight, at) => (mask[at] === 1 ? weight : 0));
  return {
    ...layer,
    weightX: under(layer.weightX, masks.x),
    weightR: under(layer.weightR, masks.r),
    weightP: layer.weightP === null || masks.p === null ? null : under(layer.weightP, masks.p),
  };
}
