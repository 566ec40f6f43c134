import { unpackWord } from '../../program/field.ts';
import {
  AHEAD_OF,
  CHAINS,
  FOLLOWED,
  SEMAPHORES,
  type Semaphore,
  type Stream,
  TURNS,
} from '../../program/instruction.ts';
import { type MemImage, memWord } from '../../program/mem_image.ts';
import { LOOP_KINDS, LOOP_WORD, READER_WORD, RECALL_WORD, UNIT_OPS, UNIT_WORDS } from '../../program/unit_words.ts';
import { EsegenError } from '../../util/errors.ts';

/** Fields of a word. */
export type Fields = Readonly<Record<string, number>>;

/** Posts of a unit in a cycle: two semaphores with their counts; 0 where nothing is posted. */
export interface Posts {
  readonly semaphore0: number;
  readonly count0: number;
  readonly semaphore1: number;
  readonly count1: number;
}

/** Nothing is posted. */
export const NO_POSTS: Posts = { semaphore0: 0, count0: 0, semaphore1: 0, count1: 0 };

/** Whether anything is posted. */
export function postsAny({ count0, count1 }: Posts): boolean {
  return count0 > 0 || count1 > 0;
}

/** Semaphores of the tiles; an instruction means that of its own. */
const OF_TILES = 4;
const SEMAPHORE_CODES = 16;
const FORMATS = { ...UNIT_WORDS, reader: READER_WORD, recall: RECALL_WORD };

/** Work as a unit gets it. */
export interface Work {
  /** Its place in the program. */
  readonly at: number;
  readonly fields: Fields;
  readonly t: number;
  readonly p: number;
  readonly q: number;
  readonly tile: number;
  readonly posts: Posts;
  /** Tokens of each semaphore that the unit follows, taken since reset, its own among them; in the order of {@link FOLLOWED}. */
  readonly targets: readonly number[];
}

/** Steps of the axes as LOAD counts them. */
export interface AxisSteps {
  readonly steps: readonly number[];
  readonly known: boolean;
}

/** Steps of the axes as the others see them. */
export interface SeenAxes extends AxisSteps {
  /** Another number whenever a step has been counted. */
  readonly version: number;
}

interface Loop {
  readonly counter: number;
  readonly kind: number;
  readonly rounds: number;
  readonly head: number;
}

interface ProgramWord {
  readonly fields: Fields;
  /** The same bits as a loop word. */
  readonly loop: Fields;
}

/** What all sequencers see in a cycle, registers of others as they are in it. */
export interface SequencerInputs {
  readonly running: boolean;
  readonly restart: boolean;
  /** Posts of the four units. */
  readonly posts: readonly Posts[];
  readonly axes: SeenAxes;
}

/** Whether no unit posts anything. */
function nonePosts(posts: readonly Posts[]): boolean {
  for (const own of posts) if (own !== NO_POSTS && postsAny(own)) return false;
  return true;
}

/** The semaphore that an instruction means: of the tiles that of its own. */
function ofTile(semaphore: number, tile: number): number {
  return semaphore < OF_TILES ? semaphore | tile : semaphore;
}

/** Twin of stream_sequencer: registers as they are in a cycle; `tick` goes to the next one. */
export class SequencerTwin {
  work: Work | null = null;
  /** Posts of a sync that wait for the unit. */
  sync: Posts | null = null;
  halted = false;
  /** Semaphore that the word at hand waits for. */
  waitsFor: number | null = null;
  /** Word at hand. */
  at = 0;
  readonly #stream: string;
  readonly #words: readonly ProgramWord[];
  /** Semaphores whose taken tokens the unit is told, and how many these are. */
  readonly #followed: readonly number[];
  #taken: readonly number[];
  /** Semaphore that a chained work does not wait for, by its code; null: it waits for all. */
  readonly #chains: readonly (number | null)[];
  /** Numbers of axes that a loop word can say. */
  readonly #axisCodes: number;
  readonly #counts = new Int32Array(SEMAPHORE_CODES);
  readonly #counters = [0, 0, 0];
  readonly #loops: Loop[] = [];
  #pc = 0;
  /** Word on its way. */
  #latched = 0;
  /** Cycles until the word at hand counts. */
  #stale = 2;
  #strobe: 'go' | 'push' | 'again' | 'leave' | null = null;
  #begun = false;
  #bound = 0;
  #known = false;
  /** Semaphore that says whether works can be done ahead; whether the last one was. */
  readonly #aheadOf: number;
  #ahead = false;
  /** The last cycle changed no register, and with what it was asked: the same changes none again. */
  #still = false;
  #asked = { running: false, workTake: false, syncReady: false, idle: false, known: false, version: 0 };

  /**
   * @param image program memory of the stream
   * @param axes number of axes
   */
  constructor(stream: Stream | 'reader' | 'recall', image: MemImage, axes: number) {
    this.#stream = stream;
    const format = FORMATS[stream];
    this.#words = Array.from({ length: image.depth }, (_, at) => {
      const word = memWord(image, at);
      return { fields: unpackWord(format, word), loop: unpackWord(LOOP_WORD, word) };
    });
    const codeOf = (semaphore: Semaphore) => SEMAPHORES.indexOf(semaphore);
    this.#followed = (FOLLOWED[stream as Stream] ?? []).map(codeOf);
    this.#taken = this.#followed.map(() => 0);
    this.#chains = CHAINS.map((chain) => (chain === 'none' ? null : codeOf(chain)));
    this.#aheadOf = SEMAPHORES.indexOf(AHEAD_OF[stream as Stream] ?? 'loaded');
    this.#axisCodes = 2 ** Math.max(Math.ceil(Math.log2(axes)), 1);
  }

  /** It changes nothing before what it is asked does. */
  get still(): boolean {
    return this.#still;
  }

  /** Counters of the loops. */
  get t(): number {
    return this.#counters[0]!;
  }

  /** Whether a semaphore has its count; that which the work follows need not. */
  #met(semaphore: number, count: number, tile: number, chained: number | null): boolean {
    return count === 0 || this.#counts[ofTile(semaphore, tile)]! >= count || semaphore === chained;
  }

  /** A word is at hand. */
  #reach(at: number): void {
    if (at >= this.#words.length) {
      const what = `goes on behind its last word, ${this.#words.length - 1}`;
      throw new EsegenError(`program of ${this.#stream.toUpperCase()}`, what, 'Build the design again');
    }
    this.at = at;
  }

  /** Steps of the axis of a loop. */
  #stepsOf(rounds: number, { steps }: AxisSteps): number {
    return steps[rounds % this.#axisCodes] ?? 0;
  }

  /**
   * @param workTake, syncReady, idle the unit takes its work, takes posts of a sync, and has nothing to do
   */
  tick({ running, restart, posts, axes }: SequencerInputs, workTake: boolean, syncReady: boolean, idle: boolean): void {
    const calm = !restart && nonePosts(posts);
    const asked = this.#asked;
    const same =
      asked.running === running &&
      asked.workTake === workTake &&
      asked.syncReady === syncReady &&
      asked.idle === idle &&
      asked.known === axes.known &&
      asked.version === axes.version;
    if (this.#still && calm && same) return;
    if (!same) {
      asked.running = running;
      asked.workTake = workTake;
      asked.syncReady = syncReady;
      asked.idle = idle;
      asked.known = axes.known;
      asked.version = axes.version;
    }
    const { fields: f, loop } = this.#words[this.at]!;
    const { loop: coming } = this.#words[this.#latched]!;
    const strobe = this.#strobe;
    const { work: work0, sync: sync0, waitsFor, halted } = this;
    const begun = this.#begun;
    const bound = this.#bound;
    const known = this.#known;
    const stale = this.#stale;
    const pc = this.#pc;
    const latched = this.#latched;
    const t = this.#counters[0]!;
    const p = this.#counters[1]!;
    const q = this.#counters[2]!;
    const work = f.op === UNIT_OPS.work;
    const tile = work
      ? ((f.tileBase ?? 0) ^ ((f.tileT ?? 0) & t) ^ ((f.tileP ?? 0) & p) ^ ((f.tileQ ?? 0) & q)) & 1
      : 0;
    const inner = this.#loops.at(-1);

    // The word at hand.
    const turn = work ? (TURNS[f.turn ?? 0] ?? 'always') : 'always';
    const ahead = turn === 'ahead' ? this.#counts[this.#aheadOf]! > 0 : this.#ahead;
    const leavesOut = turn !== 'always' && ahead === (turn === 'else');

    const atHand = running && this.#stale === 0 && this.sync === null;
    const next = inner === undefined ? 1 : this.#counters[inner.counter]! + 1;
    const again = inner?.kind === LOOP_KINDS.endless || next < this.#bound;
    const hasPosts = f.post0Count! > 0 || f.post1Count! > 0;
    const chained = work ? this.#chains[f.chain ?? 0]! : null;
    const met0 = this.#met(f.wait0!, f.wait0Count!, tile, chained);
    const waits = met0 && this.#met(f.wait1!, f.wait1Count!, tile, chained);
    const may = leavesOut
      ? true
      : work
        ? waits && (this.work === null || workTake)
        : f.op === UNIT_OPS.sync
          ? waits && !(hasPosts && this.work !== null)
          : f.op === UNIT_OPS.loop
            ? this.#begun
            : f.op === UNIT_OPS.end && (again || this.#known);
    const acts = atHand && may;
    if (acts && turn === 'ahead') this.#ahead = ahead;
    const asks = atHand && !may && (work || f.op === UNIT_OPS.sync);
    this.waitsFor = asks ? ofTile(met0 ? f.wait1! : f.wait0!, tile) : null;
    const rests = atHand && f.op === UNIT_OPS.halt && this.work === null && idle;

    // What follows the loops by a cycle.
    this.#begun = coming.loopKind !== LOOP_KINDS.axis || this.#stepsOf(coming.rounds!, axes) !== 0;
    this.#bound =
      inner === undefined ? 0 : inner.kind === LOOP_KINDS.axis ? this.#stepsOf(inner.rounds, axes) : inner.rounds;
    this.#known = inner?.kind !== LOOP_KINDS.axis || axes.known;

    // Counts.
    for (const { semaphore0, count0, semaphore1, count1 } of posts) {
      this.#counts[semaphore0]! += count0;
      this.#counts[semaphore1]! += count1;
    }
    let work1: Work | null = workTake ? null : this.work;
    let sync1: Posts | null = syncReady ? null : this.sync;
    if (strobe === 'go') {
      const wait0 = ofTile(f.wait0!, tile);
      const wait1 = ofTile(f.wait1!, tile);
      this.#counts[wait0]! -= f.wait0Count!;
      this.#counts[wait1]! -= f.wait1Count!;
      this.#taken = this.#taken.map((taken, at) => {
        const semaphore = this.#followed[at];
        return taken + (wait0 === semaphore ? f.wait0Count! : 0) + (wait1 === semaphore ? f.wait1Count! : 0);
      });
      const made = {
        semaphore0: ofTile(f.post0!, tile),
        count0: f.post0Count!,
        semaphore1: ofTile(f.post1!, tile),
        count1: f.post1Count!,
      };
      const targets = this.#taken.map((taken) => taken & 15);
      if (work) work1 = { at: this.at, fields: f, t, p, q, tile, posts: made, targets };
      else if (hasPosts) sync1 = made;
    }
    if (restart) {
      this.#counts.fill(0);
      this.#taken = this.#followed.map(() => 0);
      this.#ahead = false;
    }
    if (strobe === 'push') {
      const { counter, loopKind, rounds } = loop;
      this.#loops.push({ counter: counter!, kind: loopKind!, rounds: rounds!, head: this.#pc });
      this.#counters[counter!] = 0;
    } else if (strobe === 'again') this.#counters[inner!.counter] = next;
    else if (strobe === 'leave') {
      this.#counters[inner!.counter] = 0;
      this.#loops.pop();
    }
    if (restart) this.#counters.fill(0);

    // To the next word.
    const target = acts ? (f.op === UNIT_OPS.end && again ? inner!.head : this.#pc + 1) : this.#pc;
    this.#strobe =
      !acts || leavesOut
        ? null
        : f.op === UNIT_OPS.loop
          ? 'push'
          : f.op === UNIT_OPS.end
            ? again
              ? 'again'
              : 'leave'
            : 'go';
    if (acts || restart) this.#stale = 2;
    else if (this.#stale > 0) {
      this.#stale--;
      if (this.#stale === 0) this.#reach(this.#pc);
    }
    this.#latched = Math.min(this.#pc, this.#words.length - 1);
    this.#pc = restart ? 0 : target;
    this.halted = rests && !restart;
    this.work = work1;
    this.sync = sync1;
    this.#still =
      calm &&
      !acts &&
      strobe === null &&
      stale === 0 &&
      pc === this.#pc &&
      latched === this.#latched &&
      work0 === work1 &&
      sync0 === sync1 &&
      waitsFor === this.waitsFor &&
      halted === this.halted &&
      begun === this.#begun &&
      bound === this.#bound &&
      known === this.#known;
  }
}
