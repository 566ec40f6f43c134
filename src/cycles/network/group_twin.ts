import { UNDER_WAY } from '../../machine/queue_depth.ts';
import type { Run } from './mac_twin.ts';
import type { BufferTwin } from './word_buffers.ts';

/** Progress of CELL, as the issuers see it. */
export interface Progress {
  readonly readyPosted: number;
  readonly progress: number;
}

/** Entry of a queue that is a marker; others are word counts. */
const MARKER = 0;
/** No column in a stage of the broadcast; a marker; else the place of the column's counts. */
const NONE = -1;
const IS_MARKER = -2;

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
  #seen: Progress = { readyPosted: 0, progress: 0 };
  #run: Run | null = null;
  #atMarker = false;
  #left = 0;
  #address = 0;
  #pointer = 0;
  #stall = false;
  #stages: [number, number, number, number] = [NONE, NONE, NONE, NONE];
  /** By feed: entries with their segments, the first of them, how many; words left of the column at hand; markers on their way and passed. */
  readonly #entries: Int32Array;
  readonly #entrySegments: Uint16Array;
  readonly #segment: Uint16Array;
  readonly #first: Int32Array;
  readonly #level: Int32Array;
  readonly #words: Int32Array;
  readonly #markers: Int32Array;
  /** Bit n: a marker was taken n + 1 cycles ago. */
  readonly #passing: Int32Array;

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
    this.#markers = new Int32Array(counts.length);
    this.#passing = new Int32Array(counts.length);
  }

  tick(run: Run | null, progress: Progress): void {
    const own = this.#run;
    const go = own !== null && !this.#stall;
    const missing = own === null ? 0 : (own.target - this.#seen.readyPosted) & 15;
    const written = missing === 0 || missing >= 8 || (missing === 1 && this.#address < this.#seen.progress);
    const column = go && !this.#atMarker && (!own.chain || written);
    const lastColumn = column && this.#left === 0;
    const finished = (lastColumn && !own.marker) || (go && this.#atMarker);
    this.waits =
      own === null ? null : this.#stall || column || own.chain === false ? 'columns' : 'waits for progress of CELL';
    const sends = column ? this.#pointer : go && this.#atMarker ? IS_MARKER : NONE;

    this.#feedsTick(this.#stages[3]);
    this.#stages = [sends, this.#stages[0], this.#stages[1], this.#stages[2]];
    this.runRead = lastColumn;

    const next = own === null || finished ? this.#runs[0] : undefined;
    if (column) {
      this.#left--;
      this.#pointer++;
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

  /** @param sent column that comes to the queues */
  #feedsTick(sent: number): void {
    let filling = false;
    let passed = true;
    const depth = this.#depth;
    for (let feed = 0; feed < this.feeds; feed++) {
      const level = this.#level[feed]!;
      if (level >= depth - UNDER_WAY) filling = true;
      if (this.#markers[feed] === 0) passed = false;
    }
    const cleared = this.marked;
    const { worked } = this;
    let [idle, hungry] = [0, 0];
    const buffers = this.#buffers;
    for (let feed = 0; feed < this.feeds; feed++) {
      const passing = this.#passing[feed]!;
      if (passing !== 0 || cleared) this.#markers[feed]! += ((passing >> 1) & 1) - Number(cleared);
      let taken = 0;
      const level = this.#level[feed]!;
      const words = this.#words[feed]!;
      const at = this.#first[feed]!;
      const entry = words === 0 && level > 0 ? this.#entries[feed * depth + at]! : null;
      const takes = words > 0 || (entry !== null && entry !== MARKER);
      const here = !takes || buffers === null || buffers.ready[feed] === 1;
      if (takes && here) buffers?.take(feed);
      if (!here) hungry++;
      else if (words > 0) {
        this.#words[feed]!--;
        worked[this.#segment[feed]!]!++;
      } else if (entry === null) idle++;
      else {
        if (entry === MARKER) {
          taken = 1;
          idle++;
        } else {
          const segment = this.#entrySegments[feed * depth + at]!;
          this.#words[feed] = entry - 1;
          this.#segment[feed] = segment;
          worked[segment]!++;
        }
        this.#first[feed] = at + 1 === depth ? 0 : at + 1;
        this.#level[feed] = level - 1;
      }
      this.#passing[feed] = ((passing << 1) | taken) & 3;
      if (sent === NONE) continue;
      const count = sent === IS_MARKER ? MARKER : this.#counts[feed]![sent]!;
      if (sent !== IS_MARKER && count === 0) continue;
      const to = this.#first[feed]! + this.#level[feed]!;
      const place = feed * depth + (to >= depth ? to - depth : to);
      this.#entries[place] = count;
      if (sent !== IS_MARKER) this.#entrySegments[place] = this.#segments[sent]!;
      this.#level[feed]!++;
    }
    this.idle = idle;
    this.hungry = hungry;
    this.#stall = filling;
    this.marked = passed && !cleared;
  }
}

/** Twin of token_join: a pulse when every input has had one more. */
export class JoinTwin {
  joined = false;
  readonly #levels: { readonly counts: Int32Array; readonly fires: Uint8Array }[] = [];

  constructor(inputs: number) {
    for (let below = inputs; below > 1; below = Math.ceil(below / 4)) {
      this.#levels.push({ counts: new Int32Array(below), fires: new Uint8Array(Math.ceil(below / 4)) });
    }
  }

  /** @returns whether the inputs are joined in this cycle, a single one without delay */
  now(pulses: readonly boolean[]): boolean {
    return this.#levels.length === 0 ? pulses[0]! : this.#levels.at(-1)!.fires[0] === 1;
  }

  tick(pulses: readonly boolean[]): void {
    let below: ArrayLike<number> = pulses.map(Number);
    for (const level of this.#levels) {
      const { counts, fires } = level;
      const before = fires.slice();
      for (let node = 0; node < fires.length; node++) {
        const end = Math.min(4 * node + 4, counts.length);
        let all = true;
        for (let n = 4 * node; n < end; n++) if (counts[n] === 0 && below[n] === 0) all = false;
        for (let n = 4 * node; n < end; n++) counts[n]! += below[n]! - Number(all);
        fires[node] = Number(all);
      }
      below = before;
    }
  }
}
