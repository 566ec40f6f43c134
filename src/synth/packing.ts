import { addResources, type Resources } from '../machine/resources/counts.ts';
import { type Place, primitivesOf } from './hierarchy.ts';
import type { MultiplierReport } from './multipliers.ts';
import type { Netlist } from './netlist.ts';

/** LUTs of at most three inputs: two of them fit in one with two outputs and five inputs (UG474, UG574) if they share one. */
const SMALL_LUT = /^(LUT[123]|INV)$/;
/** Two of these do if they have the same inputs. */
const LARGE_LUT = /^LUT[45]$/;

/** Pairs of LUTs of a whole design that fit in one with two outputs. */
export function countLutPairs(netlist: Netlist, places: readonly Place[]): number {
  const byModule = new Map<string, { small: number; large: number }>();
  let small = 0;
  let large = 0;
  for (const { module, count } of places) {
    const own = byModule.get(module) ?? pairable(netlist, module);
    byModule.set(module, own);
    small += count * own.small;
    large += count * own.large;
  }
  return Math.floor(small / 2) + large;
}

/** Small LUTs of a module, and pairs of larger ones with the same inputs. */
function pairable(netlist: Netlist, module: string): { small: number; large: number } {
  let small = 0;
  const byInputs = new Map<string, number>();
  for (const [, { type, connections }] of primitivesOf(netlist, module)) {
    if (SMALL_LUT.test(type)) small++;
    if (!LARGE_LUT.test(type)) continue;
    const inputs = Object.entries(connections).flatMap(([port, bits]) => (port === 'O' ? [] : bits));
    const key = inputs.toSorted().join();
    byInputs.set(key, (byInputs.get(key) ?? 0) + 1);
  }
  const large = [...byInputs.values()].reduce((sum, luts) => sum + Math.floor(luts / 2), 0);
  return { small, large };
}

/**
 * What Vivado packs closer than Yosys maps: adders and registers of the PEs go into their DSP blocks, and LUTs share one in pairs.
 * Both are assumed to succeed everywhere.
 *
 * @param lutPairs see {@link countLutPairs}
 */
export function packResources(
  total: Resources,
  { pes, mapped, packed }: MultiplierReport,
  lutPairs: number,
): Resources {
  const inBlocks = addResources(addResources(total, mapped, -pes), packed, pes);
  return { ...inBlocks, lut: inBlocks.lut - lutPairs };
}
