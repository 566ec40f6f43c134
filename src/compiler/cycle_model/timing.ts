import { OUTPUT_GATE_LAG } from '../../hdl/gather.ts';

/**
 * Latencies of the blocks, in cycles between the two events named. They restate the pipelines in the headers of the
 * templates; test/compiler/cycles.test.ts holds them against simulation.
 */
export const Timing = {
  /** Cycle after reset in which frame_in takes the first beat: bench or DMA register, skid buffer (top.v). */
  firstBeat: 2,
  /** End of the sweep after reset -> controller runs (controller.v, run_reg). */
  sweepToRun: 1,
  /** Marker taken from the last queue -> step after the marker may start (spmat_read.v, arith_unit.v, all_done_reg). */
  markerToStart: 8,
  /** Start of ElemMul -> first word of m readable (gather.v, elem_lane.v, vec_buffer.v). */
  startToM: 29,
  /** A word of ElemMul (gather.v). */
  cellWord: 4,
  /** Start of Assemble -> first word of y readable (gather.v, assemble.v, vec_buffer.v); then a word a cycle. */
  startToY: 6,
  /** Element readable -> its beat on the output stream (vec_buffer.v, frame_out.v, skid_buffer.v). */
  readableToBeat: 3,
} as const;

/** Start of ElemMul -> gather idle. */
export function cellsToIdle(words: number): number {
  return Timing.cellWord * (words + OUTPUT_GATE_LAG) + 1;
}

/** Start of Assemble -> gather idle. */
export function outputsToIdle(words: number): number {
  return words + 1;
}
