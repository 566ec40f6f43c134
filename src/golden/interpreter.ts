import { type Instruction, SEMAPHORES, type Semaphore, STREAMS, type Stream, turnOf } from '../program/instruction.ts';
import type { Counters } from './vector_memory.ts';

/** What the interpreter does for an instruction, with the loop counters of its stream. */
export type Execute = (counters: Counters) => void;

/** An instruction as it runs. */
export interface Runnable {
  readonly instruction: Instruction;
  /** null for loops, ends and syncs. */
  readonly execute: Execute | null;
  /** Tile that its semaphores belong to; null where it has none. */
  readonly tile: ((counters: Counters) => number) | null;
}

interface OpenLoop {
  readonly head: number;
  readonly counter: keyof Counters;
  readonly first: number;
  readonly rounds: number;
  round: number;
}

/** A stream on its way through its instructions. */
class StreamState {
  readonly stream: Stream;
  readonly runnables: readonly Runnable[];
  readonly counters: Counters = { t: 0, p: 0, q: 0 };
  at = 0;
  readonly #loops: OpenLoop[] = [];

  constructor(stream: Stream, runnables: readonly Runnable[]) {
    this.stream = stream;
    this.runnables = runnables;
  }

  get done(): boolean {
    return this.at >= this.runnables.length;
  }

  enter(counter: keyof Counters, first: number, rounds: number): void {
    this.#loops.push({ head: this.at, counter, first, rounds, round: 0 });
    this.counters[counter] = first;
    this.at++;
  }

  end(): void {
    const loop = this.#loops.at(-1)!;
    loop.round++;
    if (loop.round < loop.rounds) {
      this.counters[loop.counter] = loop.first + loop.round;
      this.at = loop.head + 1;
      return;
    }
    this.counters[loop.counter] = 0;
    this.#loops.pop();
    this.at++;
  }
}

/** Numbers of the semaphores, so that counts are an array. */
const NUMBERS = new Map(SEMAPHORES.map((semaphore, number) => [semaphore, number]));

/** Whether a semaphore belongs to a tile. */
function ofTile(semaphore: Semaphore): boolean {
  return semaphore.startsWith('tile');
}

/**
 * Runs four streams of instructions that wait for each other by semaphores alone: each as far as it comes, in turn.
 *
 * @param stepsOf steps of an axis
 * @param firstStep value of t in the first round of a loop over time
 * @throws Error where no stream can go on: a fault of the program, not of its user
 */
export function interpret(
  streams: Readonly<Record<Stream, readonly Runnable[]>>,
  stepsOf: (axis: number) => number,
  firstStep: number,
): void {
  const counts = new Int32Array(SEMAPHORES.length);
  const states = STREAMS.map((stream) => new StreamState(stream, streams[stream]));
  for (let moved = true; moved; ) {
    moved = false;
    for (const state of states) while (!state.done && step(state, counts, stepsOf, firstStep)) moved = true;
  }
  const stuck = states.filter(({ done }) => !done);
  if (stuck.length === 0) return;
  const where = stuck.map(({ stream, at, runnables, counters: { t } }) => {
    return `${stream} ${at} (t = ${t}): ${JSON.stringify(runnables[at]!.instruction)}`;
  });
  throw new Error(`the program cannot go on at ${where.join('; ')}`);
}

/** One instruction of a stream; false where it must wait. */
function step(state: StreamState, counts: Int32Array, stepsOf: (axis: number) => number, firstStep: number): boolean {
  const { instruction, execute, tile } = state.runnables[state.at]!;
  if (instruction.op === 'loop') {
    const rounds = typeof instruction.rounds === 'number' ? instruction.rounds : stepsOf(instruction.rounds.axis);
    state.enter(instruction.counter, instruction.counter === 't' ? firstStep : 0, rounds);
    return true;
  }
  if (instruction.op === 'end') {
    state.end();
    return true;
  }
  // Sums and spectra are the same whether they are made ahead or not.
  const turn = turnOf(instruction);
  if (turn === 'ahead' || turn === 'too') {
    state.at++;
    return true;
  }
  const ownTile = tile === null ? 0 : tile(state.counters);
  const place = (semaphore: Semaphore) => NUMBERS.get(semaphore)! + (ofTile(semaphore) ? ownTile : 0);
  for (const { semaphore, count } of instruction.waits) if (counts[place(semaphore)]! < count) return false;
  for (const { semaphore, count } of instruction.waits) counts[place(semaphore)]! -= count;
  execute?.(state.counters);
  for (const { semaphore, count } of instruction.posts) counts[place(semaphore)]! += count;
  state.at++;
  return true;
}
