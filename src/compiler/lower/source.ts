import type { View } from '../../program/program.ts';
import type { Happening } from './stream_draft.ts';

/** Where a product finds a tensor in VMEM. */
export interface Source {
  readonly vector: number;
  readonly slot: View['slot'];
  readonly taps: number;
  /** What must have happened before; null where it came with the frames of the step. */
  readonly happening: Happening | null;
  /** Frames of the step that were loaded, or what follows from them alone. */
  readonly input: boolean;
  /** Steps before this one in which it happened. */
  readonly stepsBefore: number;
}
