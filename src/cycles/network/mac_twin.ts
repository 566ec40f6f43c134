import { ADDRESS_BITS } from '../../machine/network_sizes.ts';
import { CHAINS, type Chain, FOLLOWED, SEMAPHORES } from '../../program/instruction.ts';
import type { Progress } from './followed.ts';
import { NO_POSTS, type Posts, postsAny, type SequencerTwin, type Work } from './sequencer.ts';
import { type ViewAddress, viewAddress } from './view_address.ts';

/** Columns one after the other in VMEM, as mac_control sends them to all groups. */
export interface Run {
  readonly address: number;
  readonly count: number;
  readonly replicated: boolean;
  readonly marker: boolean;
  readonly chain: Chain;
  readonly target: number;
  /** Block of a spectral segment, of which columns are pairs; null: none. */
  readonly block: number | null;
  /** First word count of the segment, in its first run; null: they go on. */
  readonly pointer: number | null;
}

/** Runs that wait in the queue of a group; entries of the order and marker queues. */
const RUNS = 8;
const ORDER_DEPTH = 16;
const MARKER_DEPTH = 4;
const ADDRESSES = 2 ** ADDRESS_BITS;
/** Cycles in which the counts of what is followed start over. */
const RESTARTING = 4;
const TILE_FULL = SEMAPHORES.indexOf('tileFull0');
/** Missing tokens that the groups tell. */
const MOST_MISSING = 7;

/** Tokens of a semaphore that works follow. */
interface Follow {
  /** Taken, and not posted yet; below 0 where they are ahead. */
  lag: number;
  taken: number;
  posted: number;
}

interface Expansion {
  readonly work: Work;
  readonly posts: Posts;
  readonly marker: boolean;
  tap: boolean;
  taps: number;
  tapAddress: number;
  slot: number;
  steps: number;
  row: boolean;
  rowAddress: number;
  rowsLeft: number;
  first: boolean;
}

/** Posts of a work behind its last column: all but tileFull. */
function withoutTileFull({ semaphore0, count0, semaphore1, count1 }: Posts): Posts {
  const full = (semaphore: number) => (semaphore & ~1) === TILE_FULL;
  return { semaphore0, count0: full(semaphore0) ? 0 : count0, semaphore1, count1: full(semaphore1) ? 0 : count1 };
}

/** Twin of mac_control. */
export class MacTwin {
  /** Run on its way to the groups, and the post bus. */
  run: Run | null = null;
  posts: Posts = NO_POSTS;
  readonly #sequencer: SequencerTwin;
  #asked = false;
  #view: ViewAddress | null = null;
  #viewLeft = 0;
  #resolved = false;
  #expansion: Expansion | null = null;
  #credit = RUNS;
  /** In the order of {@link FOLLOWED}. */
  readonly #follows: readonly Follow[] = FOLLOWED.mac.map(() => ({ lag: 0, taken: 0, posted: 0 }));
  #restarting = 0;
  readonly #order: { readonly run: boolean; readonly posts: Posts }[] = [];
  readonly #markers: number[] = [];
  #full = 0;
  #read = 0;
  /** The last cycle changed no register: the next one does not, if nothing comes. */
  #still = false;
  #workSeen: Work | null = null;
  #syncSeen: Posts | null = null;

  constructor(sequencer: SequencerTwin) {
    this.#sequencer = sequencer;
  }

  get workTake(): boolean {
    return this.#resolved && this.#expansion === null;
  }

  get syncReady(): boolean {
    return this.#expansion === null && this.#order.length < ORDER_DEPTH;
  }

  get idle(): boolean {
    const under = this.#order.length + this.#markers.length;
    return !(this.#asked || this.#expansion !== null || under > 0 || postsAny(this.posts));
  }

  /** It changes nothing before anything comes. */
  get still(): boolean {
    return this.#still && this.#sequencer.work === this.#workSeen && this.#sequencer.sync === this.#syncSeen;
  }

  /** What it does; null: it has no work. */
  get at(): string | null {
    return this.#expansion !== null ? 'runs' : this.#asked ? 'address' : null;
  }

  tick({ ready, copied }: Progress, runDone: boolean, tileFull: boolean, restart: boolean): void {
    const { work, sync } = this.#sequencer;
    const [ofReady, ofCopied] = this.#follows as [Follow, Follow];
    const posted = ready.posted !== ofReady.posted || copied.posted !== ofCopied.posted;
    const comes = runDone || tileFull || restart || posted;
    if (this.#still && !comes && work === this.#workSeen && sync === this.#syncSeen) return;
    this.#workSeen = work;
    this.#syncSeen = sync;
    const sent = this.run !== null || postsAny(this.posts);
    const take = this.workTake;
    const orderReady = this.#order.length < ORDER_DEPTH;
    const e = this.#expansion;

    // The run at hand.
    const room = this.#credit > 0 && orderReady && this.#markers.length < MARKER_DEPTH;
    const emit = e?.row === true && room && this.#lagOf(e.work) <= MOST_MISSING;
    const run = emit ? this.#runOf(e) : null;
    const lastRow = e !== null && e.rowsLeft === 1;
    const lastRun = e !== null && lastRow && !e.tap;
    const nextTap = e?.tap === true && e.steps === 0 && (!e.row || (emit && lastRow));

    // What is posted.
    const head = this.#order[0];
    const orderDone = head !== undefined && (!head.run || this.#read > 0);
    const fullSend = tileFull || this.#full > 0;
    const orderPost = head !== undefined && postsAny(head.posts);
    const orderTake = orderDone && !(orderPost && fullSend);
    const posts: Posts = fullSend
      ? { semaphore0: TILE_FULL + this.#markers[0]!, count0: 1, semaphore1: 0, count1: 0 }
      : orderTake && orderPost
        ? head!.posts
        : NO_POSTS;
    this.#full += Number(tileFull) - Number(fullSend);
    this.#read += Number(runDone) - Number(orderTake && head!.run);
    if (orderTake) this.#order.shift();
    if (fullSend) this.#markers.shift();
    this.posts = posts;
    if (emit) this.#order.push({ run: true, posts: lastRun ? e.posts : NO_POSTS });
    else if (sync !== null && e === null && orderReady) this.#order.push({ run: false, posts: sync });
    if (emit && lastRun && e.marker) this.#markers.push(e.work.tile);

    // What is left of the counts of what is followed goes while they start over.
    this.#restarting = restart ? RESTARTING : Math.max(this.#restarting - 1, 0);
    this.#follow(ofReady, ready.posted, take ? work!.targets[0]! : null);
    this.#follow(ofCopied, copied.posted, take ? work!.targets[1]! : null);
    this.#credit += Number(runDone) - Number(emit);

    const moves = emit || take || orderTake || fullSend || nextTap || (e !== null && e.steps !== 0);
    const begins = (work !== null && !this.#asked) || (sync !== null && e === null && orderReady);
    this.#still = !comes && !sent && !moves && !begins && this.#viewLeft === 0 && this.#restarting === 0;

    this.run = run;
    if (e !== null) this.#expand(e, emit, lastRow, lastRun, nextTap);
    if (take) this.#expansion = this.#begin(work!);
    this.#address(work, take);
  }

  /** Tokens that are missing of what a work follows. */
  #lagOf({ fields: { chain } }: Work): number {
    return chain === 0 ? 0 : this.#follows[chain! - 1]!.lag;
  }

  #chainOf(work: Work): Pick<Run, 'chain' | 'target'> {
    const { chain } = work.fields;
    // What is posted need not be followed.
    if (this.#lagOf(work) <= 0) return { chain: 'none', target: 0 };
    return { chain: CHAINS[chain!]!, target: work.targets[chain! - 1]! };
  }

  #follow(own: Follow, posted: number, target: number | null): void {
    own.lag += (target === null ? 0 : (target - own.taken) & 15) - ((posted - own.posted) & 15);
    if (target !== null) own.taken = target;
    own.posted = posted;
    if (this.#restarting === 0) return;
    own.lag = 0;
    own.taken = 0;
  }

  #runOf({ work, marker, rowAddress, rowsLeft, tap, first }: Expansion): Run {
    const { fields: f } = work;
    return {
      address: rowAddress,
      count: f.run!,
      replicated: f.sourceReplicated === 1,
      marker: marker && rowsLeft === 1 && !tap,
      ...this.#chainOf(work),
      block: f.blockBits === 0 ? null : 2 ** f.blockBits!,
      pointer: first ? f.pointerBase! : null,
    };
  }

  #expand(e: Expansion, emit: boolean, lastRow: boolean, lastRun: boolean, nextTap: boolean): void {
    const { fields: f } = e.work;
    const step = (nextTap && f.slotStep !== 0) || e.steps !== 0;
    const lastSlot = 2 ** f.sourceSlotBits! - 1;
    if (nextTap) {
      e.rowAddress = e.tapAddress;
      e.rowsLeft = f.rows!;
      e.row = true;
      if (e.taps === 1) e.tap = false;
      e.taps--;
    } else if (emit) {
      e.rowAddress = (e.rowAddress + f.rowStride!) % ADDRESSES;
      e.rowsLeft--;
      if (lastRow) e.row = false;
    }
    if (step) {
      const wrap = e.slot === lastSlot;
      e.tapAddress += wrap ? f.sourceSlotWords! * (1 - 2 ** f.sourceSlotBits!) : f.sourceSlotWords!;
      e.slot = wrap ? 0 : e.slot + 1;
    }
    if (nextTap) e.steps = f.slotStep === 0 ? 0 : f.slotStep! - 1;
    else if (e.steps !== 0) e.steps--;
    if (emit) e.first = false;
    if (emit && lastRun) this.#expansion = null;
  }

  #begin(work: Work): Expansion {
    const { posts } = work;
    const full = (semaphore: number, count: number) => (semaphore & ~1) === TILE_FULL && count > 0;
    return {
      work,
      posts: withoutTileFull(posts),
      marker: full(posts.semaphore0, posts.count0) || full(posts.semaphore1, posts.count1),
      ...{ tap: true, taps: work.fields.taps!, tapAddress: this.#view!.address, slot: this.#view!.slot, steps: 0 },
      ...{ row: false, rowAddress: 0, rowsLeft: 0, first: true },
    };
  }

  /** The address of a work. */
  #address(work: Work | null, take: boolean): void {
    const done = this.#viewLeft === 1;
    if (this.#viewLeft > 0) this.#viewLeft--;
    if (work !== null && !this.#asked) {
      this.#view = viewAddress(work, 'source');
      this.#viewLeft = this.#view.cycles;
    }
    this.#asked = (this.#asked || work !== null) && !take;
    this.#resolved = (this.#resolved || done) && !take;
  }
}
