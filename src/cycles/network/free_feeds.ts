import { FeedQueues } from './feed_queues.ts';
import { type Feeds, NO_COLUMN, type Sent } from './feeds.ts';

/** What the queues do from a state on, cycle by cycle, until a segment begins or all is done. */
interface Course {
  /** What came to them. */
  readonly sent: number[];
  /** In each cycle: bit 0 `stall`, bit 1 `marked`. */
  readonly flags: number[];
  /** Changes of all cycles, and how many there were up to the end of each. */
  readonly changes: number[];
  readonly ends: number[];
  /** Where it leads; null while it is written down. */
  next: Place | null;
}

/** A state of the queues that was met between two courses. */
interface Place {
  readonly state: Int32Array;
  /** Nothing happens there before a column comes. */
  readonly rests: boolean;
  readonly courses: Course[];
}

/** Courses that are kept of a place, and cycles of all courses. */
const MOST_COURSES = 8;
const MOST_CYCLES = 2 ** 16;
const STALL = 1;
const MARKED = 2;

/**
 * Feeds that have their words at hand and take them alone: weights on chip, none of a spectrum.
 *
 * What a queue does depends on its state and on the columns that come, and steps and positions of a network send the same columns again. So every course of
 * the queues is written down, from the begin of a segment to that of the next one, and is only read where it comes back: in an equal state, as long as the
 * same columns come in the same cycles. At the first other one the queues go back to the state that it began with, and follow.
 */
export class FreeFeeds implements Feeds {
  readonly hungry = 0;
  readonly working: Int32Array;
  marked = false;
  stall = false;
  readonly #queues: FeedQueues;
  /** Whether a segment begins with a word count. */
  readonly #begins: Uint8Array;
  readonly #places = new Map<string, Place>();
  /** Where the course at hand began; the course, and its next cycle; whether it is read, and not gone. */
  #place: Place;
  #course: Course | null = null;
  #at = 0;
  #reads = false;
  /** Cycles that are written down. */
  #written = 0;
  readonly #worked: Float64Array;
  /** By segment: cycle up to which its words are counted. */
  readonly #since: Float64Array;
  #now = 0;
  #busy = 0;

  /**
   * @param depth entries of a queue
   * @param counts word counts of every feed, column by column
   * @param segments number of the segment of each of them
   * @param most segments
   */
  constructor(depth: number, counts: readonly Uint32Array[], segments: Uint16Array, most: number) {
    this.#queues = new FeedQueues(depth, counts, segments);
    this.#begins = Uint8Array.from(segments, (segment, at) => Number(at === 0 || segment !== segments[at - 1]));
    this.#place = this.#here();
    this.working = new Int32Array(most);
    this.#worked = new Float64Array(most);
    this.#since = new Float64Array(most);
  }

  get feeds(): number {
    return this.#queues.feeds;
  }

  get idle(): number {
    return this.feeds - this.#busy;
  }

  get worked(): Float64Array {
    for (let segment = 0; segment < this.working.length; segment++) this.#settle(segment, this.#now + 1);
    return this.#worked;
  }

  tick({ place }: Sent): void {
    this.#now++;
    if (this.#course === null) {
      if (place === NO_COLUMN && this.#place.rests) {
        this.stall = false;
        this.marked = false;
        return;
      }
      this.#begin(place);
    } else if (this.#begins[place] === 1 && this.#at > 0) {
      this.#arrive();
      this.#begin(place);
    }
    if (this.#reads && this.#course!.sent[this.#at] !== place) this.#follow(place);
    if (this.#reads) this.#read();
    else this.#go(place);
  }

  /** Reads what a cycle of the course does. */
  #read(): void {
    const { flags, changes, ends, next } = this.#course!;
    const at = this.#at++;
    const flag = flags[at]!;
    this.stall = (flag & STALL) !== 0;
    this.marked = (flag & MARKED) !== 0;
    for (let n = at === 0 ? 0 : ends[at - 1]!; n < ends[at]!; n++) this.#change(changes[n]!);
    if (this.#at === ends.length && next!.rests) this.#leave(next!);
  }

  /** Goes a cycle, and writes it down. */
  #go(place: number): void {
    const queues = this.#queues;
    queues.tick(place);
    this.stall = queues.stall;
    this.marked = queues.marked;
    const { sent, flags, changes, ends } = this.#course!;
    sent.push(place);
    flags.push((this.stall ? STALL : 0) | (this.marked ? MARKED : 0));
    for (const change of queues.changes) {
      changes.push(change);
      this.#change(change);
    }
    ends.push(changes.length);
    this.#at++;
    if (queues.rests) this.#arrive();
  }

  /** A course from the place at hand. */
  #begin(place: number): void {
    const { courses, state } = this.#place;
    const known = courses.findLast(({ sent }) => sent[0] === place);
    this.#at = 0;
    if (known !== undefined) {
      this.#course = known;
      this.#reads = true;
      return;
    }
    if (this.#reads) this.#queues.restore(state);
    this.#reads = false;
    this.#course = { sent: [], flags: [], changes: [], ends: [], next: null };
  }

  /** The course at hand ends in this place. */
  #arrive(): void {
    const { courses } = this.#place;
    if (this.#reads) {
      const known = courses.findLast((own) => own.sent.length === this.#at && this.#isSame(own));
      if (known !== undefined) {
        this.#leave(known.next!);
        return;
      }
      this.#resume();
    }
    const own = this.#course!;
    own.next = this.#here();
    if (courses.length === MOST_COURSES) courses.shift();
    courses.push(own);
    this.#written += own.sent.length;
    this.#leave(own.next);
  }

  #leave(place: Place): void {
    this.#place = place;
    this.#course = null;
  }

  /** Something else comes than in the course that is read: another course that came to it the same way is read on, or else its begin is gone again. */
  #follow(place: number): void {
    const other = this.#place.courses.findLast((own) => own.sent[this.#at] === place && this.#isSame(own));
    if (other === undefined) this.#resume();
    else this.#course = other;
  }

  /** Whether a course came to this cycle like the one that is read. */
  #isSame({ sent }: Course): boolean {
    const read = this.#course!.sent;
    for (let n = 0; n < this.#at; n++) if (sent[n] !== read[n]) return false;
    return true;
  }

  /** From reading to going: the queues go what was read, and a course of their own begins with it. */
  #resume(): void {
    const { sent, flags, changes, ends } = this.#course!;
    const at = this.#at;
    this.#queues.restore(this.#place.state);
    for (let n = 0; n < at; n++) this.#queues.tick(sent[n]!);
    this.#reads = false;
    this.#course = {
      ...{ sent: sent.slice(0, at), flags: flags.slice(0, at) },
      ...{ changes: changes.slice(0, at === 0 ? 0 : ends[at - 1]), ends: ends.slice(0, at), next: null },
    };
  }

  /** The place of the queues' state. */
  #here(): Place {
    const state = this.#queues.state();
    const key = keyOf(state);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    if (this.#written > MOST_CYCLES) {
      this.#places.clear();
      this.#written = 0;
    }
    const place = { state, rests: this.#queues.rests, courses: [] };
    this.#places.set(key, place);
    return place;
  }

  /** A feed more has words of a segment, or one fewer. */
  #change(change: number): void {
    const segment = Math.abs(change) - 1;
    const by = Math.sign(change);
    this.#settle(segment, this.#now);
    this.working[segment]! += by;
    this.#busy += by;
  }

  /** Counts the words of a segment in the cycles before one. */
  #settle(segment: number, before: number): void {
    this.#worked[segment]! += this.working[segment]! * (before - this.#since[segment]!);
    this.#since[segment] = before;
  }
}

/** Code units of a string that are made at a time. */
const UNITS = 4096;

/** A state as a key. */
function keyOf(state: Int32Array): string {
  const units = new Uint16Array(state.buffer);
  let key = '';
  for (let from = 0; from < units.length; from += UNITS)
    key += String.fromCharCode(...units.subarray(from, from + UNITS));
  return key;
}
