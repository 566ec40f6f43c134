import { EsegenError } from '../util/errors.ts';
import { type Instruction, type LoopInstruction, STREAMS, type StepAddress } from './instruction.ts';
import type { Program, View } from './program.ts';
import type { LoopCounters, WalkEvent } from './walk.ts';

/** An access to a place in memory: which stream, and which of its events. */
interface Access {
  readonly stream: number;
  readonly event: number;
}

/** Who wrote a place last, and who has read it since: the latest of each stream. */
interface Place {
  written: Access | null;
  readonly read: Int32Array;
}

/**
 * Keeps who wrote and read every frame of the vectors, of the sequences and the tiles, and refuses what no semaphore puts in order.
 * A frame that several instructions write in parts counts part by part.
 */
export class AccessLog {
  readonly #program: Program;
  readonly #steps: readonly number[];
  readonly #places = new Map<string, Place>();
  readonly #writers = new Map<number, readonly number[]>();

  constructor(program: Program, steps: readonly number[]) {
    this.#program = program;
    this.#steps = steps;
  }

  /** @throws EsegenError where an access is not in order with those before */
  record(event: WalkEvent): void {
    const { instruction, counters } = event;
    switch (instruction.op) {
      case 'load': {
        const { from, to } = instruction;
        if ('sequence' in from) {
          const step = this.#step(from.sequence, from.step, counters);
          if (step !== null) this.#read(event, `sequence ${from.sequence} step ${step}`, false);
        }
        this.#frames(event, to, counters, 'write');
        return;
      }
      case 'store': {
        const { from, to } = instruction;
        this.#frames(event, from, counters, 'read');
        if ('view' in to) this.#frames(event, to.view, counters, 'write');
        if ('sequence' in to)
          this.#write(event, `sequence ${to.sequence} step ${this.#step(to.sequence, to.step, counters)}`);
        return;
      }
      case 'mac':
        this.#frames(event, instruction.source, counters, 'read', instruction.previous);
        this.#write(event, `tile ${tileNumber(instruction, counters)}`);
        return;
      case 'cell': {
        const tile = `tile ${tileNumber(instruction, counters)}`;
        this.#read(event, tile, false);
        this.#write(event, tile);
        if (instruction.state !== null) {
          this.#frames(event, instruction.state, counters, 'read', true);
          if (this.#program.slotPrograms[instruction.slotProgram]!.kind === 'lstm') {
            this.#frames(event, instruction.state, counters, 'write');
          }
        }
        this.#frames(event, instruction.to, counters, 'write');
        return;
      }
      default:
    }
  }

  #step(sequence: number, { t, p, offset, backward }: StepAddress, counters: LoopCounters): number | null {
    const steps = this.#steps[this.#program.sequences[sequence]!.axis]!;
    const step = t * counters.t + p * counters.p + offset;
    if (step < 0 || step >= steps) return null;
    return backward ? steps - 1 - step : step;
  }

  /** Frames of a view, by blocks of a vector that its views write one at a time. */
  #frames(event: WalkEvent, view: number, counters: LoopCounters, kind: 'read' | 'write', previous = false): void {
    const own = this.#program.views[view]!;
    const { vector, slot, taps } = own;
    const { name, slots } = this.#program.vectors[vector]!;
    for (let tap = 0; tap < taps; tap++) {
      const frame = slot.t * counters.t + slot.p * counters.p + slot.offset + slot.step * tap;
      // What lies before the first step of a voice reads as zeros.
      if (frame < 0 && kind === 'read' && this.#program.mode === 'streaming') continue;
      const number = frame & (slots - 1);
      for (const block of this.#blocks(vector, own, counters)) {
        const place = `${name} frame ${number} from ${block}`;
        if (kind === 'write') this.#write(event, place);
        else this.#read(event, place, previous);
      }
    }
  }

  /** First elements of what CELL, or STORE of spectra, writes to a vector at a time, those that an access meets; one block where they write none. */
  #blocks(vector: number, view: View, { p, q }: LoopCounters): readonly number[] {
    const all = this.#starts(vector);
    if (all.length === 0) return [0];
    if (view.rows > 1) return all;
    const offset = view.offset + p * view.pStride + q * view.qStride;
    const isPlain = this.#program.vectors[vector]!.positions.length === 0;
    return all.filter((start, at) => {
      const end = isPlain ? (all[at + 1] ?? Number.POSITIVE_INFINITY) : start + 1;
      return end > offset && start < offset + view.run;
    });
  }

  /** Where CELL, or STORE of spectra, begins to write in a frame of a vector; none where LOAD or STORE write whole frames. */
  #starts(vector: number): readonly number[] {
    const known = this.#writers.get(vector);
    if (known !== undefined) return known;
    const starts = new Set<number>();
    const loops: LoopInstruction[] = [];
    const rounds = (counter: 'p' | 'q', stride: number) => {
      const own = stride === 0 ? undefined : loops.find((loop) => loop.counter === counter)?.rounds;
      return typeof own === 'number' ? own : 1;
    };
    for (const instruction of this.#program.streams.cell) {
      if (instruction.op === 'loop') loops.push(instruction);
      else if (instruction.op === 'end') loops.pop();
      if (instruction.op !== 'cell') continue;
      for (const number of [instruction.to, instruction.state]) {
        const view = number === null ? null : this.#program.views[number]!;
        if (view === null || view.vector !== vector) continue;
        for (let q = 0; q < rounds('q', view.qStride); q++) {
          for (let p = 0; p < rounds('p', view.pStride); p++) {
            starts.add(view.offset + p * view.pStride + q * view.qStride);
          }
        }
      }
    }
    for (const instruction of this.#program.streams.store) {
      if (instruction.op !== 'store' || !('view' in instruction.to) || instruction.to.block === null) continue;
      const own = this.#program.views[instruction.to.view]!;
      if (own.vector === vector) starts.add(own.offset);
    }
    const sorted = [...starts].sort((a, b) => a - b);
    this.#writers.set(vector, sorted);
    return sorted;
  }

  #place(name: string): Place {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const made: Place = { written: null, read: new Int32Array(STREAMS.length) };
    this.#places.set(name, made);
    return made;
  }

  #read(event: WalkEvent, name: string, initial: boolean): void {
    const place = this.#place(name);
    const { written } = place;
    if (written === null && !initial) throw fault(event, `reads ${name} before it is written`);
    if (written !== null && event.clock[written.stream]! < written.event) {
      throw fault(event, `reads ${name} while ${STREAMS[written.stream]} may still write it`);
    }
    const stream = STREAMS.indexOf(event.stream);
    place.read[stream] = event.clock[stream]!;
  }

  #write(event: WalkEvent, name: string): void {
    const place = this.#place(name);
    this.#inOrder(event, name, place);
    const stream = STREAMS.indexOf(event.stream);
    place.written = { stream, event: event.clock[stream]! };
    place.read.fill(0);
  }

  #inOrder(event: WalkEvent, name: string, { written, read }: Place): void {
    if (written !== null && event.clock[written.stream]! < written.event) {
      throw fault(event, `writes ${name} while ${STREAMS[written.stream]} may still write it`);
    }
    for (const [stream, last] of read.entries()) {
      if (event.clock[stream]! < last) throw fault(event, `writes ${name} while ${STREAMS[stream]} may still read it`);
    }
  }
}

function fault({ stream, at, counters, instruction }: WalkEvent, what: string): EsegenError {
  return new EsegenError(`program: ${stream} ${at} (${instruction.op}) in step ${counters.t}`, what);
}

function tileNumber(instruction: Extract<Instruction, { op: 'mac' | 'cell' }>, { t, p, q }: LoopCounters): number {
  const { tile } = instruction;
  return (tile.base + tile.t * t + tile.p * p + tile.q * q) & 1;
}
