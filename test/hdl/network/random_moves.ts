import { machineOf } from '../../../src/machine/machine.ts';
import { parseConfig } from '../../../src/machine/read_config.ts';
import type { Window } from '../../../src/model/graph.ts';
import type { Instruction, Streams, Token } from '../../../src/program/instruction.ts';
import { type NetworkDesign, networkDesign } from '../../../src/program/network_design.ts';
import type { Program, TimeAxis, Vector, View } from '../../../src/program/program.ts';
import type { Rng } from '../../../src/util/rng.ts';
import { DUT } from './run_blocks.ts';

/** An array on which frames are moved. */
export interface MoveShape {
  readonly channels: number;
  readonly groups: number;
  readonly elemLanes: number;
  readonly inputBeat: number;
  readonly beat: number;
}

const FORMAT = { bits: 16, frac: 8 };
const STEP = { t: 1, p: 0, offset: 0, step: 0 } as const;
const one = (semaphore: Token['semaphore']): Token => ({ semaphore, count: 1 });

/** Collects vectors, views and sequences that keep the word rule. */
class Draft {
  readonly vectors: Vector[] = [];
  readonly views: View[] = [];
  readonly sequences: Program['sequences'][number][] = [];
  readonly rng: Rng;
  readonly shape: MoveShape;
  #words: number;

  constructor(rng: Rng, shape: MoveShape) {
    this.rng = rng;
    this.shape = shape;
    // CELL's traffic is at address 0.
    this.#words = Math.max(shape.elemLanes, shape.elemLanes / shape.groups, 1);
  }

  /** A frame of some runs in a vector of its own. */
  view(rows: number, run: number, slots: number, slot: View['slot']): number {
    const { groups, elemLanes } = this.shape;
    const { rng } = this;
    const unit = Math.max(groups, elemLanes);
    const offset = unit * rng.integer(0, 2);
    const rowStride = unit * (Math.ceil(run / unit) + rng.integer(0, 2));
    const replicated = rng.integer(0, 1) === 1;
    const elements = offset + rows * rowStride;
    const slotWords = replicated ? elements : elements / groups;
    this.vectors.push({
      ...{ name: `v${this.vectors.length}`, role: 'inner', base: this.#words, slots, slotWords, replicated },
      ...{ channels: elements, positions: [], halo: [], strides: [], origin: 0, format: FORMAT, initial: null },
    });
    this.#words += slots * slotWords;
    const runs = { taps: 1, offset, pStride: 0, qStride: 0, rows, rowStride, run };
    return this.views.push({ vector: this.vectors.length - 1, slot, ...runs }) - 1;
  }

  /** Another slot of the same vector. */
  other(view: number, slot: View['slot']): number {
    return this.views.push({ ...this.views[view]!, slot }) - 1;
  }
}

function design(
  { vectors, views, sequences, shape }: Draft,
  own: Pick<Program, 'mode' | 'inputs' | 'outputs' | 'axes'> & { load: Instruction[]; store: Instruction[] },
  maxSteps: number,
): NetworkDesign {
  const { channels, groups, elemLanes, inputBeat, beat } = shape;
  const config = parseConfig(
    { name: DUT, array: { channels, groups, lanes: elemLanes }, elemLanes, inputBeat, outputBeat: beat },
    'test',
  );
  const { load, store, ...rest } = own;
  const streams = { load, store, mac: [], cell: [] } as unknown as Streams;
  const table = new Int16Array(2048);
  const program: Program = {
    ...{ machine: { ...machineOf(config), maxSteps }, ...rest, vectors, views, sequences, streams },
    ...{ segments: [], weights: 0, parameters: [], slotPrograms: [], states: [] },
    tables: { sigmoidRange: 8, tanhRange: 4, sigmoid: table, tanh: table },
  };
  return networkDesign(program, config);
}

/** Whole beats in every one of several runs; a single one may end within a beat of the input. */
function runUnit({ inputBeat, beat }: MoveShape, rows: number): number {
  return rows > 1 ? Math.max(inputBeat, beat) : beat;
}

/** Frames come, are copied from place to place and go out again. */
export function streamingMoves(rng: Rng, shape: MoveShape, ports: number): NetworkDesign {
  const draft = new Draft(rng, shape);
  const inputs: Program['inputs'][number][] = [];
  const outputs: Program['outputs'][number][] = [];
  const load: Instruction[] = [{ op: 'loop', counter: 't', rounds: { axis: 0 } }];
  const store: Instruction[] = [
    { op: 'sync', waits: [], posts: [{ semaphore: 'passFree', count: 2 }] },
    { op: 'loop', counter: 't', rounds: { axis: 0 } },
  ];
  for (let port = 0; port < ports; port++) {
    const [first, last] = [port === 0, port === ports - 1];
    const rows = rng.integer(1, 3);
    const run = runUnit(shape, rows) * rng.integer(1, 12);
    const elements = rows * run;
    const from = draft.view(rows, run, 2, STEP);
    inputs.push({ name: `in${port}`, elements, format: FORMAT, axis: 0, order: null });
    outputs.push({ name: `out${port}`, elements, format: FORMAT, axis: 0, order: null });
    const [waits, posts] = [first ? [one('passFree')] : [], last ? [one('passFull')] : []];
    load.push({ op: 'load', from: { input: port }, to: from, waits, posts });
    const taken = first ? [one('passFull')] : [];
    const given = last ? [one('passFree')] : [];
    if (rows > 1) {
      store.push({ op: 'store', from, to: { output: port }, waits: taken, posts: given });
      continue;
    }
    // A frame of one run goes by way of a copy.
    const copy = draft.view(1, run, 1, { t: 0, p: 0, offset: 0, step: 0 });
    store.push({ op: 'store', from, to: { view: copy, block: null, turn: 'always' }, waits: taken, posts: [] });
    store.push({ op: 'store', from: copy, to: { output: port }, waits: [], posts: given });
  }
  load.push({ op: 'end' });
  store.push({ op: 'end' });
  const axes: TimeAxis[] = [{ kind: 'input' }, { kind: 'once' }];
  return design(draft, { mode: 'streaming', inputs, outputs, axes, load, store }, 100);
}

/** An utterance goes to the sequence memory; frames of it come back, forward and backward, through windows over time. */
export function utteranceMoves(rng: Rng, shape: MoveShape, maxSteps: number): NetworkDesign {
  const draft = new Draft(rng, shape);
  const ports = rng.integer(1, 2);
  const axes: TimeAxis[] = [{ kind: 'input' }, { kind: 'once' }];
  for (let count = rng.integer(1, 2); count > 0; count--) {
    const of = rng.pick([...axes.keys()].filter((axis) => axis !== 1));
    const kernel = rng.integer(1, 4);
    const [stride, dilation] = [rng.integer(1, 3), rng.integer(1, 2)];
    const window: Window = { kernel, stride, dilation, before: rng.integer(0, 3), after: rng.integer(0, 3) };
    axes.push({ kind: 'window', of, window });
  }
  const inputs: Program['inputs'][number][] = [];
  const outputs: Program['outputs'][number][] = [];
  const load: Instruction[] = [{ op: 'loop', counter: 't', rounds: { axis: 0 } }];
  const store: Instruction[] = [
    { op: 'sync', waits: [], posts: [{ semaphore: 'passFree', count: 2 }] },
    { op: 'loop', counter: 't', rounds: { axis: 0 } },
  ];
  const forward = { t: 1, p: 0, offset: 0, backward: false };
  const runs: (readonly [number, number])[] = [];
  for (let port = 0; port < ports; port++) {
    const [first, last] = [port === 0, port === ports - 1];
    const rows = rng.integer(1, 3);
    const run = runUnit(shape, rows) * rng.integer(1, 9);
    runs.push([rows, run]);
    const view = draft.view(rows, run, 2, STEP);
    inputs.push({ name: `in${port}`, elements: rows * run, format: FORMAT, axis: 0, order: null });
    const sequence = draft.sequences.push({ name: `s${port}`, elements: rows * run, axis: 0, base: 0 }) - 1;
    const [waits, posts] = [first ? [one('passFree')] : [], last ? [one('passFull')] : []];
    load.push({ op: 'load', from: { input: port }, to: view, waits, posts });
    const [taken, given] = [first ? [one('passFull')] : [], last ? [one('passFree')] : []];
    store.push({ op: 'store', from: view, to: { sequence, step: forward }, waits: taken, posts: given });
  }
  load.push({ op: 'end' }, { op: 'sync', waits: [{ semaphore: 'passFree', count: 2 }], posts: [] });
  store.push({ op: 'end' });
  for (let stage = 0; stage < 2; stage++) {
    const port = rng.integer(0, ports - 1);
    const [rows, run] = runs[port]!;
    const axis = rng.integer(0, axes.length - 1);
    const loop: Instruction = { op: 'loop', counter: 't', rounds: { axis } };
    store.push({ op: 'sync', waits: [], posts: [one('stored'), { semaphore: 'passFree', count: 1 }] });
    load.push({ op: 'sync', waits: [one('stored')], posts: [] }, loop, {
      op: 'sync',
      waits: [one('passFree')],
      posts: [],
    });
    const into = draft.view(rows, run, 2, { t: 0, p: 1, offset: 0, step: 0 });
    const step = { t: rng.integer(0, 3), p: 1, offset: rng.integer(-3, 2), backward: rng.integer(0, 1) === 1 };
    load.push({ op: 'loop', counter: 'p', rounds: 2 });
    load.push({ op: 'load', from: { sequence: port, step }, to: into, waits: [], posts: [one('passFull')] });
    load.push({ op: 'end' }, { op: 'end' }, { op: 'sync', waits: [one('passFree')], posts: [] });
    store.push(loop);
    for (let slot = 0; slot < 2; slot++) {
      const output = outputs.length;
      outputs.push({ name: `out${output}`, elements: rows * run, format: FORMAT, axis, order: null });
      const from = draft.other(into, { t: 0, p: 0, offset: slot, step: 0 });
      const posts = slot === 1 ? [one('passFree')] : [];
      store.push({ op: 'store', from, to: { output }, waits: [one('passFull')], posts });
    }
    store.push({ op: 'end' });
  }
  return design(draft, { mode: 'utterance', inputs, outputs, axes, load, store }, maxSteps);
}
