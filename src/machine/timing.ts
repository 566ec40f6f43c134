/** Words by which the output gate of a cell is read after its other gates (pipeline of elem_lane). */
export const OUTPUT_GATE_LAG = 3;

/**
 * Latencies of the blocks, in cycles between the two events named. They restate the pipelines in the headers of the
 * templates; test/cycles/estimate.test.ts holds them against simulation. What is drained takes in addition its
 * `delay`, see drainDelay.
 */
export const Timing = {
  /** Cycle after reset in which frame_in takes the first beat: bench or DMA register, skid buffer (top.v). */
  firstBeat: 2,
  /** End of the sweep after reset -> issuers and sequencer run (run_reg). */
  sweepToRun: 1,
  /**
   * Marker taken from the last queue -> the step that waits for it may start (spmat_read.v, all_done_reg of column_group.v, ready_reg of
   * sequencer.v).
   */
  markerToStart: 5,
  /** Start of ElemMul -> first word of m readable (gather.v, elem_lane.v, vec_buffer.v), without its delay. */
  startToM: 28,
  /** Issuer at a step whose columns are elements of y or m, or an element readable -> its column (written_reg of column_issuer.v). */
  writtenSeen: 1,
  /** A word of ElemMul (gather_control.v). */
  cellWord: 4,
  /** Start of Assemble -> first word of y readable (gather.v, assemble.v, vec_buffer.v), without its delay; then a word a cycle. */
  startToY: 5,
  /**
   * Last row drained -> gather idle (gather_control.v), without its delay: from the output gate of a cell to its m, 2 to the sums and 10
   * through elem_lane, with some to spare.
   */
  drainTail: 15,
  /** Reset -> first address of weight_reader on the bus; address taken -> word ready in its buffer, without the latency of the memory. */
  firstAsk: 5,
  askToWord: 3,
  /** Batch readable -> issuers know that its x was read ahead; issuer asks for the plan -> it knows that it was not (weight_reader.v). */
  planMade: 1,
  planAsked: 2,
  /** Issuers know the plan -> first address of what is read behind it on the bus. */
  planToAsk: 2,
  /** Element readable -> its beat on the output stream (vec_buffer.v, frame_out.v, skid_buffer.v). */
  readableToBeat: 3,
} as const;

/**
 * Cycles that a drain takes from its command to the sums, beside the accumulators themselves: registers in front of the lanes and
 * behind their accumulators, the multiplexer over the phases where there are several, the adder tree (gather_control.v, act_buffer.v, gather.v).
 */
export function drainDelay({ phases, tree }: { readonly phases: number; readonly tree: number }): number {
  return 2 + (phases > 1 ? 1 : 0) + tree;
}

/** Start of ElemMul -> its gate bank counts as drained (drained_reg of gather_control.v, cells_done_reg of sequencer.v). */
export function cellsToDrained(words: number): number {
  return Timing.cellWord * (words + OUTPUT_GATE_LAG) + 2;
}

/** Start of Assemble -> its bank counts as drained. */
export function outputsToDrained(words: number): number {
  return words + 2;
}

/** First cycle from `ready` on in which more cells of the same frame can start: all rows before are read, at the beat of ElemMul. */
export function cellsToNext(last: { readonly start: number; readonly words: number }, ready: number): number {
  const read = Timing.cellWord * (last.words + OUTPUT_GATE_LAG) + 1;
  const after = Math.max(ready - last.start, read);
  return last.start + Timing.cellWord * Math.ceil(after / Timing.cellWord);
}

/** Start of ElemMul -> gather idle. */
export function cellsToIdle(words: number, delay: number): number {
  return Timing.cellWord * (words + OUTPUT_GATE_LAG) + 1 + Timing.drainTail + delay;
}

/** Start of Assemble -> gather idle. */
export function outputsToIdle(words: number, delay: number): number {
  return words + 1 + Timing.drainTail + delay;
}
