import type { Machine } from '../../machine/machine.ts';
import type { Window } from '../../model/graph.ts';
import {
  hasStart,
  type Parameters,
  type Segment,
  type Sequence,
  type TimeAxis,
  type Vector,
  type View,
} from '../../program/program.ts';
import type { SlotProgram } from '../../program/slot_program.ts';
import { frameRuns, type Layout, portRuns, type Runs, roundUp } from './layout.ts';

/** Slot of a view: one slot that stays. */
const FIXED_SLOT: View['slot'] = { t: 0, p: 0, offset: 0, step: 0 };
/** Slot of a frame a step. */
export const STEP_SLOT: View['slot'] = { t: 1, p: 0, offset: 0, step: 0 };

/** What a vector is, before it has its place. */
export interface VectorSpec extends Layout, Pick<Vector, 'name' | 'role' | 'format'> {
  readonly slots?: number;
  readonly replicated?: boolean;
  readonly initial?: Int32Array | null;
}

/** Collects the parts of a program and gives them their places. */
export class ProgramBuilder {
  readonly machine: Machine;
  /** Elements of the largest block whose spectra are made, 1 where none are: vectors begin at multiples of so many group addresses, and have room for whole blocks. */
  readonly room: number;
  readonly axes: TimeAxis[] = [{ kind: 'input' }, { kind: 'once' }];
  readonly vectors: Vector[] = [];
  /** Group addresses of whose multiples each vector begins at one. */
  readonly #units: number[] = [];
  readonly views: View[] = [];
  readonly sequences: Sequence[] = [];
  readonly segments: Segment[] = [];
  readonly parameters: Parameters[] = [];
  readonly slotPrograms: SlotProgram[] = [];
  readonly #numbers = new Map<string, number>();
  #sequenceElements = 0;

  constructor(machine: Machine, room = 1) {
    this.machine = machine;
    this.room = room;
  }

  /** Number of the axis of a tensor's steps. */
  axis(time: readonly Window[] | null): number {
    if (time === null) return 1;
    let axis = 0;
    for (const window of time) {
      if (isPoint(window)) continue;
      axis = this.#once(this.axes, { kind: 'window', of: axis, window });
    }
    return axis;
  }

  vector(spec: VectorSpec): number {
    const { elements, slots = 1, replicated = false, initial = null, ...own } = spec;
    const { groups, elemLanes } = this.machine;
    // Words of ElemMul begin where words of the memories do.
    const unit = replicated ? elemLanes : Math.max(elemLanes / groups, this.room);
    const slotWords = roundUp(replicated ? elements : Math.ceil(elements / groups), unit);
    this.#units.push(unit);
    return this.vectors.push({ ...own, base: 0, slots, slotWords, replicated, initial }) - 1;
  }

  /** The vectors in their places, by number: those that start from other values than zeros lie first, the others in the order in which they were made. */
  placedVectors(): Vector[] {
    const bases = new Map<number, number>();
    const numbers = [...this.vectors.keys()];
    const starting = numbers.filter((number) => hasStart(this.vectors[number]!));
    const others = numbers.filter((number) => !hasStart(this.vectors[number]!));
    let words = 0;
    for (const number of [...starting, ...others]) {
      const { slots, slotWords } = this.vectors[number]!;
      const base = roundUp(words, this.#units[number]!);
      bases.set(number, base);
      words = base + slots * slotWords;
    }
    return this.vectors.map((vector, number) => ({ ...vector, base: bases.get(number)! }));
  }

  view(vector: number, runs: Runs, slot: View['slot'], taps = 1): number {
    const { slots } = this.vectors[vector]!;
    return this.#once(this.views, { vector, slot: slots === 1 ? FIXED_SLOT : slot, taps, ...runs });
  }

  /** View of whole frames of a vector. */
  frameView(vector: number, slot = STEP_SLOT): number {
    return this.view(vector, frameRuns(this.vectors[vector]!), slot);
  }

  /** Views of whole frames of a vector as a port has them, one after the other. */
  portViews(vector: number, slot = STEP_SLOT): number[] {
    return portRuns(this.vectors[vector]!).map((runs) => this.view(vector, runs, slot));
  }

  /** View of `run` elements at every position of a vector, from channel `from` on. */
  elementView(vector: number, from: number, run: number, pStride = 0, qStride = 0): number {
    const offset = this.vectors[vector]!.origin + from;
    return this.view(vector, { offset, pStride, qStride, rows: 1, rowStride: 0, run }, STEP_SLOT);
  }

  sequence(name: string, elements: number, axis: number): number {
    const base = this.#sequenceElements;
    this.#sequenceElements += elements * this.machine.maxSteps;
    return this.sequences.push({ name, elements, axis, base }) - 1;
  }

  segment(segment: Segment): number {
    return this.segments.push(segment) - 1;
  }

  parameter(parameters: Parameters): number {
    return this.parameters.push(parameters) - 1;
  }

  slotProgram(slot: SlotProgram): number {
    return this.#once(this.slotPrograms, slot);
  }

  /** Place of an equal value in a list, where it is put if there is none. */
  #once<T>(list: T[], value: T): number {
    const key = `${this.#listName(list)} ${JSON.stringify(value)}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = list.push(value) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  #listName(list: unknown): string {
    return list === this.views ? 'view' : list === this.axes ? 'axis' : 'slot';
  }
}

/** Whether a window sees one step at a time. */
export function isPoint({ kernel, stride, before, after }: Window): boolean {
  return kernel === 1 && stride === 1 && before === 0 && after === 0;
}
