import type { ExternalMemory } from './external_memory.ts';
import type { SequenceStream } from './sequence_stream.ts';

/** How the weights come from external memory; see stream_rows.ts for the image. */
export interface WeightStream extends ExternalMemory {
  /** Bits of a beat number. */
  readonly beatBits: number;
  /** Words of the program memory of the reader, at least 2. */
  readonly programDepth: number;
}

/**
 * Every size, width and depth of the hardware that runs networks. Builders print it; all programs for the same hardware share it.
 * Powers of two: channels, groups, elemLanes; elemLanes divides lanes.
 */
export interface NetworkSizes {
  /** Voices that share the weights. */
  readonly channels: number;
  readonly groups: number;
  readonly lanes: number;
  readonly elemLanes: number;
  /** Elements of a group in a word of elemLanes elements, and words over which a round over the groups spreads; one of them is 1. */
  readonly slice: number;
  readonly spread: number;
  /** Elements of an input beat, and of an output beat. */
  readonly inputBeat: number;
  readonly beat: number;
  readonly vectorBits: number;
  /** Bits of an element of VMEM: vectorBits, or WIDE_STATE_BITS where the state of an LSTM has as many. */
  readonly elementBits: number;
  readonly weightBits: number;
  readonly indexBits: number;
  /** Bits of a vector element behind its alignment. */
  readonly actBits: number;
  /** Bits of an accumulator, and whether it saturates after every addition: at one width in all segments then. */
  readonly accBits: number;
  readonly saturate: boolean;
  /** Bits of a bias, in fraction bits of its sums. */
  readonly biasBits: number;
  /** Whether any layer has peepholes. */
  readonly peepholes: boolean;
  /** Bits of the exact sum of a row: accumulators of all groups, bias, peephole product or r⊙nh. */
  readonly sumBits: number;
  /** Accumulators of a PE in a tile, and bits of their number. */
  readonly tileRows: number;
  readonly rowBits: number;
  /** Entries of an activation queue. */
  readonly fifoDepth: number;
  /** Words of VMEM of a group of a channel; `slice` elements each. */
  readonly vmemWords: number;
  /** Words of VMEM of a group from address 0 on whose states may start from other values than zero, a power of two; 0: all start from zeros. */
  readonly startDepth: number;
  /** Whether any vector is in every group. */
  readonly replicated: boolean;
  /** Weight memory of a lane of a group, and bits of its address. */
  readonly weightDepth: number;
  readonly addrBits: number;
  /** Whether it is UltraRAM, which an image is loaded into before the start. */
  readonly ultra: boolean;
  /** Weights in external memory instead; null where they are on chip. */
  readonly external: WeightStream | null;
  /** Pointer memory of a lane of a group: a word count for each column of its segments. */
  readonly pointerDepth: number;
  readonly pointerBits: number;
  readonly countBits: number;
  /** Whether all lanes of a group have the same number of words in every column. */
  readonly sharedCounts: boolean;
  /** Whether the lanes of a group work in step. */
  readonly inStep: boolean;
  /** Parameter memory of an ElemMul lane: bias and peephole of a row. */
  readonly paramDepth: number;
  /** Words of the program memories, at least 2. */
  readonly programDepth: { readonly load: number; readonly mac: number; readonly cell: number; readonly store: number };
  /** Whether it runs by utterance: once for a whole utterance, and not step by step as frames come. */
  readonly utterance: boolean;
  /** Axes of time, the input's and that of a single step among them. */
  readonly axes: number;
  /** Words of elemLanes elements of the sequence memory, lines where it is in external memory; 0: there is none. */
  readonly sequenceWords: number;
  /** The sequence memory in external memory; null where it is on chip, or there is none. */
  readonly sequenceStream: SequenceStream | null;
  /** Words of the table of states that a host reads and writes; 0: there is none. */
  readonly stateDepth: number;
  /** Slot kinds, gates and activations that programs may use: the cell unit has data paths for these only. */
  readonly kinds: readonly ('lstm' | 'gruAfter' | 'gruReset' | 'gruBefore' | 'affine')[];
  /** Blocks whose transforms programs may use, rising; empty: there is no transform. */
  readonly blocks: readonly number[];
  /** Half the input range of the tables, powers of two. */
  readonly sigmoidRange: number;
  readonly tanhRange: number;
}

/** Bits of a group address in program words and blocks. */
export const ADDRESS_BITS = 18;
