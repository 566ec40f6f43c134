import type { WordSupply } from './word_supply.ts';

/** What a group has done before a cycle, since reset. */
export interface LaneCounters {
  /** Cycles in which its lanes worked on a word or a marker, over all lanes. */
  readonly busy: number;
  /** Cycles in which a full queue held its broadcast back. */
  readonly blocked: number;
}

/**
 * Timing of act_broadcast, ptr_read, act_queue and spmat_read of a group, one column at a time.
 *
 * A column that is issued in cycle i moves through two registers into ptr_read and from there into the queues: it is put
 * in with the third advance after the one of cycle i. The broadcast stands still while a lane in ptr_read waits for its
 * queue. So with e the first cycle in which a column is in ptr_read, per lane with words in it:
 *
 *     put  = max(e, taken(entry `depth` entries before) + 1 of every such lane)      registered ready
 *     take = max(put + 1, take(entry before) + words of the entry before)            registered valid
 *
 * and [e, put) are the cycles in which the broadcast stands still. Only the three columns before can be on their way when
 * one is issued. With the words in external memory, a word is taken when it is there, too (word_supply.ts).
 */
export class LaneArray {
  /** Lanes with a queue of their own; one for all lanes of a group that work in step. */
  readonly #feeds: number;
  readonly #depth: number;
  /** Cycles in which the last `depth` entries of each lane were taken, a ring per lane. */
  readonly #taken: Int32Array;
  readonly #slot: Uint8Array;
  /** First cycle in which each lane has no word left. */
  readonly #free: Int32Array;
  readonly #marker: Uint16Array;
  readonly #supply: WordSupply | null;
  /** Rows of the matrices before this one; words that each lane has taken of it, and has in all. */
  #rowsBefore = 0;
  #rows = 0;
  readonly #cursor: Int32Array;
  #totals: Int32Array;
  /** Standstills of the last three columns, the oldest first. */
  #from0 = 0;
  #to0 = 0;
  #from1 = 0;
  #to1 = 0;
  #from2 = 0;
  #to2 = 0;
  /** Latest take of the last column. */
  #lastTake = 0;
  #blocked = 0;
  #busy = 0;
  /** Since the last cut: first cycle and the one behind the last, of each column in each lane and of each standstill. */
  readonly #worked: number[] = [];
  readonly #stood: number[] = [];
  readonly #cuts: { cycle: number; blocked: number; busy: number }[] = [];

  /** @param supply words from external memory; null where the lanes have them at hand */
  constructor(feeds: number, depth: number, supply: WordSupply | null) {
    this.#supply = supply;
    this.#cursor = new Int32Array(feeds);
    this.#totals = new Int32Array(feeds);
    this.#feeds = feeds;
    this.#depth = depth;
    this.#taken = new Int32Array(feeds * depth).fill(-1);
    this.#slot = new Uint8Array(feeds);
    this.#free = new Int32Array(feeds);
    this.#marker = new Uint16Array(feeds).fill(1);
  }

  /** Whether the words come from external memory. */
  get supplied(): boolean {
    return this.#supply !== null;
  }

  /**
   * Begins a matrix.
   *
   * @param rows rows of it in external memory
   * @param totals words of each lane
   */
  beginMatrix(rows: number, totals: Int32Array): void {
    this.#rowsBefore += this.#rows;
    this.#rows = rows;
    this.#totals = totals;
    this.#cursor.fill(0);
  }

  /** The rows of the next matrices are not asked for before a cycle. */
  hold(cycle: number): void {
    this.#supply?.hold(this.#rowsBefore + this.#rows, cycle);
  }

  /**
   * Broadcasts a column.
   *
   * @param wanted cycle from which the controller offers it, after the cycle of the column before
   * @param counts words of each lane, from `offset` on
   * @returns cycle in which it is issued
   */
  column(wanted: number, counts: Uint16Array, offset: number): number {
    const issued = this.#advance(wanted);
    const entered = this.#advance(this.#advance(issued + 1) + 1) + 1;
    this.#put(entered, counts, offset);
    if (this.#supply !== null) this.#reportUse(this.#supply);
    return issued;
  }

  /**
   * Broadcasts a marker.
   *
   * @returns cycle in which it is issued, and that in which the last lane takes it
   */
  marker(wanted: number): { readonly issued: number; readonly taken: number } {
    const issued = this.column(wanted, this.#marker, 0);
    return { issued, taken: this.#lastTake };
  }

  /**
   * A frame ends: its counters are taken. What is worked on behind the cycle is not in them, and what is broadcast later on still
   * counts as far as it comes before it.
   *
   * @param cycle cycle of the last beat, later than those before
   */
  endFrame(cycle: number): void {
    const behind = (log: readonly number[]) => {
      let late = 0;
      for (let at = 0; at < log.length; at += 2) late += Math.max(0, log[at + 1]! - Math.max(log[at]!, cycle));
      return late;
    };
    const busy = this.#busy - behind(this.#worked);
    const blocked = this.#blocked - behind(this.#stood);
    this.#cuts.push({ cycle, blocked, busy });
    this.#worked.length = 0;
    this.#stood.length = 0;
  }

  /** Counters before the end of each frame. */
  frames(): readonly LaneCounters[] {
    return this.#cuts;
  }

  /** First cycle from `cycle` on in which the broadcast moves. */
  #advance(cycle: number): number {
    let c = cycle;
    if (c >= this.#from0 && c < this.#to0) c = this.#to0;
    if (c >= this.#from1 && c < this.#to1) c = this.#to1;
    if (c >= this.#from2 && c < this.#to2) c = this.#to2;
    return c;
  }

  /** Tells the supply how far all lanes are; a lane that has no more words of the matrix holds none of its rows. */
  #reportUse(supply: WordSupply): void {
    let used = this.#rows;
    let latest = 0;
    for (let lane = 0; lane < this.#feeds; lane++) {
      const cursor = this.#cursor[lane]!;
      if (cursor < this.#totals[lane]! && cursor < used) used = cursor;
      if (this.#free[lane]! > latest) latest = this.#free[lane]!;
    }
    supply.use(this.#rowsBefore + used, latest);
  }

  #put(entered: number, counts: Uint16Array, offset: number): void {
    const feeds = this.#feeds;
    const depth = this.#depth;
    const taken = this.#taken;
    const slot = this.#slot;
    const free = this.#free;
    const supply = counts === this.#marker ? null : this.#supply;

    let put = entered;
    for (let lane = 0; lane < feeds; lane++) {
      if (counts[offset + lane] === 0) continue;
      const ready = taken[lane * depth + slot[lane]!]! + 1;
      if (ready > put) put = ready;
    }

    let lastTake = 0;
    let busy = 0;
    for (let lane = 0; lane < feeds; lane++) {
      const words = counts[offset + lane]!;
      if (words === 0) continue;
      let take = Math.max(put + 1, free[lane]!);
      let end = take + words;
      if (supply !== null) {
        const row = this.#rowsBefore + this.#cursor[lane]!;
        take = Math.max(take, supply.ready(row));
        end = Math.max(take + words, supply.ready(row + words - 1) + 1);
        this.#cursor[lane]! += words;
      }
      const at = slot[lane]!;
      taken[lane * depth + at] = take;
      slot[lane] = at + 1 === depth ? 0 : at + 1;
      free[lane] = end;
      busy += words;
      this.#worked.push(take, take + words);
      for (let cut = this.#cuts.length - 1; cut >= 0 && this.#cuts[cut]!.cycle > take; cut--) {
        this.#cuts[cut]!.busy += Math.min(words, this.#cuts[cut]!.cycle - take);
      }
      if (take > lastTake) lastTake = take;
    }
    this.#lastTake = lastTake;
    this.#busy += busy;

    this.#from0 = this.#from1;
    this.#to0 = this.#to1;
    this.#from1 = this.#from2;
    this.#to1 = this.#to2;
    this.#from2 = entered;
    this.#to2 = put;
    this.#blocked += put - entered;
    if (put > entered) this.#stood.push(entered, put);
    for (let cut = this.#cuts.length - 1; cut >= 0 && this.#cuts[cut]!.cycle > entered; cut--) {
      this.#cuts[cut]!.blocked += Math.min(put, this.#cuts[cut]!.cycle) - entered;
    }
  }
}
