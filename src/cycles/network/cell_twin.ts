import { cellPipeline, hasStates, replicatedCycles, stateAsked } from '../../machine/cell_pipeline.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { turningOf } from '../../machine/transform_cycles.ts';
import { SEMAPHORES } from '../../program/instruction.ts';
import { SLOT_KINDS } from '../../program/slot_fields.ts';
import { IssueTwin, type Token } from './cell_issue.ts';
import { type Followed, NOTHING_WRITTEN, tokensAmong } from './followed.ts';
import { NO_POSTS, type Posts, postsAny, type SequencerTwin, type Work } from './sequencer.ts';
import { type ViewAddress, viewAddress } from './view_address.ts';

const READY = SEMAPHORES.indexOf('ready');
const OUT_FULL = SEMAPHORES.indexOf('outFull');
/** Semaphores that are posted when the last row is read: tileFree0 and tileFree1. */
const EARLY = 2;

/** When a semaphore is posted: as the rows begin, as the last one is read, or as the last word is written. */
type When = 'begin' | 'early' | 'late';
/** Request of a write -> its word can be read, and is told of. */
const WRITE_DELAY = 2;
/** The last word is written -> it is told of, and all registers stay as they are; with the parts of a word that goes to all groups. */
const SETTLED = 4;
const RESULTS: readonly Token['row'][] = ['o', 'nx', 'n', 'reset', 'affine'];

/** What is kept of an instruction while its rows are under way. */
interface Bank {
  readonly work: Work;
  readonly lastWord: number;
  readonly dest: ViewAddress;
  readonly state: ViewAddress | null;
}

interface Written {
  readonly bank: number;
  readonly last: boolean;
  readonly to: number;
}

/** A write of CELL in a cycle. */
export interface CellWrite {
  readonly replicated: boolean;
}

function whenOf(semaphore: number): When {
  return semaphore < EARLY ? 'early' : semaphore === OUT_FULL ? 'begin' : 'late';
}

function postsOf({ semaphore0, count0, semaphore1, count1 }: Posts, when: When): Posts {
  const of = (semaphore: number, count: number) => (whenOf(semaphore) === when ? count : 0);
  return { semaphore0, count0: of(semaphore0, count0), semaphore1, count1: of(semaphore1, count1) };
}

/** Twin of cell_control. */
export class CellTwin {
  posts: Posts = NO_POSTS;
  /** What MAC follows, and STORE. */
  ready: Followed = NOTHING_WRITTEN;
  full: Followed = NOTHING_WRITTEN;
  /** A word is written; a state is read. */
  write: CellWrite | null = null;
  read = false;
  /** Twin of `idle`, which takes posts of a sync as well. */
  idle = false;
  readonly #sequencer: SequencerTwin;
  readonly #sizes: NetworkSizes;
  readonly #issue: IssueTwin;
  /** Ages of tokens at which a state is asked for, for peepholes too, and a result is placed. */
  readonly #ask: number;
  readonly #peep: number | null;
  readonly #place: number;
  readonly #states: boolean;
  readonly #wordsOfBlock: number;
  readonly #tokens: (Token | null)[];
  readonly #delay: (Written | null)[];
  #pending: Bank | null = null;
  #viewsLeft = { dest: 0, state: 0 };
  /** Cycles since the state's address is there. */
  #known = 0;
  #bank = 0;
  readonly #busy = [false, false];
  readonly #banks: (Bank | null)[] = [null, null];
  #word: Written | null = null;
  #begin: Posts | null = null;
  #early: Posts | null = null;
  #late: Posts | null = null;
  /** Cycles in which nothing went on; behind so many, registers stay as they are. */
  #rest = 0;
  readonly #settled: number;

  constructor(sequencer: SequencerTwin, sizes: NetworkSizes) {
    this.#sequencer = sequencer;
    this.#sizes = sizes;
    this.#issue = new IssueTwin(sizes);
    const pipeline = cellPipeline(sizes);
    const asked = stateAsked(pipeline);
    this.#ask = asked.product;
    this.#peep = sizes.peepholes ? asked.peephole : null;
    this.#place = pipeline.sums + pipeline.value - 1;
    this.#states = hasStates(sizes);
    this.#wordsOfBlock = turningOf(sizes)?.words ?? 1;
    this.#tokens = new Array<Token | null>(Math.max(this.#place, this.#ask) + 1).fill(null);
    const more = sizes.replicated ? replicatedCycles(sizes) - 1 : 0;
    this.#delay = new Array<Written | null>(WRITE_DELAY + more).fill(null);
    this.#settled = SETTLED + more;
  }

  get workTake(): boolean {
    return this.#sequencer.work !== null && this.#pending === null && !this.#busy[this.#bank]!;
  }

  /** It changes nothing before there is work. */
  get still(): boolean {
    return this.#rest > this.#settled && this.#sequencer.work === null && this.#sequencer.sync === null;
  }

  /** What it does; null: it has no work. */
  get at(): string | null {
    if (this.#issue.token !== null) return 'rows';
    if (this.#issue.busy) return 'rows that lag';
    if (this.#pending === null) return null;
    const addressed = this.#viewsLeft.dest === 0 && this.#viewsLeft.state === 0;
    return addressed ? 'waits for the instruction before' : 'address';
  }

  /** The work whose rows are issued, or else that waits for its turn. */
  get task(): Work | null {
    const { bank } = this.#issue;
    return (bank === null ? this.#pending : this.#banks[bank]!)?.work ?? null;
  }

  tick(restart: boolean): void {
    const { work, sync } = this.#sequencer;
    if (this.still && !restart) return;
    const nothing = work === null && sync === null && !restart;
    const rests = nothing && this.#pending === null && !this.#issue.busy && !this.#busy[0] && !this.#busy[1];
    this.#rest = rests ? this.#rest + 1 : 0;
    const take = this.workTake;
    const pending = this.#pending;
    const other = 1 - this.#bank;
    const { token, finalRow, ready } = this.#issue;

    // Begin.
    const there = this.#viewsLeft.dest <= 1 && this.#viewsLeft.state <= 1;
    const free = !this.#busy[other] || pending?.state == null || (this.#known >= 2 && this.#clear(pending, other));
    const start = pending !== null && there && (!this.#states || free) && ready;

    // Tokens by age: entry n was issued n cycles ago.
    this.#tokens.unshift(token);
    this.#tokens.pop();
    const asks = this.#tokens[this.#ask];
    const peeps = this.#peep === null ? null : this.#tokens[this.#peep];
    const placed = this.#tokens[this.#place];
    const asked = asks != null && (asks.row === 'f' || asks.row === 'reset');
    const askedZ = asks?.row === 'z';
    const peeped = peeps?.row === 'i' && this.#banks[peeps.bank]!.work.fields.peepholes === 1;

    // What is written, and when it is told of.
    const done = this.#delay.at(-1)!;
    const complete = done?.last === true;
    this.#delay.unshift(this.#word);
    this.#delay.pop();
    const early = finalRow ? postsOf(this.#banks[this.#issue.bank!]!.work.posts, 'early') : null;
    const late = complete ? postsOf(this.#banks[done.bank]!.work.posts, 'late') : null;
    const begin = start ? postsOf(pending.work.posts, 'begin') : null;
    const takesSync = sync !== null && this.idle;

    const idle = !this.#busy[0] && !this.#busy[1] && !take && this.#early === null && this.#late === null && !takesSync;
    this.posts = this.#late ?? this.#early ?? this.#begin ?? (takesSync ? sync : NO_POSTS);
    const waits = this.#early !== null && this.#late !== null;
    const behind = this.#begin !== null && (this.#early !== null || this.#late !== null);
    this.#begin = begin !== null && postsAny(begin) ? begin : behind ? this.#begin : null;
    this.#early = early !== null && postsAny(early) ? early : waits ? this.#early : null;
    this.#late = late !== null && postsAny(late) ? late : null;
    this.idle = idle;

    this.ready = this.#followed(this.ready, READY, done, takesSync ? sync : null, restart);
    this.full = this.#followed(this.full, OUT_FULL, done, takesSync ? sync : null, restart);
    this.write = null;
    this.#word = null;
    if (placed != null && (RESULTS.includes(placed.row) || placed.row === 'g')) {
      const bank = this.#banks[placed.bank]!;
      const replicated = bank.work.fields.destReplicated === 1;
      const result = placed.row !== 'g';
      this.write = { replicated: result && replicated };
      if (result) this.#word = { bank: placed.bank, last: placed.last, to: this.#endOf(bank, placed.word) };
    }
    this.read = asked || askedZ || peeped;

    // Work.
    if (complete) this.#busy[done!.bank] = false;
    this.#known = take || this.#viewsLeft.state > 1 ? 0 : this.#known + 1;
    if (this.#viewsLeft.dest > 0) this.#viewsLeft.dest--;
    if (this.#viewsLeft.state > 0) this.#viewsLeft.state--;
    this.#issue.tick(
      start
        ? {
            kind: SLOT_KINDS[pending.work.fields.kind!]!,
            replicated: pending.work.fields.destReplicated === 1,
            lastWord: pending.lastWord,
            endWord: this.#endWord(pending),
            bank: this.#bank,
          }
        : null,
    );
    if (start) {
      this.#pending = null;
      this.#bank = other;
    }
    if (take) this.#take(work!);
  }

  /** What those see a cycle later that follow a semaphore. */
  #followed(own: Followed, semaphore: number, done: Written | null, sync: Posts | null, restart: boolean): Followed {
    const tokens = done === null ? 0 : tokensAmong(this.#banks[done.bank]!.work.posts, semaphore);
    const more = done?.last === true ? tokens : sync === null ? 0 : tokensAmong(sync, semaphore);
    const posted = restart ? 0 : (own.posted + more) & 15;
    const progress = done === null ? own.progress : done.last || tokens === 0 ? 0 : done.to;
    return posted === own.posted && progress === own.progress ? own : { posted, progress };
  }

  #take(work: Work): void {
    const { fields: f } = work;
    const dest = viewAddress(work, 'dest');
    const state = f.hasState === 1 ? viewAddress(work, 'state') : null;
    const lastWord = Math.ceil(f.cells! / this.#sizes.elemLanes) - 1;
    this.#pending = { work, lastWord, dest, state };
    this.#viewsLeft = { dest: dest.cycles, state: state?.cycles ?? 0 };
    this.#busy[this.#bank] = true;
    this.#banks[this.#bank] = this.#pending;
  }

  /** Blocks that are turned are read as a whole. */
  #endWord({ work, lastWord }: Bank): number {
    return (work.fields.blockBits ?? 0) === 0 ? lastWord : lastWord | (this.#wordsOfBlock - 1);
  }

  /** Addresses of a bank's words: those of a group. */
  #extent({ lastWord }: Bank, replicated: boolean): number {
    const { elemLanes, slice, spread } = this.#sizes;
    if (replicated) return (lastWord + 1) * elemLanes;
    return spread === 1 ? (lastWord + 1) * slice : Math.floor(lastWord / spread) + 1;
  }

  #endOf({ work, dest }: Bank, word: number): number {
    const { elemLanes, slice, spread } = this.#sizes;
    if (work.fields.destReplicated === 1) return dest.address + (word + 1) * elemLanes;
    return dest.address + (spread === 1 ? (word + 1) * slice : Math.floor((word + 1) / spread));
  }

  /** Whether the instruction of the other bank does not write the state of one that waits. */
  #clear(own: Bank, other: number): boolean {
    const before = this.#banks[other]!;
    const { fields: f } = before.work;
    const from = own.state!.address;
    const to = from + this.#extent(own, own.work.fields.stateReplicated === 1);
    const overlaps = (place: number, replicated: boolean) =>
      from < place + this.#extent(before, replicated) && place < to;
    const kind = SLOT_KINDS[f.kind!]!;
    if (own.work.fields.peepholes === 1 && kind !== 'lstm' && kind !== 'affine') return false;
    if (overlaps(before.dest.address, f.destReplicated === 1)) return false;
    return before.state === null || !overlaps(before.state.address, f.stateReplicated === 1);
  }
}
