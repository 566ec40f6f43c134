import { addResources, NO_RESOURCES, type Resources } from '../machine/resources/counts.ts';
import { primitivesOf } from './hierarchy.ts';
import { binaryNumber, type Netlist } from './netlist.ts';
import { type Block, eachBlock } from './rollup.ts';

/** Module that holds the multiplier of a PE. */
export const ARITHMETIC = 'arith_unit';

/** What became of the multiply-accumulators. */
export interface MultiplierReport {
  readonly pes: number;
  /** DSP blocks of all PEs. */
  readonly dsps: number;
  /** One arithmetic unit on the family that was synthesized for. */
  readonly mapped: Resources;
  /** One on the 7 series, where Yosys puts registers and adder into the DSP block, as Vivado does on all families. */
  readonly packed: Resources;
  /** Registers inside the DSP block of `packed`, of A and B (operands), M (product) and P (sum). */
  readonly registers: readonly string[];
}

/**
 * @param design the whole design
 * @param netlist the arithmetic unit by itself, on the 7 series
 * @param packed its resources
 */
export function multiplierReport(design: Block, netlist: Netlist, packed: Resources): MultiplierReport {
  const pe = sumOf(design, 'pe');
  const unit = sumOf(design, ARITHMETIC);
  const registers = primitivesOf(netlist, ARITHMETIC).flatMap(([, { type, parameters }]) =>
    type === 'DSP48E1' ? ['A', 'B', 'M', 'P'].filter((name) => binaryNumber(parameters[`${name}REG`]) > 0) : [],
  );
  const mapped = addResources(NO_RESOURCES, unit.all, unit.instances === 0 ? 0 : 1 / unit.instances);
  return { pes: pe.instances, dsps: pe.all.dsp, mapped, packed, registers };
}

/** Resources of all instances of a module, with what is below them. */
export function sumOf(design: Block, module: string): { instances: number; all: Resources } {
  let instances = 0;
  let all = NO_RESOURCES;
  for (const { block } of eachBlock(design)) {
    if (block.module !== module) continue;
    instances += block.instances;
    all = addResources(all, block.all);
  }
  return { instances, all };
}

/** What is not as it must be: one DSP block a PE, with the registers of operands, product and sum inside; a line each. */
export function multiplierFindings({ pes, dsps, packed, registers }: MultiplierReport, expected: number): string[] {
  const findings: string[] = [];
  if (pes !== expected) findings.push(`${pes} PEs, expected ${expected}`);
  if (dsps !== pes) findings.push(`${pes} PEs have ${dsps} DSP blocks, expected one each`);
  if (packed.dsp !== 1) findings.push(`${ARITHMETIC} on the 7 series has ${packed.dsp} DSP blocks, expected 1`);
  for (const [name, what] of [
    ['A', 'first operand'],
    ['B', 'second operand'],
    ['M', 'product'],
    ['P', 'sum'],
  ] as const) {
    if (!registers.includes(name)) {
      findings.push(`the ${what} register of ${ARITHMETIC} is not inside the DSP block (on the 7 series)`);
    }
  }
  return findings;
}
