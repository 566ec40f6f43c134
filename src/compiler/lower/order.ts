import type { MacInstruction, TileAddress } from '../../program/instruction.ts';
import type { Happening, Need, StreamDraft } from './stream_draft.ts';

/** A tile of a step, which gets its number when the order is known. */
export type OpenTile = { -readonly [Key in keyof TileAddress]: TileAddress[Key] };

/** Products of a tile: a segment over columns that may be cut. */
export interface TilePart {
  readonly needs: readonly Need[];
  readonly columns: number;
  /** Columns between which it may be cut; null: nowhere. */
  readonly grain: number | null;
  /** Cycles that it takes, about. */
  readonly cycles: number;
  /** The work of MAC on columns from … to. */
  readonly make: (from: number, to: number) => Omit<MacInstruction, 'waits' | 'posts' | 'chain'>;
}

/** All that goes into a tile and is drained together. */
export interface TileJob {
  readonly tile: OpenTile;
  readonly parts: readonly TilePart[];
  /** The sums saturate, and depend on the order of their parts. */
  readonly ordered: boolean;
  /** Cycles in which CELL reads the tile, about. */
  readonly drain: number;
  /** What has happened when it is drained. */
  readonly done: readonly Happening[];
}

/** Instructions in loops over positions, which stay where they are; the tiles alternate, `uses` of them. */
export interface TileLoop {
  readonly tiles: readonly OpenTile[];
  readonly uses: number;
  readonly emit: () => void;
}

/** Cycles from the last column of a tile to the first result that can be read: lanes that are not as far, and the pipeline of CELL. */
const LATENCY = 64;

interface Cut {
  readonly part: TilePart;
  readonly from: number;
  readonly to: number;
}

function cyclesOf({ part, from, to }: Cut): number {
  return (part.cycles * (to - from)) / part.columns;
}

function total(cuts: readonly Cut[]): number {
  return cuts.reduce((sum, cut) => sum + cyclesOf(cut), 0);
}

/** Whether a part reads what another tile of the same step gives. */
function isLate({ needs }: TilePart): boolean {
  return needs.some(({ stepsBefore }) => stepsBefore === 0);
}

/** Takes cuts from the front of a list that take so many cycles, about. */
function takeCycles(list: Cut[], cycles: number): Cut[] {
  const taken: Cut[] = [];
  for (let left = cycles; left > 0 && list.length > 0; ) {
    const cut = list.shift()!;
    const own = cyclesOf(cut);
    const { part, from, to } = cut;
    const grain = part.grain ?? part.columns;
    const middle = from + Math.ceil((left / own) * ((to - from) / grain)) * grain;
    if (middle < to) {
      taken.push({ part, from, to: middle });
      list.unshift({ part, from: middle, to });
    } else taken.push(cut);
    left -= own;
  }
  return taken;
}

/**
 * The order of the products of a step. Each tile follows the one before, but what waits for a tile that is being drained has other work
 * before it: first products of its own tile that wait for nothing, then some of the next tile that has such. Two tiles are
 * open then, so that what is between must find its tile drained, as it does where each waits for the one before.
 */
export class TileOrder {
  readonly #jobs: readonly TileJob[];
  readonly #left: { readonly free: Cut[]; readonly late: Cut[] }[];
  /** Work of other tiles before the late parts of a job. */
  readonly #fills = new Map<number, { readonly job: number; readonly cuts: Cut[] }>();

  constructor(jobs: readonly TileJob[]) {
    this.#jobs = jobs;
    this.#left = jobs.map(({ parts, ordered }) => {
      const cuts = parts.map((part) => ({ part, from: 0, to: part.columns }));
      const firstLate = cuts.findIndex(({ part }) => isLate(part));
      const free = ({ part }: Cut, at: number) => !isLate(part) && !(ordered && firstLate >= 0 && at > firstLate);
      return { free: cuts.filter(free), late: cuts.filter((cut, at) => !free(cut, at)) };
    });
  }

  /** Products in their order, each with its job. */
  order(): { readonly job: TileJob; readonly cut: Cut }[] {
    const out: { job: TileJob; cut: Cut }[] = [];
    const emit = (job: number, cuts: readonly Cut[]) => {
      for (const cut of cuts) out.push({ job: this.#jobs[job]!, cut });
    };
    for (const [at, { free, late }] of this.#left.entries()) {
      const exposed = late.length === 0 ? 0 : this.#waits(at) - total(free);
      emit(at, free);
      if (exposed > 0 && !this.#fills.has(at)) this.#plan(at);
      const fill = this.#fills.get(at);
      if (fill !== undefined) emit(fill.job, fill.cuts);
      emit(at, late);
    }
    return out;
  }

  /** Cycles that the late parts of a job wait, if the one before has just been filled; 0 where they wait for an earlier one. */
  #waits(at: number): number {
    const before = this.#jobs[at - 1];
    if (before === undefined) return 0;
    const needed = this.#jobs[at]!.parts.flatMap(({ needs }) => needs.map(({ happening }) => happening));
    return before.done.some((happening) => needed.includes(happening)) ? before.drain + LATENCY : 0;
  }

  /** Divides the free parts of the next job that has some among the jobs up to it. */
  #plan(at: number): void {
    let next = at + 1;
    while (next < this.#jobs.length && this.#left[next]!.free.length === 0) {
      if (this.#waits(next) === 0) return;
      next++;
    }
    if (next === this.#jobs.length) return;
    const { free } = this.#left[next]!;
    const waits: number[] = [];
    for (let job = at; job <= next; job++) waits.push(this.#waits(job));
    const all = total(free);
    if (all < waits[0]!) return;
    const share = Math.max(all / waits.reduce((sum, own) => sum + own, 0), 1);
    for (let job = at; job < next; job++) {
      const cuts = takeCycles(free, waits[job - at]! * share);
      if (cuts.length > 0) this.#fills.set(job, { job: next, cuts });
    }
  }
}

/** Puts the products of all tiles of a step into MAC, and numbers the tiles. */
export function emitTiles(blocks: readonly (TileJob | TileLoop)[], mac: StreamDraft): void {
  const tiles = new TileNumbers();
  for (let at = 0; at < blocks.length; ) {
    const block = blocks[at]!;
    if ('emit' in block) {
      tiles.loop(block);
      block.emit();
      at++;
      continue;
    }
    const jobs: TileJob[] = [];
    for (; at < blocks.length; at++) {
      const own = blocks[at]!;
      if ('emit' in own) break;
      jobs.push(own);
    }
    const order = new TileOrder(jobs).order();
    for (const [number, { job, cut }] of order.entries()) {
      const own = (other: (typeof order)[number]) => other.job === job;
      const first = !order.slice(0, number).some(own);
      const last = !order.slice(number + 1).some(own);
      if (first) tiles.open(job.tile);
      if (last) tiles.close(job.tile);
      mac.work(
        cut.part.make(cut.from, cut.to),
        first ? [{ semaphore: 'tileFree0', count: 1 }] : [],
        last ? [{ semaphore: 'tileFull0', count: 1 }] : [],
        cut.part.needs,
      );
    }
  }
  tiles.flip();
}

/** Numbers tiles in the order of MAC: the one that is not open, else the one that was not closed last. */
class TileNumbers {
  readonly #all: OpenTile[] = [];
  readonly #open = new Set<OpenTile>();
  #last = 1;

  open(tile: OpenTile): void {
    const [other] = this.#open;
    tile.base = 1 - (other?.base ?? this.#last);
    this.#open.add(tile);
    this.#all.push(tile);
  }

  close(tile: OpenTile): void {
    this.#open.delete(tile);
    this.#last = tile.base;
  }

  loop({ tiles, uses }: TileLoop): void {
    const first = 1 - this.#last;
    for (const [at, tile] of tiles.entries()) tile.base = (first + at) % 2;
    this.#all.push(...tiles);
    this.#last = (first + uses - 1) % 2;
  }

  /** Where a step ends with the tile that it began with, the next one begins with the other. */
  flip(): void {
    for (const tile of this.#all) tile.t = 1 - this.#last;
  }
}
