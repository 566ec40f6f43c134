import { UNDER_WAY } from '../../machine/queue_depth.ts';
import { MARKER, MARKER_SENT, NO_COLUMN } from './feeds.ts';

/** End of a list of feeds. */
const NONE = -1;
/** The last feed takes a marker -> all have passed it, and cycles from one such pulse to the next. */
const MARKED_BEHIND = 3;
const MARKED_APART = 2;

/** Word counts of feeds, column by column, with those of a column one behind the other. */
function byColumn(counts: readonly Uint32Array[]): Uint32Array {
  const feeds = counts.length;
  const columns = counts[0]?.length ?? 0;
  const all = new Uint32Array(columns * feeds);
  for (const [feed, own] of counts.entries()) for (let at = 0; at < columns; at++) all[at * feeds + feed] = own[at]!;
  return all;
}

/**
 * Queues and words of feeds that have their words at hand and take them alone. A feed is looked at where it is through with an entry, so that a cycle
 * costs little whatever the lanes.
 */
export class FeedQueues {
  readonly feeds: number;
  marked = false;
  stall = false;
  /** Of the last cycle: segments of which a feed more has words, as segment + 1, or one fewer, as its negative. */
  readonly changes: number[] = [];
  readonly #depth: number;
  /** Word counts by column, of all feeds. */
  readonly #counts: Uint32Array;
  readonly #segments: Uint16Array;
  #now = 0;
  /** By feed: entries with their segments, the first of them, how many; the segment that it has words of; the feed behind it in its list. */
  readonly #entries: Uint32Array;
  readonly #entrySegments: Uint16Array;
  readonly #first: Int32Array;
  readonly #level: Int32Array;
  readonly #segment: Int32Array;
  readonly #next: Int32Array;
  /** Cycle in which a feed in a list is through. */
  readonly #due: Float64Array;
  /** Whether a feed is in a list: it has a word, or an entry to take. */
  readonly #listed: Uint8Array;
  /** Lists of feeds by the cycle in which they are through, modulo a power of two beyond all counts. */
  readonly #lists: Int32Array;
  #listedFeeds = 0;
  /** Feeds with a level at which the issuer stops. */
  #filled = 0;
  /** Feeds that have passed the markers that not all have passed, the oldest first; by feed, markers that it has passed, and those that all have. */
  readonly #passes: number[] = [];
  readonly #passed: Int32Array;
  #passedByAll = 0;
  /** Cycles of the pulses to come, and that of the last one. */
  readonly #pulses: number[] = [];
  #lastPulse = 0;

  /**
   * @param depth entries of a queue
   * @param counts word counts of every feed, column by column
   * @param segments number of the segment of each of them
   */
  constructor(depth: number, counts: readonly Uint32Array[], segments: Uint16Array) {
    const feeds = counts.length;
    this.feeds = feeds;
    this.#depth = depth;
    this.#counts = byColumn(counts);
    this.#segments = segments;
    this.#entries = new Uint32Array(feeds * depth);
    this.#entrySegments = new Uint16Array(feeds * depth);
    this.#first = new Int32Array(feeds);
    this.#level = new Int32Array(feeds);
    this.#segment = new Int32Array(feeds).fill(NONE);
    this.#next = new Int32Array(feeds);
    this.#due = new Float64Array(feeds);
    this.#listed = new Uint8Array(feeds);
    this.#passed = new Int32Array(feeds);
    let largest = 1;
    for (const own of counts) for (const count of own) if (count > largest) largest = count;
    this.#lists = new Int32Array(2 ** Math.ceil(Math.log2(largest + 2))).fill(NONE);
  }

  /** All queues are empty, and nothing is on its way: a cycle without a column changes nothing. */
  get rests(): boolean {
    return this.#listedFeeds === 0 && this.#pulses.length === 0;
  }

  /** @param place of the column that comes, or {@link MARKER_SENT}, or {@link NO_COLUMN} */
  tick(place: number): void {
    const now = ++this.#now;
    this.changes.length = 0;
    const filling = this.#filled > 0;
    const list = now & (this.#lists.length - 1);
    let feed = this.#lists[list]!;
    this.#lists[list] = NONE;
    while (feed !== NONE) {
      const next = this.#next[feed]!;
      this.#through(feed);
      feed = next;
    }
    if (place !== NO_COLUMN) this.#push(place);
    this.stall = filling;
    this.marked = this.#pulses[0] === now;
    if (this.marked) this.#pulses.shift();
  }

  /** All that the cycles to come depend on, relative to this one. */
  state(): Int32Array {
    const lastPulse = Math.max(this.#lastPulse - this.#now, MARKED_BEHIND + 1 - MARKED_APART);
    const state: number[] = [lastPulse, this.#pulses.length];
    for (const pulse of this.#pulses) state.push(pulse - this.#now);
    for (let feed = 0; feed < this.feeds; feed++) {
      const [level, first] = [this.#level[feed]!, this.#first[feed]!];
      const left = this.#listed[feed] === 0 ? 0 : this.#due[feed]! - this.#now;
      state.push(left, this.#segment[feed]!, this.#passed[feed]! - this.#passedByAll, level);
      for (let n = 0; n < level; n++) {
        const at = feed * this.#depth + ((first + n) % this.#depth);
        const entry = this.#entries[at]!;
        state.push(entry, entry === MARKER ? 0 : this.#entrySegments[at]!);
      }
    }
    return Int32Array.from(state);
  }

  /** Goes back to a state. */
  restore(state: Int32Array): void {
    let at = 0;
    this.#lastPulse = this.#now + state[at++]!;
    this.#pulses.length = 0;
    for (let left = state[at++]!; left > 0; left--) this.#pulses.push(this.#now + state[at++]!);
    this.#lists.fill(NONE);
    this.#listedFeeds = 0;
    this.#filled = 0;
    this.#passes.length = 0;
    this.#passedByAll = 0;
    for (let feed = 0; feed < this.feeds; feed++) {
      const left = state[at++]!;
      this.#segment[feed] = state[at++]!;
      const passed = state[at++]!;
      const level = state[at++]!;
      this.#listed[feed] = 0;
      if (left > 0) this.#list(feed, left);
      this.#passed[feed] = passed;
      for (let n = 0; n < passed; n++) this.#passes[n] = (this.#passes[n] ?? 0) + 1;
      this.#first[feed] = 0;
      this.#level[feed] = level;
      if (level >= this.#depth - UNDER_WAY) this.#filled++;
      for (let n = 0; n < level; n++) {
        this.#entries[feed * this.#depth + n] = state[at++]!;
        this.#entrySegments[feed * this.#depth + n] = state[at++]!;
      }
    }
  }

  /** A feed has had its last word in the cycle before, and takes an entry, if it has one. */
  #through(feed: number): void {
    const before = this.#segment[feed]!;
    const level = this.#level[feed]!;
    if (level === 0) {
      this.#listed[feed] = 0;
      this.#listedFeeds--;
      if (before !== NONE) this.changes.push(-1 - before);
      this.#segment[feed] = NONE;
      return;
    }
    const depth = this.#depth;
    const at = this.#first[feed]!;
    const count = this.#entries[feed * depth + at]!;
    const segment = count === MARKER ? NONE : this.#entrySegments[feed * depth + at]!;
    this.#first[feed] = at + 1 === depth ? 0 : at + 1;
    if (level === depth - UNDER_WAY) this.#filled--;
    this.#level[feed] = level - 1;
    if (segment !== before) {
      if (before !== NONE) this.changes.push(-1 - before);
      if (segment !== NONE) this.changes.push(1 + segment);
      this.#segment[feed] = segment;
    }
    if (count === MARKER) this.#pass(feed);
    this.#list(feed, count === MARKER ? 1 : count);
  }

  /** A feed is through in so many cycles. */
  #list(feed: number, cycles: number): void {
    const due = this.#now + cycles;
    const at = due & (this.#lists.length - 1);
    this.#next[feed] = this.#lists[at]!;
    this.#lists[at] = feed;
    this.#due[feed] = due;
    if (this.#listed[feed] === 0) this.#listedFeeds++;
    this.#listed[feed] = 1;
  }

  /** A feed takes a marker. */
  #pass(feed: number): void {
    const number = this.#passed[feed]!++ - this.#passedByAll;
    this.#passes[number] = (this.#passes[number] ?? 0) + 1;
    // The last one for a feed is the last one for all, the oldest marker first.
    if (this.#passes[0] !== this.feeds) return;
    this.#passes.shift();
    this.#passedByAll++;
    this.#lastPulse = Math.max(this.#now + MARKED_BEHIND, this.#lastPulse + MARKED_APART);
    this.#pulses.push(this.#lastPulse);
  }

  #push(column: number): void {
    const depth = this.#depth;
    for (let feed = 0; feed < this.feeds; feed++) {
      const count = column === MARKER_SENT ? MARKER : this.#counts[column * this.feeds + feed]!;
      if (column !== MARKER_SENT && count === 0) continue;
      const level = this.#level[feed]!;
      const to = this.#first[feed]! + level;
      const place = feed * depth + (to >= depth ? to - depth : to);
      this.#entries[place] = count;
      if (column !== MARKER_SENT) this.#entrySegments[place] = this.#segments[column]!;
      this.#level[feed] = level + 1;
      if (level + 1 === depth - UNDER_WAY) this.#filled++;
      if (this.#listed[feed] === 0) this.#list(feed, 1);
    }
  }
}
