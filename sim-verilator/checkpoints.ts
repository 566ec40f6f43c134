import type { Dimensions } from '../src/program/dimensions.ts';
import { CHECKPOINTS, type Checkpoint } from './bench_files.ts';

/** Values of the golden model of one channel at the checkpoints: [T * H] each, frame by frame. */
export type GoldenCheckpoints = Readonly<Record<Checkpoint, number[]>>;

/** An empty log. */
export function emptyCheckpoints(): GoldenCheckpoints {
  return { i: [], f: [], g: [], o: [], c: [], m: [] };
}

const NAMES: Readonly<Record<Checkpoint, string>> = {
  i: 'pre-activation of the input gate',
  f: 'pre-activation of the forget gate',
  g: 'pre-activation of the cell input',
  o: 'pre-activation of the output gate',
  c: 'cell state',
  m: 'cell output',
};

/**
 * First difference inside the design, in the order in which a frame computes: gates, state, output.
 *
 * @param channel whose values `golden` holds
 * @param rtl values by kind and ElemMul lane, as bench.v logs them
 * @returns one line, or null where all checkpoints agree; one that the RTL did not log is a difference
 */
export function firstDifference(
  golden: GoldenCheckpoints,
  channel: number,
  rtl: ReadonlyMap<Checkpoint, readonly (readonly number[])[]>,
  { cells, elemLanes, cellWords, channels }: Dimensions,
): string | null {
  const frames = golden.m.length / cells;
  for (let frame = 0; frame < frames; frame++) {
    for (const kind of CHECKPOINTS) {
      for (let cell = 0; cell < cells; cell++) {
        const got =
          rtl.get(kind)![channel * elemLanes + (cell % elemLanes)]![frame * cellWords + Math.floor(cell / elemLanes)];
        const expected = golden[kind][frame * cells + cell];
        if (got !== expected) {
          const rtlValue = got ?? 'nothing';
          return `first difference inside: ${channels === 1 ? '' : `channel ${channel}, `}frame ${frame}, cell ${cell}, ${NAMES[kind]}: expected ${expected}, RTL ${rtlValue}`;
        }
      }
    }
  }
  return null;
}
