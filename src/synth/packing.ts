import { type Place, primitivesOf } from './hierarchy.ts';
import type { MultiplierReport } from './multipliers.ts';
import type { Netlist } from './netlist.ts';
import { addResources, type Resources } from './resources.ts';

/** LUTs of at most three inputs: two of them fit in one with two outputs and five inputs (UG474, UG574) if they share one. */
const SMALL_LUT = /^(LUT[123]|INV)$/;

/** LUTs of at most three inputs in a whole design. */
export function countSmallLuts(netlist: Netlist, places: readonly Place[]): number {
  const byModule = new Map<string, number>();
  let small = 0;
  for (const { module, count } of places) {
    let own = byModule.get(module);
    if (own === undefined) {
      own = primitivesOf(netlist, module).filter(([, { type }]) => SMALL_LUT.test(type)).length;
      byModule.set(module, own);
    }
    small += count * own;
  }
  return small;
}

/**
 * What Vivado packs closer than Yosys maps: adders and registers of the PEs go into their DSP blocks, and small LUTs share one in
 * pairs. Both are assumed to succeed everywhere.
 */
export function packResources(
  total: Resources,
  { pes, mapped, packed }: MultiplierReport,
  smallLuts: number,
): Resources {
  const inBlocks = addResources(addResources(total, mapped, -pes), packed, pes);
  return { ...inBlocks, lut: inBlocks.lut - Math.floor(smallLuts / 2) };
}
