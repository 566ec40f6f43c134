import { clog2 } from '../util/fixed.ts';

/** Cycles of a stage of a transform that makes spectra of m elements, or takes them apart: rotations take two more, for their products and sums. */
export function stageCycles(m: number): number {
  return m < 8 ? 1 : 3;
}

/** Cycles of all stages of a network for blocks of so many elements. */
function stagesCycles(block: number): number {
  let cycles = 0;
  for (let m = 2; m <= block; m *= 2) cycles += stageCycles(m);
  return cycles;
}

/** A block at the forward network -> its spectrum: elements in the order of the stages, the stages, the division. */
export function forwardCycles(blocks: readonly number[]): number {
  return 1 + stagesCycles(Math.max(...blocks)) + 1;
}

/** A word is read for its spectra -> they are turned: VMEM, the network, the turn. */
export function spectrumArrives(blocks: readonly number[]): number {
  return 3 + forwardCycles(blocks) + 1;
}

/** Sums of a block at the inverse network -> its elements: two cycles of shifts, rounding, the stages, the order of time. */
export function inverseCycles(blocks: readonly number[]): number {
  return 3 + stagesCycles(Math.max(...blocks)) + 1;
}

/** The largest of the blocks, and its logarithm: the size of the networks. */
export function largestBlock(blocks: readonly number[]): { readonly block: number; readonly bits: number } {
  const block = Math.max(...blocks);
  return { block, bits: clog2(block) };
}
