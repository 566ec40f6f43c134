import { UNDER_WAY } from '../../machine/queue_depth.ts';
import { pairOfColumn } from '../../program/network/spectral_words.ts';
import { isWritten, NOTHING_WRITTEN, type Progress } from './followed.ts';
import type { Run } from './mac_twin.ts';
import type { BufferTwin } from './word_buffers.ts';

/** Why columns that follow are not sent. */
export const PROGRESS_WAITS = { ready: 'waits for progress of CELL', copied: 'waits for progress of STORE' } as const;

/** Entry of a queue that is a marker; others are word counts, with marks of spectral and of complex words. */
const MARKER = 0;
const SPECTRAL = 1 << 16;
const COMPLEX = 1 << 17;
const WORDS = SPECTRAL - 1;
/** No column in a stage of the broadcast; a marker; else the place of the column's counts. */
const NONE = -1;
const IS_MARKER = -2;

/** What a stage of the broadcast has, and the marks of its column. */
interface Sent {
  readonly place: number;
  readonly marks: number;
}
const NOTHING: Sent = { place: NONE, marks: 0 };

/** What a feed does in a cycle: it has a word, none, none that came from external memory, or it takes a marker. */
const WORKS = 0;
const IDLE = 1;
const HUNGRY = 2;
const PASSES = 3;

/** Twin of network_group: column_issuer, act_broadcast, and the feeds of its lanes. */
export class GroupTwin {
  /** The last column of a run is read; all lanes have passed a marker. */
  runRead = false;
  marked = false;
  /** Feeds; those that had no word in the last cycle, and those whose word had not come from external memory; why no column was sent, where MAC had one. */
  readonly feeds: number;
  idle = 0;
  hungry = 0;
  waits: string | null = null;
  /** Words of all feeds so far, by segment. */
  readonly worked: Float64Array;
  readonly #group: number;
  readonly #groups: number;
  readonly #depth: number;
  /** Word counts by feed. */
  readonly #counts: readonly Uint32Array[];
  readonly #segments: Uint16Array;
  readonly #buffers: BufferTwin | null;
  readonly #runs: Run[] = [];
  #arriving: Run | null = null;
  #seen: Progress = { ready: NOTHING_WRITTEN, copied: NOTHING_WRITTEN };
  #run: Run | null = null;
  #atMarker = false;
  #left = 0;
  #address = 0;
  #pointer = 0;
  #stall = false;
  readonly #stages: Sent[] = new Array<Sent>(4).fill(NOTHING);
  /** No feed has a word or an entry, nothing is on its way to them, and the last cycle found it so. */
  #empty = false;
  /** By feed: entries with their segments, the first of them, how many; words left of the column at hand; markers on their way and passed. */
  readonly #entries: Int32Array;
  readonly #entrySegments: Uint16Array;
  readonly #segment: Uint16Array;
  readonly #first: Int32Array;
  readonly #level: Int32Array;
  readonly #words: Int32Array;
  /** By feed: marks of the column at hand, whether its word is at hand once more, and whether the other lane of its pair is at a spectral word. */
  readonly #marks: Int32Array;
  readonly #second: Uint8Array;
  readonly #together: Uint8Array;
  /** There has been a spectral column. */
  #spectral = false;
  readonly #markers: Int32Array;
  /** Bit n: a marker was taken n + 1 cycles ago. */
  readonly #passing: Int32Array;
  /** Feeds that have passed no marker; whether any is on its way. */
  #unmarked: number;
  #passes = false;

  /**
   * @param depth entries of a queue
   * @param counts word counts of every feed of the group, column by column
   * @param segments number of the segment of each of them
   * @param buffers of words from external memory; null where they are on chip
   */
  constructor(
    group: number,
    groups: number,
    depth: number,
    counts: readonly Uint32Array[],
    segments: Uint16Array,
    buffers: BufferTwin | null,
  ) {
    this.#buffers = buffers;
    this.#group = group;
    this.#groups = groups;
    this.feeds = counts.length;
    this.#depth = depth;
    this.#counts = counts;
    this.#segments = segments;
    this.worked = new Float64Array(segments.reduce((most, segment) => Math.max(most, segment), 0) + 1);
    this.#entrySegments = new Uint16Array(counts.length * depth);
    this.#segment = new Uint16Array(counts.length);
    this.#entries = new Int32Array(counts.length * depth);
    this.#first = new Int32Array(counts.length);
    this.#level = new Int32Array(counts.length);
    this.#words = new Int32Array(counts.length);
    this.#marks = new Int32Array(counts.length);
    this.#second = new Uint8Array(counts.length);
    this.#together = new Uint8Array(counts.length);
    this.#markers = new Int32Array(counts.length);
    this.#passing = new Int32Array(counts.length);
    this.#unmarked = counts.length;
  }

  tick(run: Run | null, progress: Progress): void {
    const own = this.#run;
    const block = own?.block ?? null;
    const second = block !== null && this.#address % 2 === 1;
    const go = own !== null && (!this.#stall || second);
    // Both elements of a pair are read one after the other.
    const written = own === null || own.chain === 'none' || this.#isWritten(own.target, own.chain, block !== null);
    const column = go && !this.#atMarker && written;
    const counted = column && (block === null || second);
    const lastColumn = column && this.#left === 0;
    const finished = (lastColumn && !own.marker) || (go && this.#atMarker);
    this.waits = own === null ? null : !go || column || own.chain === 'none' ? 'columns' : PROGRESS_WAITS[own.chain];
    const place = counted ? this.#pointer : go && this.#atMarker ? IS_MARKER : NONE;
    const sends = place === NONE ? NOTHING : { place, marks: counted ? this.#marksOf(block) : 0 };

    const stages = this.#stages;
    const sent = stages[3]!;
    if (!this.#empty || sent !== NOTHING) this.#feedsTick(sent);
    stages[3] = stages[2]!;
    stages[2] = stages[1]!;
    stages[1] = stages[0]!;
    stages[0] = sends;
    this.runRead = lastColumn;

    const next = own === null || finished ? this.#runs[0] : undefined;
    if (column) {
      this.#left--;
      if (counted) this.#pointer++;
      this.#address += own.replicated ? this.#groups : 1;
    }
    this.#atMarker = !finished && (this.#atMarker || lastColumn);
    if (finished) this.#run = null;
    if (next !== undefined) {
      this.#runs.shift();
      this.#run = next;
      this.#left = next.count - 1;
      this.#address = next.replicated ? next.address + this.#group : next.address;
      if (next.pointer !== null) this.#pointer = next.pointer;
    }
    if (this.#arriving !== null) this.#runs.push(this.#arriving);
    this.#arriving = run;
    this.#seen = progress;
  }

  #isWritten(target: number, chain: 'ready' | 'copied', pair: boolean): boolean {
    return isWritten(target, this.#seen[chain], pair ? this.#address | 1 : this.#address);
  }

  /** Marks of the column at hand. */
  #marksOf(block: number | null): number {
    if (block === null) return 0;
    this.#spectral = true;
    const column = Math.floor(this.#address / 2) % (block / 2);
    return SPECTRAL | (pairOfColumn(block, this.#groups, this.#group, column) === 0 ? 0 : COMPLEX);
  }

  /** Lanes of a pair take spectral words together, where each has a feed: those of which the other one is at one. */
  #meet(): void {
    const { feeds } = this;
    if (feeds === 1) {
      this.#together[0] = 1;
      return;
    }
    for (let feed = 0; feed < feeds; feed++) {
      const head = this.#level[feed]! > 0 ? this.#entries[feed * this.#depth + this.#first[feed]!]! : MARKER;
      const marks = this.#words[feed]! > 0 ? this.#marks[feed]! : head;
      const here = this.#buffers === null || this.#buffers.ready[feed] === 1;
      this.#together[feed ^ 1] = here && this.#second[feed] === 0 && (marks & SPECTRAL) !== 0 ? 1 : 0;
    }
  }

  /** No feed has an entry or a word, and not all of them have passed a marker. */
  #rests(): boolean {
    for (let feed = 0; feed < this.feeds; feed++) {
      if (this.#level[feed] !== 0 || this.#words[feed] !== 0 || this.#second[feed] !== 0) return false;
    }
    return this.#unmarked > 0;
  }

  /** @param sent column that comes to the queues */
  #feedsTick(sent: Sent): void {
    const { feeds } = this;
    const depth = this.#depth;
    const [level, words, first, passing] = [this.#level, this.#words, this.#first, this.#passing];
    const [worked, segments] = [this.worked, this.#segment];
    if (this.#spectral) this.#meet();
    const cleared = this.marked;
    const passed = this.#unmarked === 0;
    if (this.#passes || cleared) this.#markersTick(cleared);
    // Of words from external memory and of spectral ones not all that are at hand can be taken.
    const free = this.#buffers === null && !this.#spectral;
    const most = depth - UNDER_WAY;
    let [filling, passes] = [false, false];
    let [idle, hungry] = [0, 0];
    for (let feed = 0; feed < feeds; feed++) {
      const entries = level[feed]!;
      if (entries >= most) filling = true;
      const left = words[feed]!;
      if (free && left > 0) {
        words[feed] = left - 1;
        worked[segments[feed]!]!++;
      } else if (free && entries === 0) idle++;
      else {
        const found = this.#feedTakes(feed);
        if (found === HUNGRY) hungry++;
        else if (found !== WORKS) idle++;
        if (found === PASSES) {
          passing[feed]! |= 1;
          passes = true;
        }
      }
    }
    this.#passes ||= passes;
    const { place: column, marks } = sent;
    if (column !== NONE) {
      for (let feed = 0; feed < feeds; feed++) {
        const count = column === IS_MARKER ? MARKER : this.#counts[feed]![column]!;
        if (column !== IS_MARKER && count === 0) continue;
        const to = first[feed]! + level[feed]!;
        const place = feed * depth + (to >= depth ? to - depth : to);
        this.#entries[place] = count | marks;
        if (column !== IS_MARKER) this.#entrySegments[place] = this.#segments[column]!;
        level[feed]!++;
      }
    }
    this.idle = idle;
    this.hungry = hungry;
    this.#stall = filling;
    this.marked = passed && !cleared;
    const empty = sent === NOTHING && !this.#passes && idle === feeds && !this.marked && !cleared;
    this.#empty = empty && this.#rests();
  }

  /**
   * Markers go on by a cycle.
   *
   * @param cleared one of all feeds has been told of
   */
  #markersTick(cleared: boolean): void {
    const [markers, passing] = [this.#markers, this.#passing];
    let unmarked = 0;
    let passes = false;
    for (let feed = 0; feed < this.feeds; feed++) {
      const before = passing[feed]!;
      markers[feed]! += ((before >> 1) & 1) - Number(cleared);
      if (markers[feed] === 0) unmarked++;
      passing[feed] = (before << 1) & 3;
      if (passing[feed] !== 0) passes = true;
    }
    this.#unmarked = unmarked;
    this.#passes = passes;
  }

  /** The word of a feed in this cycle, or the entry that it takes: what comes of it. */
  #feedTakes(feed: number): typeof WORKS | typeof IDLE | typeof HUNGRY | typeof PASSES {
    const depth = this.#depth;
    const buffers = this.#buffers;
    const words = this.#words[feed]!;
    const at = this.#first[feed]!;
    const second = this.#second[feed] === 1;
    const entry = words === 0 && !second && this.#level[feed]! > 0 ? this.#entries[feed * depth + at]! : null;
    const takes = !second && (words > 0 || (entry !== null && entry !== MARKER));
    const marks = words > 0 ? this.#marks[feed]! : (entry ?? 0);
    if (takes) {
      const here = buffers === null || buffers.ready[feed] === 1;
      const apart = (marks & SPECTRAL) !== 0 && this.#together[feed] === 0;
      if (here && !apart) buffers?.take(feed);
      if (!here) return HUNGRY;
      if (apart) return IDLE;
    }
    if (second) {
      this.#second[feed] = 0;
      this.worked[this.#segment[feed]!]!++;
      return WORKS;
    }
    if (words > 0) {
      this.#words[feed]!--;
      this.#second[feed] = marks & COMPLEX ? 1 : 0;
      this.worked[this.#segment[feed]!]!++;
      return WORKS;
    }
    if (entry === null) return IDLE;
    this.#first[feed] = at + 1 === depth ? 0 : at + 1;
    this.#level[feed]!--;
    if (entry === MARKER) return PASSES;
    const segment = this.#entrySegments[feed * depth + at]!;
    this.#words[feed] = (entry & WORDS) - 1;
    this.#marks[feed] = entry;
    this.#second[feed] = entry & COMPLEX ? 1 : 0;
    this.#segment[feed] = segment;
    this.worked[segment]!++;
    return WORKS;
  }
}

/** Twin of token_join: a pulse when every input has had one more. */
export class JoinTwin {
  joined = false;
  readonly #levels: { readonly counts: Int32Array; fires: Uint8Array; before: Uint8Array }[] = [];

  constructor(inputs: number) {
    for (let below = inputs; below > 1; below = Math.ceil(below / 4)) {
      const fires = new Uint8Array(Math.ceil(below / 4));
      this.#levels.push({ counts: new Int32Array(below), fires, before: fires.slice() });
    }
  }

  /** @returns whether the inputs are joined in this cycle, a single one without delay */
  now(pulses: readonly boolean[]): boolean {
    return this.#levels.length === 0 ? pulses[0]! : this.#levels.at(-1)!.fires[0] === 1;
  }

  /** No pulse is on its way. */
  get still(): boolean {
    return this.#levels.every(({ fires, before }) => !fires.includes(1) && !before.includes(1));
  }

  tick(pulses: readonly boolean[]): void {
    let below: ArrayLike<number | boolean> = pulses;
    for (const level of this.#levels) {
      const { counts, fires: before, before: fires } = level;
      for (let node = 0; node < fires.length; node++) {
        const end = Math.min(4 * node + 4, counts.length);
        let all = true;
        for (let n = 4 * node; n < end; n++) if (counts[n] === 0 && !below[n]) all = false;
        for (let n = 4 * node; n < end; n++) counts[n]! += Number(below[n]) - Number(all);
        fires[node] = Number(all);
      }
      level.fires = fires;
      level.before = before;
      below = before;
    }
  }
}
