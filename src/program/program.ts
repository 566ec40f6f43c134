import type { Machine } from '../machine/machine.ts';
import { type Window, windowOutputs } from '../model/graph.ts';
import type { Fixed } from '../util/fixed.ts';
import type { Streams } from './instruction.ts';
import type { SlotProgram } from './slot_program.ts';

/**
 * A region of the vector memory (VMEM). It has `slots` frames, a power of two, of which frame n is slot n mod slots. A frame has
 * the shape [...positions, channels], channels innermost, with a border of zeros (`halo`) around the positions.
 *
 * Interleaved, element e of a frame lies in group e mod G, word floor(e / G); replicated, every group has all elements, so that a
 * window may start at any of them.
 */
export interface Vector {
  readonly name: string;
  readonly role: 'input' | 'output' | 'state' | 'inner';
  /** First word, in every group. */
  readonly base: number;
  readonly slots: number;
  /** Words of a frame in a group. */
  readonly slotWords: number;
  readonly replicated: boolean;
  readonly channels: number;
  /** Sizes of the axes of positions, outermost first; empty for a plain vector. */
  readonly positions: readonly number[];
  /** Zeros before and behind the positions of each axis. */
  readonly halo: readonly (readonly [number, number])[];
  /** Elements from one position to the next, by axis: channels and rows are padded to whole words. */
  readonly strides: readonly number[];
  /** Element of the first position. */
  readonly origin: number;
  readonly format: Fixed;
  /** What a voice reads in its first step instead of the step before; null: zeros. */
  readonly initial: Int32Array | null;
}

/**
 * Addresses in a vector: of what a MAC reads, a CELL writes, a LOAD or STORE moves. The frame is that of slot
 * slot.t · t + slot.p · p + slot.offset + slot.step · tap for each of `taps`; in it `rows` runs of `run` elements,
 * `rowStride` apart, from element offset + p · pStride + q · qStride on.
 */
export interface View {
  readonly vector: number;
  readonly slot: { readonly t: number; readonly p: number; readonly offset: number; readonly step: number };
  readonly taps: number;
  readonly offset: number;
  readonly pStride: number;
  readonly qStride: number;
  readonly rows: number;
  readonly rowStride: number;
  readonly run: number;
}

/** An array of frames in the sequence memory, one for each step of an axis; elements [...positions, channels] without halo. */
export interface Sequence {
  readonly name: string;
  readonly elements: number;
  readonly axis: number;
  /** First element. */
  readonly base: number;
}

/** A number of steps: of the input, or of a window over another axis; `once` is a single step. */
export type TimeAxis =
  | { readonly kind: 'input' }
  | { readonly kind: 'once' }
  | { readonly kind: 'window'; readonly of: number; readonly window: Window };

/**
 * Rows of a matrix, in the order of a tile: `period` rows of a cell stand together. Its columns are the elements of a view in
 * their order, each run padded with absent columns to a multiple of the groups.
 */
export interface Segment {
  readonly name: string;
  readonly rows: number;
  readonly period: number;
  readonly columns: number;
  /** [rows, columns]. */
  readonly values: Int16Array;
  readonly format: Fixed;
  /**
   * Spectra of a block-circulant matrix with blocks of so many rows and columns: rows by `spectralRows`, columns by `spectralColumns`; null of other
   * matrices.
   */
  readonly block: number | null;
  /** Whether rows of spectra are turned against each other by their kind, see `kindTurn`. */
  readonly kindsTurned: boolean;
  /** Accumulators that it is added to; see `Sums` of the quantized graph. */
  readonly accumulator: { readonly bits: number; readonly saturate: boolean };
}

/** Parameters of the rows of a tile. */
export interface Parameters {
  readonly name: string;
  /** [rows]. */
  readonly bias: Float64Array;
  /** Of i, f and o, [cells] each. */
  readonly peepholes: { readonly i: Int16Array; readonly f: Int16Array; readonly o: Int16Array } | null;
}

/** An input or output: a frame is one element after another, in the order of the vectors. */
export interface ProgramPort {
  readonly name: string;
  readonly elements: number;
  readonly format: Fixed;
  readonly axis: number;
  /** Element n of the stream is element order[n] of the tensor; null where they are the same. */
  readonly order: Int32Array | null;
}

/** A state that a host reads and writes between utterances; `yf` and `hf` are the spectra of `y` and `h`, for the products that read those. */
export interface ProgramState {
  readonly node: string;
  readonly part: 'y' | 'c' | 'h' | 'yf' | 'hf';
  readonly vector: number;
}

/**
 * A network for a machine: all that runs, in integers. Golden model, cycle model, memory images, RTL and listing are projections
 * of it.
 *
 * In mode `streaming` a step is taken as it arrives and answered before the next; in mode `utterance` layers run one after the
 * other over all steps.
 */
export interface Program {
  readonly machine: Machine;
  readonly mode: 'streaming' | 'utterance';
  readonly inputs: readonly ProgramPort[];
  readonly outputs: readonly ProgramPort[];
  readonly axes: readonly TimeAxis[];
  readonly vectors: readonly Vector[];
  readonly views: readonly View[];
  readonly sequences: readonly Sequence[];
  readonly segments: readonly Segment[];
  /** Elements of the segments that the model has, zeros or not; the others are zeros of its structure. */
  readonly weights: number;
  readonly parameters: readonly Parameters[];
  readonly slotPrograms: readonly SlotProgram[];
  readonly states: readonly ProgramState[];
  /** Half the input range of the tables, and their words, [2048] each. */
  readonly tables: {
    readonly sigmoidRange: number;
    readonly tanhRange: number;
    readonly sigmoid: Int16Array;
    readonly tanh: Int16Array;
  };
  readonly streams: Streams;
}

/** Whether a voice starts from other values of a vector than zeros. */
export function hasStart({ initial }: Pick<Vector, 'initial'>): boolean {
  return initial?.some((value) => value !== 0) ?? false;
}

/** Elements of a frame of a vector, without halo. */
export function vectorElements({ channels, positions }: Vector): number {
  return positions.reduce((product, size) => product * size, channels);
}

/** Steps of every axis of a program for so many steps of the input. */
export function stepsOfAxes({ axes }: Pick<Program, 'axes'>, inputSteps: number): number[] {
  const steps: number[] = [];
  for (const axis of axes) {
    if (axis.kind === 'input') steps.push(inputSteps);
    else if (axis.kind === 'once') steps.push(1);
    else steps.push(windowOutputs(axis.window, steps[axis.of]!));
  }
  return steps;
}
