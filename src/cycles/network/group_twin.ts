import { pairOfColumn } from '../../program/network/spectral_words.ts';
import { COMPLEX, type Feeds, MARKER_SENT, NO_COLUMN, NOTHING_SENT, type Sent, SPECTRAL } from './feeds.ts';
import { isWritten, NOTHING_WRITTEN, type Progress } from './followed.ts';
import type { Run } from './mac_twin.ts';

/** Why columns that follow are not sent. */
export const PROGRESS_WAITS = { ready: 'waits for progress of CELL', copied: 'waits for progress of STORE' } as const;

/** Twin of network_group: column_issuer, act_broadcast, and the feeds of its lanes. */
export class GroupTwin {
  /** The last column of a run is read. */
  runRead = false;
  /** Why no column was sent, where MAC had one. */
  waits: string | null = null;
  readonly #group: number;
  readonly #groups: number;
  readonly #feeds: Feeds;
  readonly #runs: Run[] = [];
  #arriving: Run | null = null;
  #seen: Progress = { ready: NOTHING_WRITTEN, copied: NOTHING_WRITTEN };
  #run: Run | null = null;
  #atMarker = false;
  #left = 0;
  #address = 0;
  #pointer = 0;
  readonly #stages: Sent[] = new Array<Sent>(4).fill(NOTHING_SENT);

  /** @param feeds of its lanes */
  constructor(group: number, groups: number, feeds: Feeds) {
    this.#group = group;
    this.#groups = groups;
    this.#feeds = feeds;
  }

  /** All lanes have passed a marker. */
  get marked(): boolean {
    return this.#feeds.marked;
  }

  get feeds(): Feeds {
    return this.#feeds;
  }

  tick(run: Run | null, progress: Progress): void {
    const own = this.#run;
    const block = own?.block ?? null;
    const second = block !== null && this.#address % 2 === 1;
    const go = own !== null && (!this.#feeds.stall || second);
    // Both elements of a pair are read one after the other.
    const written = own === null || own.chain === 'none' || this.#isWritten(own.target, own.chain, block !== null);
    const column = go && !this.#atMarker && written;
    const counted = column && (block === null || second);
    const lastColumn = column && this.#left === 0;
    const finished = (lastColumn && !own.marker) || (go && this.#atMarker);
    this.waits = own === null ? null : !go || column || own.chain === 'none' ? 'columns' : PROGRESS_WAITS[own.chain];
    const place = counted ? this.#pointer : go && this.#atMarker ? MARKER_SENT : NO_COLUMN;
    const sends = place === NO_COLUMN ? NOTHING_SENT : { place, marks: counted ? this.#marksOf(block) : 0 };

    const stages = this.#stages;
    this.#feeds.tick(stages[3]!);
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
    const column = Math.floor(this.#address / 2) % (block / 2);
    return SPECTRAL | (pairOfColumn(block, this.#groups, this.#group, column) === 0 ? 0 : COMPLEX);
  }
}
