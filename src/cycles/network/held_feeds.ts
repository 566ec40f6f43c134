import { UNDER_WAY } from '../../machine/queue_depth.ts';
import {
  COMPLEX,
  type Feeds,
  MARKER,
  MARKER_SENT,
  NO_COLUMN,
  NOTHING_SENT,
  type Sent,
  SPECTRAL,
  WORDS,
} from './feeds.ts';
import type { BufferTwin } from './word_buffers.ts';

/** What a feed does in a cycle: it has a word, none, none that came from external memory, or it takes a marker. */
const WORKS = 0;
const IDLE = 1;
const HUNGRY = 2;
const PASSES = 3;

/** Feeds that wait for words from external memory, or, at words of a spectrum, for the other lane of their pair: looked at in every cycle. */
export class HeldFeeds implements Feeds {
  readonly feeds: number;
  idle = 0;
  hungry = 0;
  marked = false;
  stall = false;
  readonly working: Int32Array;
  readonly worked: Float64Array;
  readonly #depth: number;
  /** Word counts by feed. */
  readonly #counts: readonly Uint32Array[];
  readonly #segments: Uint16Array;
  readonly #buffers: BufferTwin | null;
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
   * @param counts word counts of every feed, column by column
   * @param segments number of the segment of each of them
   * @param most segments
   * @param buffers of words from external memory; null where they are on chip
   */
  constructor(
    depth: number,
    counts: readonly Uint32Array[],
    segments: Uint16Array,
    most: number,
    buffers: BufferTwin | null,
  ) {
    this.#buffers = buffers;
    this.feeds = counts.length;
    this.#depth = depth;
    this.#counts = counts;
    this.#segments = segments;
    this.working = new Int32Array(most);
    this.worked = new Float64Array(most);
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

  tick(sent: Sent): void {
    if (this.#empty && sent === NOTHING_SENT) return;
    this.working.fill(0);
    const { feeds } = this;
    const depth = this.#depth;
    const [level, first, passing] = [this.#level, this.#first, this.#passing];
    if (this.#spectral) this.#meet();
    const cleared = this.marked;
    const passed = this.#unmarked === 0;
    if (this.#passes || cleared) this.#markersTick(cleared);
    const most = depth - UNDER_WAY;
    let [filling, passes] = [false, false];
    let [idle, hungry] = [0, 0];
    for (let feed = 0; feed < feeds; feed++) {
      if (level[feed]! >= most) filling = true;
      const found = this.#feedTakes(feed);
      if (found === HUNGRY) hungry++;
      else if (found !== WORKS) idle++;
      if (found === PASSES) {
        passing[feed]! |= 1;
        passes = true;
      }
    }
    this.#passes ||= passes;
    const { place: column, marks } = sent;
    this.#spectral ||= (marks & SPECTRAL) !== 0;
    if (column !== NO_COLUMN) {
      for (let feed = 0; feed < feeds; feed++) {
        const count = column === MARKER_SENT ? MARKER : this.#counts[feed]![column]!;
        if (column !== MARKER_SENT && count === 0) continue;
        const to = first[feed]! + level[feed]!;
        const place = feed * depth + (to >= depth ? to - depth : to);
        this.#entries[place] = count | marks;
        if (column !== MARKER_SENT) this.#entrySegments[place] = this.#segments[column]!;
        level[feed]!++;
      }
    }
    this.idle = idle;
    this.hungry = hungry;
    this.stall = filling;
    this.marked = passed && !cleared;
    const empty = sent === NOTHING_SENT && !this.#passes && idle === feeds && !this.marked && !cleared;
    this.#empty = empty && this.#rests();
  }

  #works(segment: number): void {
    this.working[segment]!++;
    this.worked[segment]!++;
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
      this.#works(this.#segment[feed]!);
      return WORKS;
    }
    if (words > 0) {
      this.#words[feed]!--;
      this.#second[feed] = marks & COMPLEX ? 1 : 0;
      this.#works(this.#segment[feed]!);
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
    this.#works(segment);
    return WORKS;
  }
}
