import type { Bank } from '../src/machine/sizes.ts';
import { type FanOut, largestNets, overloadedNets } from '../src/synth/fan_out.ts';
import { placesOf } from '../src/synth/hierarchy.ts';
import type { Netlist } from '../src/synth/netlist.ts';

/** Cells of a mapped design by type, of all instances below a place in it. */
type CellCounts = ReadonlyMap<string, number>;

/** What synthesis for UltraScale made of a design. */
export interface Mapping {
  /** DSP blocks in each PE. */
  readonly dspsByPe: readonly number[];
  /** Block RAMs (of 18 and 36 Kbit) of each memory of constants or weights, by its path in the design. */
  readonly blockRams: ReadonlyMap<string, number>;
  /** Block RAMs of the accumulators of each PE. */
  readonly accumulatorRams: readonly number[];
  /** Names of latches. */
  readonly latches: readonly string[];
  /** All cells by type. */
  readonly cells: CellCounts;
  readonly fanOut: FanOut;
}

/** The PEs of a design and their accumulators. */
export interface MappedPes {
  readonly multipliers: number;
  readonly banks: readonly Bank[];
}

/** Instances that must be block RAM, and the module that need not. */
const MEMORIES = /(^|\.)(u_weight_mem|u_word_buffer|u_pointer_mem|u_param_mem|u_sigmoid|u_tanh)$/;
const SMALL_ROM = /_small_rom$/;
const BLOCK_RAM = /^RAMB(18|36)E2$/;
const LATCH = /^(\$dlatch|\$adlatch|\$_DLATCH|LD[CP]E|LDCPE|TRANSPARENT)/;

/** Reads the mapping of a design out of its netlist, with its hierarchy kept. */
export function readMapping(netlist: Netlist, top: string): Mapping {
  const dspsByPe: number[] = [];
  const blockRams = new Map<string, number>();
  const accumulatorRams: number[] = [];
  const latches: string[] = [];
  const walk = (module: string, path: string): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const [name, { type }] of Object.entries(netlist.get(module)!.cells)) {
      const at = path === '' ? name : `${path}.${name}`;
      if (LATCH.test(type)) latches.push(at);
      const below = netlist.has(type) ? walk(type, at) : new Map([[type, 1]]);
      for (const [cell, count] of below) counts.set(cell, (counts.get(cell) ?? 0) + count);
      if (name.endsWith('.u_pe')) dspsByPe.push(below.get('DSP48E2') ?? 0);
      if (name.endsWith('u_act_buffer')) accumulatorRams.push(countOf(below, BLOCK_RAM));
      if (MEMORIES.test(name) && !SMALL_ROM.test(type)) blockRams.set(at, countOf(below, BLOCK_RAM));
    }
    return counts;
  };
  const cells = walk(top, '');
  const fanOut = largestNets(netlist, top, placesOf(netlist, top));
  return { dspsByPe, blockRams, accumulatorRams, latches, cells, fanOut };
}

function countOf(counts: CellCounts, types: RegExp): number {
  let sum = 0;
  for (const [type, count] of counts) if (types.test(type)) sum += count;
  return sum;
}

/** What is not as it must be: one DSP block a PE, memories in block RAM where they belong there, no latch, no net with too many loads. */
export function mappingFindings(
  { dspsByPe, blockRams, accumulatorRams, latches, fanOut }: Mapping,
  { multipliers, banks }: MappedPes,
): readonly string[] {
  const findings = latches.map((latch) => `latch ${latch}`);
  if (dspsByPe.length !== multipliers) findings.push(`${dspsByPe.length} PEs, expected ${multipliers}`);
  for (const [pe, dsps] of dspsByPe.entries()) {
    if (dsps !== 1) findings.push(`PE ${pe} has ${dsps} DSP48E2, expected 1`);
  }
  for (const [memory, count] of blockRams) {
    if (count === 0) findings.push(`${memory} is not in block RAM`);
  }
  const inBlockRam = banks.filter(({ block }) => block).length;
  for (const [pe, count] of accumulatorRams.entries()) {
    if (count < inBlockRam || (inBlockRam === 0 && count > 0)) {
      findings.push(`accumulators of PE ${pe} have ${count} block RAMs, expected ${inBlockRam}`);
    }
  }
  for (const { name, driver, loads } of overloadedNets(fanOut))
    findings.push(`${name}: a ${driver} has ${loads} loads`);
  return findings.map((finding) => `yosys synth_xilinx: ${finding}`);
}

/** The mapping in one line. */
export function describeMapping({ dspsByPe, blockRams, cells, fanOut }: Mapping): string {
  const memories = [...blockRams.values()];
  const count = (type: string) => `${cells.get(type) ?? 0} ${type}`;
  const pes = `${dspsByPe.length} PEs with ${[...new Set(dspsByPe)].join(' or ')} DSP48E2 each`;
  const nets = `most loads of a LUT ${fanOut.logic[0]!.loads}, of a register ${fanOut.register[0]!.loads}`;
  return `${pes}; ${nets}; ${memories.length} memories in block RAM; in all ${['DSP48E2', 'RAMB18E2', 'RAMB36E2', 'FDRE'].map(count).join(', ')}`;
}
