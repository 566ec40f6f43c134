import { type Machine, wordUnit } from '../../machine/machine.ts';
import type { TensorId } from '../../model/graph.ts';
import {
  type Control,
  type Instruction,
  MAX_TOKENS,
  SEMAPHORE_STREAMS,
  type Semaphore,
  STREAMS,
  type StepAddress,
  type Stream,
  type Token,
} from '../../program/instruction.ts';
import type { View } from '../../program/program.ts';
import type { TermWindow } from '../legal_graph.ts';
import { type ProgramBuilder, STEP_SLOT } from './builder.ts';
import { frameRuns, haloFor, type Layout, layoutOf, type Shape, startsInGroupZero, windowParts } from './layout.ts';
import { emitTiles, type TileJob } from './order.ts';
import type { Source } from './source.ts';
import { Spectra } from './spectra.ts';
import { countTokens, type Happening, instructionsOf, StreamDraft, tokensOf } from './stream_draft.ts';
import type { TileLoop } from './tile_numbers.ts';

/** Semaphores that are counted by step; those of the tiles stand with the works, `stored` between stages. */
const COUNTED: readonly Semaphore[] = [
  'loaded',
  'loadFree',
  'ready',
  'outFull',
  'outFree',
  'copied',
  'passFull',
  'passFree',
  'passed',
];

/** A tensor that the nodes of a stage compute. */
export interface Produced {
  readonly vector: number;
  readonly happening: Happening;
}

type BodyOf = Readonly<Record<Stream, StreamDraft>>;
type Prologue = Record<Stream, Instruction[]>;

/**
 * Loops over the steps of an axis in all four streams: frames are loaded, nodes computed one after the other, frames stored.
 */
export class Stage {
  readonly builder: ProgramBuilder;
  readonly axis: number;
  readonly body: BodyOf = {
    load: new StreamDraft(),
    mac: new StreamDraft(),
    cell: new StreamDraft(),
    store: new StreamDraft(),
  };
  readonly produced = new Map<TensorId, Produced>();
  readonly spectra: Spectra;
  readonly #blocks: (TileJob | TileLoop)[] = [];
  readonly #windowFrames: Instruction[] = [];

  constructor(builder: ProgramBuilder, axis: number) {
    this.builder = builder;
    this.axis = axis;
    this.spectra = new Spectra(builder, this.body);
  }

  /** Fills a tile when the products of the step are put in order; CELL drains it behind those before. */
  addJob(job: TileJob): void {
    this.#blocks.push(job);
  }

  /** The same for loops over positions. */
  addLoop(loop: TileLoop): void {
    this.#blocks.push(loop);
  }

  /**
   * Puts the products of the step into MAC.
   *
   * @param ahead whether products of the next step may be among them
   * @param loadFree happens when the frames of the step are read
   */
  emitProducts(ahead: boolean, loadFree: Happening): void {
    const { mac } = this.body;
    emitTiles(this.#blocks, mac, ahead, () => mac.happen(loadFree));
  }

  /** Frames before the first step, for windows that begin there. */
  loadBefore(instructions: readonly Instruction[]): void {
    this.#windowFrames.push(...instructions);
  }

  /**
   * Instructions of all streams.
   *
   * @param first, last whether no stage stands before or behind this one, so that its sequences need not be waited for
   */
  finish(first: boolean, last: boolean): Record<Stream, Instruction[]> {
    this.spectra.makeAhead();
    const before: Prologue = { load: [], mac: [], cell: [], store: [] };
    const after: Prologue = { load: [], mac: [], cell: [], store: [] };
    if (!first) before.load.push(...syncs([{ semaphore: 'stored', count: 1 }], 'waits'));
    before.load.push(...this.#windowFrames);
    for (const semaphore of COUNTED) {
      const [poster, waiter] = SEMAPHORE_STREAMS[semaphore];
      const carried = countTokens(semaphore, this.body[poster], this.body[waiter]);
      before[poster].push(...syncs(tokensOf(semaphore, carried), 'posts'));
      after[waiter].push(...syncs(tokensOf(semaphore, carried), 'waits'));
    }
    if (!last) after.store.push(...syncs([{ semaphore: 'stored', count: 1 }], 'posts'));
    const loop: Control = { op: 'loop', counter: 't', rounds: { axis: this.axis } };
    const streamOf = (stream: Stream): Instruction[] => {
      const body = instructionsOf(this.body[stream]);
      const repeated: Instruction[] = body.length === 0 ? [] : [loop, ...body, { op: 'end' }];
      return [...before[stream], ...repeated, ...after[stream]];
    };
    const [load, mac, cell, store] = STREAMS.map(streamOf);
    return { load: load!, mac: mac!, cell: cell!, store: store! };
  }
}

/** Instructions that only wait, or only post. */
export function syncs(tokens: readonly Token[], kind: 'waits' | 'posts'): Instruction[] {
  const out: Instruction[] = [];
  for (let at = 0; at < tokens.length; at += MAX_TOKENS) {
    out.push({ op: 'sync', waits: [], posts: [], [kind]: tokens.slice(at, at + MAX_TOKENS) });
  }
  return out;
}

/** The smallest power of two that is not below a number. */
export function powerOfTwo(least: number): number {
  let power = 1;
  while (power < least) power *= 2;
  return power;
}

/** Steps that a window over time spans. */
export function spanOf(window: TermWindow | null): number {
  return window === null ? 1 : (window.time.kernel - 1) * window.time.dilation + 1;
}

/** Slot of the frames that a window over time reads: its first tap, and from tap to tap. */
export function windowSlot(window: TermWindow | null): Pick<Source, 'slot' | 'taps'> {
  if (window === null) return { slot: STEP_SLOT, taps: 1 };
  const { kernel, stride, dilation, before } = window.time;
  return { slot: { t: stride, p: 0, offset: 0 - before, step: dilation }, taps: kernel };
}

/** Layout of a tensor that is read through such windows, and whether every group needs all of it. */
export function layoutFor(
  shape: Shape,
  windows: readonly (TermWindow | null)[],
  machine: Machine,
  where: string,
): { readonly layout: Layout; readonly replicated: boolean } {
  const layout = layoutOf(shape, haloFor(shape, windows), wordUnit(machine));
  const parts = windows.flatMap((window) => windowParts(layout, window, where));
  return { layout, replicated: !parts.every((part) => startsInGroupZero(part, machine.groups)) };
}

/** Loads frames of a sequence that a window over time needs: those that a step adds, and those before the first step. */
export function loadWindow(
  stage: Stage,
  sequence: number,
  vector: number,
  window: TermWindow | null,
  fixed: StepAddress | null,
  backward: boolean,
): void {
  const { builder, body } = stage;
  const runs = frameRuns(builder.vectors[vector]!);
  const instruction = (step: StepAddress, slot: View['slot']) => {
    return { op: 'load' as const, from: { sequence, step }, to: builder.view(vector, runs, slot) };
  };
  if (window === null) {
    const step = fixed ?? { t: 1, p: 0, offset: 0, backward };
    body.load.work(instruction(step, STEP_SLOT));
    return;
  }
  const { stride, before } = window.time;
  const span = spanOf(window);
  const added = Math.min(stride, span);
  const offset = span - added - before;
  body.load.loop('p', added, () => {
    const place = { t: stride, p: added === 1 ? 0 : 1, offset };
    body.load.work(instruction({ ...place, backward: false }, { ...place, step: 0 }));
  });
  if (span === added) return;
  const place = { t: 0, p: 1, offset: 0 - before };
  const first = { ...instruction({ ...place, backward: false }, { ...place, step: 0 }), waits: [], posts: [] };
  stage.loadBefore([{ op: 'loop', counter: 'p', rounds: span - added }, first, { op: 'end' }]);
}
