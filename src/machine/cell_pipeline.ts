import { clog2 } from '../util/fixed.ts';
import { VALUE_BITS } from './formats.ts';
import type { NetworkSizes } from './network_sizes.ts';
import { inverseDelay } from './transform_cycles.ts';

/**
 * Pipeline of the cell unit, in cycles. A row that cell_control issues (token 0 in cycle 0) has its sum at the lanes in cycle `sums`; what
 * follows counts from there. Every row gives at most one value, always as many cycles later, whatever slot program it belongs to: rows of
 * different programs may follow each other at once.
 */
export interface CellPipeline {
  /** Something is added to the sums: products of peepholes, or r⊙nh. */
  readonly additive: boolean;
  /** Words by which the output gate of an LSTM is behind its other gates; those of a GRU's n, and of its z. */
  readonly lag: number;
  /** Levels of the adder tree over the groups. */
  readonly tree: number;
  /** Issue of a row -> its sum, behind the inverse transform where there is one. */
  readonly sums: number;
  /** From the sum on: exact sum, z, factors, product, value. */
  readonly exact: number;
  readonly z: number;
  readonly factor: number;
  readonly product: number;
  readonly value: number;
  /** Word of tanh(c) at its table's output. */
  readonly tanhC: number;
}

/** From the drain ports to the adder tree: rows of the accumulators and their output register, gather's multiplexer. */
const DRAIN = 4;
/** Request of a state word -> its element in the lane (vmem, and a register there). */
const STATE_READ = 4;

/** Whether anything but affine layers is there: states, and gates. */
export function hasStates({ kinds }: Pick<NetworkSizes, 'kinds'>): boolean {
  return kinds.some((kind) => kind !== 'affine');
}

/** Bits of a value of the cell unit before it is written. */
export function valueBits({ elementBits }: Pick<NetworkSizes, 'elementBits'>): number {
  return Math.max(elementBits, VALUE_BITS);
}

/** The pipeline of a design. */
export function cellPipeline(sizes: NetworkSizes): CellPipeline {
  const { kinds, peepholes, groups, blocks } = sizes;
  const additive = peepholes || kinds.includes('gruAfter');
  const tree = clog2(groups);
  const exact = additive ? 3 : 1;
  return {
    additive,
    lag: additive ? 3 : 2,
    tree,
    sums: DRAIN + tree + (blocks.length === 0 ? 0 : inverseDelay(sizes)),
    exact,
    z: exact + 3,
    factor: exact + 6,
    product: exact + 7,
    value: exact + 10,
    tanhC: exact + (additive ? 14 : 13),
  };
}

/** Cycle in which a state word is asked for, so that it is there with the sums, or when the factors are taken. */
export function stateAsked(pipeline: CellPipeline): { readonly peephole: number; readonly product: number } {
  const { sums, factor } = pipeline;
  return { peephole: sums - STATE_READ, product: sums + factor - 1 - STATE_READ };
}

/** A control of the lanes: the cycle in which it is used, from the sums on. */
export interface CellControlField {
  readonly name: string;
  readonly bits: number;
  readonly at: number;
}

/** Controls of the lanes, least significant first. */
export function cellControls(sizes: NetworkSizes): readonly CellControlField[] {
  const { kinds, peepholes } = sizes;
  const { additive, exact, factor, product, value, tanhC } = cellPipeline(sizes);
  const states = hasStates(sizes);
  const lstm = kinds.includes('lstm');
  const gruAfter = kinds.includes('gruAfter');
  const affine = kinds.includes('affine');
  const field = (name: string, bits: number, at: number, there = true): CellControlField[] =>
    there ? [{ name, bits, at }] : [];
  return [
    ...field('peep_select', 2, 0, peepholes),
    ...field('align_on', 1, 1, additive),
    ...field('align_product', 1, 1, gruAfter),
    ...field('align', 6, 1, additive),
    ...field('coarse', 3, exact),
    ...field('fine', 3, exact + 1),
    ...field('z_high', 16, exact + 2),
    ...field('z_low', 16, exact + 2),
    ...field('z_under', 17, exact + 2),
    ...field('unit_clip', 1, exact + 3, states),
    ...field('word_select', 2, factor - 1),
    ...field('hold_on', 1, factor - 1, states),
    ...field('hold_rest', 1, factor - 1, states),
    ...field('hidden_on', 1, factor - 1, gruAfter),
    ...field('a_hold', 1, factor - 1, states),
    ...field('a_one', 1, factor - 1, states && affine),
    ...field('b_select', 2, factor - 1, states),
    ...field('leaky', 1, factor - 1, affine),
    ...field('slope', 16, factor - 1, affine),
    ...field('drop', 5, product),
    ...field('keep', 1, product, states),
    ...field('add', 1, product + 1, states),
    ...field('v_high', valueBits(sizes), value - 1),
    ...field('v_low', valueBits(sizes), value - 1),
    ...field('v_under', valueBits(sizes) + 1, value - 1),
    ...field('index_shift', 4, tanhC - 3, lstm),
    ...field('tanh_c_on', 1, tanhC, lstm),
  ];
}

/** Bits of the controls. */
export function ctlBits(sizes: NetworkSizes): number {
  return cellControls(sizes).reduce((sum, { bits }) => sum + bits, 0);
}

/** Cycles of a vector word that goes to all groups. */
export function replicatedCycles({ groups, elemLanes }: NetworkSizes): number {
  return Math.min(groups, elemLanes);
}

/**
 * Beats from word to word where the destination is in every group, of 4, 2 or 1 cycles: each word needs the write port for `cycles`
 * cycles. The c of an LSTM is written between its words of m, and not while such a word is on its way.
 */
export function replicatedBeats(sizes: NetworkSizes): Readonly<Record<'lstm' | 'four' | 'two' | 'one', number>> {
  const cycles = replicatedCycles(sizes);
  // Issue of the gates g and o of a word.
  const g = 2;
  const o = 4 * cellPipeline(sizes).lag + 3;
  let lstm = 1;
  while ((((g - o) % (4 * lstm)) + 4 * lstm) % (4 * lstm) < cycles || 4 * lstm < cycles) lstm++;
  return { lstm, four: Math.ceil(cycles / 4), two: Math.ceil(cycles / 2), one: cycles };
}
