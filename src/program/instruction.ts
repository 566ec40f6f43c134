/**
 * Counting semaphores, the only order between the streams. Each has one stream that posts and one that waits; all start at 0.
 * Those of the tiles are pairs: an instruction names the first, and means that of its tile.
 */
export const SEMAPHORES = [
  /** CELL → MAC: tile 0, tile 1 is drained. */
  'tileFree0',
  'tileFree1',
  /** MAC → CELL: tile 0, tile 1 has all its products. */
  'tileFull0',
  'tileFull1',
  /** LOAD → MAC: the frames of a step are in VMEM; MAC → LOAD: those of a step are no longer needed. */
  'loaded',
  'loadFree',
  /** CELL → MAC: a vector is complete. */
  'ready',
  /** CELL → STORE: a vector is complete, or CELL has begun with what completes it and STORE follows word by word; STORE → CELL: it has been moved. */
  'outFull',
  'outFree',
  /** STORE → MAC: a new state is in its place. */
  'copied',
  /** STORE → LOAD: the sequences of a stage are complete. */
  'stored',
  /** LOAD → STORE, STORE → LOAD: frames that pass through. */
  'passFull',
  'passFree',
  /** STORE → MAC: the spectra of the frames of a step are made. */
  'passed',
] as const;
export type Semaphore = (typeof SEMAPHORES)[number];

/** Largest count of a semaphore: 4 bits. */
export const SEMAPHORE_MAX = 15;

/** Waits until a semaphore has `count` and takes them; or adds them. */
export interface Token {
  readonly semaphore: Semaphore;
  readonly count: number;
}

/** At most two waits and two posts. */
export interface Synchronized {
  readonly waits: readonly Token[];
  readonly posts: readonly Token[];
}
export const MAX_TOKENS = 2;

/** Loop counters: t over time, p and q over positions. */
export type Counter = 't' | 'p' | 'q';

/** Repeats what stands before its `end`; the counter is the number of the round. */
export interface LoopInstruction {
  readonly op: 'loop';
  readonly counter: Counter;
  readonly rounds: number | { readonly axis: number };
}

export interface EndInstruction {
  readonly op: 'end';
}

/** Only waits and posts. */
export interface SyncInstruction extends Synchronized {
  readonly op: 'sync';
}

/** A step of a sequence: t · t' + p · p' + offset, counted from the last step where `backward`. */
export interface StepAddress {
  readonly t: number;
  readonly p: number;
  readonly offset: number;
  readonly backward: boolean;
}

/** A frame from an input, or from a sequence, into a view; zeros where the sequence has no such step. */
export interface LoadInstruction extends Synchronized {
  readonly op: 'load';
  readonly from: { readonly input: number } | { readonly sequence: number; readonly step: StepAddress };
  readonly to: number;
}

/**
 * When a product is done, or spectra are made: always; `ahead` of its step, if the frames of that are loaded, else left out; `too` if the last one ahead was;
 * and `else` in its own step, if it was not. What is left out takes and posts no tokens.
 */
export const TURNS = ['always', 'ahead', 'too', 'else'] as const;
export type Turn = (typeof TURNS)[number];

/**
 * A frame from a view to an output, to a sequence, or to another view: as it is, or with `block` the packed spectra of its blocks of so many elements, the
 * last one filled up with zeros, in the order of `spectralColumns`.
 */
export interface StoreInstruction extends Synchronized {
  readonly op: 'store';
  readonly from: number;
  readonly to:
    | { readonly output: number }
    | { readonly sequence: number; readonly step: StepAddress }
    | { readonly view: number; readonly block: number | null; readonly turn: Turn };
}

/** A tile: (base + t · t' + p · p' + q · q') mod 2. */
export interface TileAddress {
  readonly base: number;
  readonly t: number;
  readonly p: number;
  readonly q: number;
}

/**
 * What a product need not wait for before its first column, as its columns follow the progress of the vector it reads: `ready`, of CELL, or `copied`,
 * of STORE.
 */
export const CHAINS = ['none', 'ready', 'copied'] as const;
export type Chain = (typeof CHAINS)[number];

/** Adds segment · (source << align) to a tile. */
export interface MacInstruction extends Synchronized {
  readonly op: 'mac';
  readonly segment: number;
  readonly source: number;
  /** Reads the value of the step before: in a voice's first step its initial value. */
  readonly previous: boolean;
  readonly tile: TileAddress;
  readonly align: number;
  readonly chain: Chain;
  readonly turn: Turn;
}

/**
 * Drains the rows of a tile through a slot program; the drained accumulators are zero again. With `block` the rows of every gate are packed spectra of
 * blocks of so many cells in the order of `spectralRows`, and their inverse transforms are what the slot program gets.
 */
export interface CellInstruction extends Synchronized {
  readonly op: 'cell';
  readonly slotProgram: number;
  readonly parameters: number;
  readonly tile: TileAddress;
  /** Cells, or rows of an affine tile. */
  readonly cells: number;
  /** View of the state of the step before that it reads, and where it has one of its own writes: c of an LSTM, h' of a GRU; null for affine. */
  readonly state: number | null;
  readonly to: number;
  readonly block: number | null;
  /** Whether rows of spectra are turned against each other by their kind, see `kindTurn`. */
  readonly kindsTurned: boolean;
  /** Right shift, with rounding, of a sum before its inverse transform; 0 without. */
  readonly drop: number;
}

export type Control = LoopInstruction | EndInstruction | SyncInstruction;
export type Instruction = Control | LoadInstruction | StoreInstruction | MacInstruction | CellInstruction;

/** The streams of instructions; MOVE has two, as a frame that goes out must not wait for the next one to come in. */
export const STREAMS = ['load', 'mac', 'cell', 'store'] as const;
export type Stream = (typeof STREAMS)[number];

export interface Streams {
  readonly load: readonly (Control | LoadInstruction)[];
  readonly mac: readonly (Control | MacInstruction)[];
  readonly cell: readonly (Control | CellInstruction)[];
  readonly store: readonly (Control | StoreInstruction)[];
}

/** By semaphore, the stream that posts it and the one that waits for it. */
export const SEMAPHORE_STREAMS: Readonly<Record<Semaphore, readonly [from: Stream, to: Stream]>> = {
  tileFree0: ['cell', 'mac'],
  tileFree1: ['cell', 'mac'],
  tileFull0: ['mac', 'cell'],
  tileFull1: ['mac', 'cell'],
  loaded: ['load', 'mac'],
  loadFree: ['mac', 'load'],
  ready: ['cell', 'mac'],
  outFull: ['cell', 'store'],
  outFree: ['store', 'cell'],
  copied: ['store', 'mac'],
  stored: ['store', 'load'],
  passFull: ['load', 'store'],
  passFree: ['store', 'load'],
  passed: ['store', 'mac'],
};

/**
 * Semaphores whose post a stream need not have seen to go on: it counts the tokens that it has taken, and compares them with those posted and with the
 * progress of what is posted next.
 */
export const FOLLOWED: Readonly<Record<Stream, readonly Semaphore[]>> = {
  load: [],
  mac: ['ready', 'copied'],
  cell: [],
  store: ['outFull'],
};

/** When a work is done; a stream's works but those of MAC, and spectra that STORE makes, are always done. */
export function turnOf(work: {
  readonly op: Instruction['op'];
  readonly turn?: Turn;
  readonly to?: StoreInstruction['to'] | number;
}): Turn {
  if (work.op === 'mac') return work.turn ?? 'always';
  return work.op === 'store' && typeof work.to === 'object' && 'view' in work.to ? work.to.turn : 'always';
}

/** What has to be there for works ahead of their step. */
export const AHEAD_OF: Readonly<Partial<Record<Stream, Semaphore>>> = { mac: 'loaded', store: 'passFull' };
