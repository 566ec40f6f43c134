import {
  AHEAD_OF,
  type Instruction,
  SEMAPHORES,
  type Semaphore,
  STREAMS,
  type Stream,
  type Token,
  turnOf,
} from './instruction.ts';
import type { Program } from './program.ts';

/** Loop counters of a stream. */
export interface LoopCounters {
  t: number;
  p: number;
  q: number;
}

/** An instruction that has run. */
export interface WalkEvent {
  readonly stream: Stream;
  /** Its place in the stream. */
  readonly at: number;
  readonly instruction: Instruction;
  readonly counters: Readonly<LoopCounters>;
  /** By stream, as many of its events as must have ended before this one begins; its own, this one among them. */
  readonly clock: Int32Array;
}

interface StreamWalk {
  at: number;
  events: number;
  readonly counters: LoopCounters;
  readonly loops: {
    readonly head: number;
    readonly counter: keyof LoopCounters;
    readonly rounds: number;
    round: number;
  }[];
  readonly clock: Int32Array;
}

/** Walks through the streams of a program without its numbers: loops and semaphores only, and what must have gone before what. */
export class Walk {
  readonly #program: Program;
  readonly #steps: readonly number[];
  readonly #streams: Readonly<Record<Stream, StreamWalk>>;
  readonly #ahead: boolean;
  /** Streams whose last work that could be was done ahead. */
  readonly #wasAhead = new Set<Stream>();
  /** Clocks of the posts that are not taken yet, by semaphore, oldest first. */
  readonly #posted: Int32Array[][] = SEMAPHORES.map(() => []);
  /** Counts of the semaphores. */
  readonly counts: number[] = SEMAPHORES.map(() => 0);

  /** @param ahead whether works are done ahead where they can be */
  constructor(program: Program, steps: readonly number[], ahead: boolean) {
    this.#program = program;
    this.#steps = steps;
    this.#ahead = ahead;
    const start = (): StreamWalk => ({
      ...{ at: 0, events: 0, counters: { t: 0, p: 0, q: 0 }, loops: [] },
      clock: new Int32Array(STREAMS.length),
    });
    this.#streams = { load: start(), mac: start(), cell: start(), store: start() };
  }

  done(stream: Stream): boolean {
    return this.#streams[stream].at >= this.#program.streams[stream].length;
  }

  /** Whether a stream waits for a semaphore anywhere; a tile's pair counts as both. */
  waitsFor(stream: Stream, semaphore: number): boolean {
    return this.#program.streams[stream].some((instruction: Instruction) => {
      if (!('waits' in instruction)) return false;
      return instruction.waits.some((token) => numbersOf(token.semaphore).includes(semaphore));
    });
  }

  describe(stream: Stream): string {
    const { at, counters } = this.#streams[stream];
    return `${stream} ${at} in step ${counters.t}: ${JSON.stringify(this.#program.streams[stream][at])}`;
  }

  /** Runs the next instruction of a stream that is no loop; null where it must wait, or the stream has ended. */
  advance(stream: Stream): WalkEvent | null {
    const own = this.#streams[stream];
    const instructions: readonly Instruction[] = this.#program.streams[stream];
    for (;;) {
      const instruction = instructions[own.at];
      if (instruction === undefined) return null;
      if (instruction.op === 'loop') {
        const { rounds, counter } = instruction;
        const count = typeof rounds === 'number' ? rounds : this.#steps[rounds.axis]!;
        own.loops.push({ head: own.at, counter, rounds: count, round: 0 });
        own.counters[counter] = 0;
        own.at++;
      } else if (instruction.op === 'end') {
        const loop = own.loops.at(-1)!;
        loop.round++;
        const again = loop.round < loop.rounds;
        own.counters[loop.counter] = again ? loop.round : 0;
        if (again) own.at = loop.head + 1;
        else {
          own.loops.pop();
          own.at++;
        }
      } else if (this.#leavesOut(stream, instruction)) own.at++;
      else return this.#run(stream, own, instruction);
    }
  }

  /** Whether a work is not done here. */
  #leavesOut(stream: Stream, instruction: Instruction): boolean {
    const turn = turnOf(instruction);
    if (turn === 'always') return false;
    if (turn === 'ahead') {
      const there = this.#ahead && this.counts[SEMAPHORES.indexOf(AHEAD_OF[stream]!)]! > 0;
      if (there) this.#wasAhead.add(stream);
      else this.#wasAhead.delete(stream);
    }
    return this.#wasAhead.has(stream) === (turn === 'else');
  }

  #run(stream: Stream, own: StreamWalk, instruction: Exclude<Instruction, { op: 'loop' | 'end' }>): WalkEvent | null {
    const place = ({ semaphore }: Token) =>
      SEMAPHORES.indexOf(semaphore) + tileOf(instruction, semaphore, own.counters);
    if (instruction.waits.some((token) => this.counts[place(token)]! < token.count)) return null;
    for (const token of instruction.waits) {
      const semaphore = place(token);
      this.counts[semaphore]! -= token.count;
      for (let n = 0; n < token.count; n++) {
        const posted = this.#posted[semaphore]!.shift()!;
        for (let s = 0; s < posted.length; s++) own.clock[s] = Math.max(own.clock[s]!, posted[s]!);
      }
    }
    own.clock[STREAMS.indexOf(stream)] = ++own.events;
    const clock = own.clock.slice();
    for (const token of instruction.posts) {
      const semaphore = place(token);
      this.counts[semaphore]! += token.count;
      for (let n = 0; n < token.count; n++) this.#posted[semaphore]!.push(clock);
    }
    return { stream, at: own.at++, instruction, counters: { ...own.counters }, clock };
  }
}

/** Tile of an instruction; 0 for a semaphore that is not of a tile. */
function tileOf(instruction: Instruction, semaphore: Semaphore, { t, p, q }: LoopCounters): number {
  if (!semaphore.startsWith('tile') || !('tile' in instruction)) return 0;
  const { tile } = instruction;
  return (tile.base + tile.t * t + tile.p * p + tile.q * q) & 1;
}

/** Numbers of a semaphore that an instruction may mean. */
function numbersOf(semaphore: Semaphore): number[] {
  const first = SEMAPHORES.indexOf(semaphore);
  return semaphore.endsWith('0') ? [first, first + 1] : [first];
}
