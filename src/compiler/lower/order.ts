import type { MacInstruction } from '../../program/instruction.ts';
import type { VectorEnd } from './spectra.ts';
import type { Happening, Need, StreamDraft } from './stream_draft.ts';
import { type OpenTile, type TileLoop, TileNumbers } from './tile_numbers.ts';

/** Products of a tile: a segment over columns that may be cut. */
export interface TilePart {
  readonly needs: readonly Need[];
  /** What CELL writes before the spectra that it reads can be made; null where it reads no spectra, or those of loaded frames. */
  readonly after: VectorEnd | null;
  /** Reads spectra that are made anew when the tile of the job before is drained: stands before the end of that job. */
  readonly early: boolean;
  /** Reads frames that were loaded. */
  readonly input: boolean;
  readonly columns: number;
  /** Columns between which it may be cut; null: nowhere. */
  readonly grain: number | null;
  /** Cycles that it takes, about. */
  readonly cycles: number;
  /** The work of MAC on columns from … to. */
  readonly make: (from: number, to: number) => Omit<MacInstruction, 'waits' | 'posts' | 'chain' | 'tile' | 'turn'>;
  /** The same product in the step before, where it needs no more than the frames of its step. */
  readonly ahead: TilePart['make'] | null;
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
  /** What CELL writes from it. */
  readonly writes: VectorEnd;
}

/** Cycles from the last column of a tile to the first result that can be read: lanes that are not as far, and the pipeline of CELL. */
const LATENCY = 64;
/** The same until its spectra can be read. */
const SPECTRAL_LATENCY = 128;

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

/** Whether a part reads spectra of what a tile gives in the same step, or so many steps before. */
function readsSpectraOf({ after, needs }: TilePart, { writes }: TileJob, steps: number): boolean {
  const read = after !== null && after.vector === writes.vector && after.to === writes.to;
  return read && needs.some(({ stepsBefore }) => stepsBefore === steps);
}

/** Whether a part reads what a tile of the same step gives. */
function isOfThisStep({ needs }: TilePart): boolean {
  return needs.some(({ happening, stepsBefore }) => stepsBefore === 0 && happening.semaphore !== 'passed');
}

/**
 * Whether a part reads what another tile of the same step gives, or spectra of what the last tiles of the step before give: other work then stands in
 * front of it. Spectra of what an earlier tile than the last one gives are not late.
 *
 * @param before the last tiles of the step before, @param earlier those before the one before the part's own
 */
function isLate(part: TilePart, before: readonly TileJob[], earlier: readonly TileJob[]): boolean {
  if (part.early || earlier.some((job) => readsSpectraOf(part, job, 0))) return false;
  if (isOfThisStep(part)) return true;
  return before.some((job) => readsSpectraOf(part, job, 1));
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
  /** The last job is the first one of the next step, of which some parts may be done in this one. */
  readonly #ahead: boolean;
  /** Jobs of the step before whose spectra may not be there when this step begins, the last one first. */
  readonly #before: readonly TileJob[];
  /** Work of other tiles before the late parts of a job. */
  readonly #fills = new Map<number, { readonly job: number; readonly cuts: Cut[] }>();

  constructor(jobs: readonly TileJob[], ahead = false, before: readonly TileJob[] = []) {
    this.#jobs = jobs;
    this.#ahead = ahead;
    this.#before = before;
    this.#left = jobs.map(({ parts, ordered }, job) => {
      const cuts = parts.map((part) => ({ part, from: 0, to: part.columns }));
      if (ahead && job === jobs.length - 1) return { free: cuts.filter(({ part }) => part.ahead !== null), late: [] };
      const earlier = jobs.slice(0, Math.max(job - 1, 0));
      // Behind the first two jobs what the step before gave is there.
      const recent = job < 2 ? before : [];
      const firstLate = cuts.findIndex(({ part }) => isLate(part, recent, earlier));
      const free = ({ part }: Cut, at: number) =>
        !isLate(part, recent, earlier) && !(ordered && firstLate >= 0 && at > firstLate);
      // What needs nothing of this step stands in front of what reads spectra of an earlier tile.
      const own = cuts.filter(free);
      const first = own.filter(({ part }) => !isOfThisStep(part));
      const then = own.filter(({ part }) => isOfThisStep(part));
      return { free: [...first, ...then], late: cuts.filter((cut, at) => !free(cut, at)) };
    });
  }

  /** Products in their order, each with its job. */
  order(): { readonly job: TileJob; readonly cut: Cut }[] {
    const out: { job: TileJob; cut: Cut }[] = [];
    const emit = (job: number, cuts: readonly Cut[]) => {
      for (const cut of cuts) out.push({ job: this.#jobs[job]!, cut });
    };
    for (const [at, { free, late }] of this.#left.entries()) {
      const begun = out.some(({ job }) => job === this.#jobs[at]);
      // The end of a job is late where something stands before it.
      const holds = this.#left[at + 1]?.free.some(({ part }) => part.early) === true;
      if (holds && late.length === 0 && free.length > 0) late.push(free.pop()!);
      if (this.#ahead && at === this.#jobs.length - 1 && !begun) break;
      const exposed = late.length === 0 ? 0 : this.#waits(at) - total(free);
      emit(at, free);
      // Other work of the next job is left for the time in which this one is drained.
      if (exposed > 0 && !holds && !this.#fills.has(at)) this.#plan(at);
      const fill = this.#fills.get(at);
      if (fill !== undefined) emit(fill.job, fill.cuts);
      emit(at + 1, this.#takeEarly(at + 1));
      emit(at, late);
    }
    return out;
  }

  /** Parts of a job that stand before the end of the one before. */
  #takeEarly(at: number): Cut[] {
    const left = this.#left[at];
    if (left === undefined) return [];
    const early = left.free.filter(({ part }) => part.early);
    left.free.splice(0, left.free.length, ...left.free.filter(({ part }) => !part.early));
    return early;
  }

  /** Cycles that the late parts of a job wait, if the one before has just been filled; 0 where they wait for an earlier one. */
  #waits(at: number): number {
    const job = this.#jobs[at]!;
    const late = (at === 0 ? this.#before : [this.#jobs[at - 1]!]).find((own) => {
      return job.parts.some((part) => readsSpectraOf(part, own, at === 0 ? 1 : 0));
    });
    if (late !== undefined) return late.drain + SPECTRAL_LATENCY;
    const before = this.#jobs[at - 1];
    if (before === undefined) return 0;
    const needed = job.parts.flatMap(({ needs }) => needs.map(({ happening }) => happening));
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
    // What reads spectra of a tile that is not drained then, waits itself.
    const drained = this.#jobs.slice(Math.max(at - 1, 0), next);
    const left = this.#left[next]!;
    const free = left.free.filter(({ part }) => !drained.some((job) => readsSpectraOf(part, job, 0)));
    const rest = left.free.filter((cut) => !free.includes(cut));
    const waits: number[] = [];
    for (let job = at; job <= next; job++) waits.push(this.#waits(job));
    const all = total(free);
    // What waits for spectra has the tile of the next job beside its own: little is better than nothing.
    const spectral = next === at + 1 && this.#jobs[at]!.parts.some(({ after }) => after !== null);
    if (all < waits[0]! && !spectral) return;
    const share = Math.max(all / waits.reduce((sum, own) => sum + own, 0), 1);
    for (let job = at; job < next; job++) {
      // Where nothing is left, it is known: work of yet another tile would be in a third one.
      this.#fills.set(job, { job: next, cuts: takeCycles(free, waits[job - at]! * share) });
    }
    left.free.splice(0, left.free.length, ...free, ...rest);
  }
}

/** Products of the first job of the next step that can be done in this one; null where there are none in front of others. */
function nextStep([first]: readonly (TileJob | TileLoop)[]): TileJob | null {
  if (first === undefined || 'emit' in first) return null;
  const count = first.parts.filter(({ ahead }) => ahead !== null).length;
  const inFront = first.parts.slice(0, count).every(({ ahead }) => ahead !== null);
  return count > 0 && inFront && count < first.parts.length ? { ...first, tile: { base: 0, t: 0, p: 0, q: 0 } } : null;
}

/** Jobs with which a step ends, and after which less is done than it takes until their spectra are there; the last one first. */
function lastJobs(runs: readonly (readonly TileJob[] | TileLoop)[]): TileJob[] {
  const last = runs.at(-1);
  const jobs: TileJob[] = [];
  if (last === undefined || 'emit' in last) return jobs;
  for (let cycles = 0, at = last.length - 1; at >= 0 && cycles < SPECTRAL_LATENCY; at--) {
    jobs.push(last[at]!);
    cycles += last[at]!.parts.reduce((sum, part) => sum + part.cycles, 0);
  }
  return jobs;
}

/** Jobs between loops over positions. */
function runsOf(blocks: readonly (TileJob | TileLoop)[]): (TileJob[] | TileLoop)[] {
  const runs: (TileJob[] | TileLoop)[] = [];
  for (const block of blocks) {
    const last = runs.at(-1);
    if ('emit' in block) runs.push(block);
    else if (Array.isArray(last)) last.push(block);
    else runs.push([block]);
  }
  return runs;
}

/**
 * Puts the products of all tiles of a step into MAC, and numbers the tiles.
 *
 * @param ahead whether products of the next step may be among them, where its frames are loaded
 * @param read is called when all that reads loaded frames of the step stands before
 */
export function emitTiles(
  blocks: readonly (TileJob | TileLoop)[],
  mac: StreamDraft,
  ahead: boolean,
  read: () => void,
): void {
  const tiles = new TileNumbers();
  const runs = runsOf(blocks);
  const next = ahead ? nextStep(blocks) : null;
  const orders = runs.map((run, at) => {
    if (!Array.isArray(run)) return run;
    const more = next !== null && at === runs.length - 1 ? [next] : [];
    return new TileOrder([...run, ...more], more.length > 0, at === 0 ? lastJobs(runs) : []).order();
  });
  // What may be done ahead is cut the same in its own step: segments are there once.
  const aheads = orders.flatMap((order) => (Array.isArray(order) ? order.filter(({ job }) => job === next) : []));
  const sequence = orders.map((order) => {
    if (!Array.isArray(order)) return order;
    return order.flatMap((own) => {
      const isAhead = aheads.length > 0 && own.job === blocks[0] && own.cut.part.ahead !== null;
      if (!isAhead) return [own];
      return aheads.filter(({ cut }) => cut.part === own.cut.part).map(({ cut }) => ({ job: own.job, cut }));
    });
  });
  let readers = sequence
    .flat()
    .filter((own) => ('emit' in own ? own.input : own.job !== next && own.cut.part.input)).length;
  let told = false;
  // What may be left out cannot tell it.
  const emitted = (input: boolean, always: boolean) => {
    if (input) readers--;
    if (told || readers > 0 || !always) return;
    told = true;
    read();
  };
  for (const all of sequence) {
    if (!Array.isArray(all)) {
      tiles.loop(all);
      all.emit();
      emitted(all.input, true);
      continue;
    }
    for (const [number, { job, cut }] of all.entries()) {
      const { part, from, to } = cut;
      const own = (other: (typeof all)[number]) => other.job === job;
      const first = !all.slice(0, number).some(own);
      const last = !all.slice(number + 1).some(own);
      if (first) tiles.open(job.tile);
      const free = first ? [{ semaphore: 'tileFree0', count: 1 } as const] : [];
      if (job === next) {
        const waits = first ? [{ semaphore: 'loaded', count: 1 } as const, ...free] : [];
        mac.work({ ...part.ahead!(from, to), tile: job.tile, turn: first ? 'ahead' : 'too' }, waits);
        continue;
      }
      if (last) tiles.close(job.tile);
      const turn = aheads.length > 0 && job === blocks[0] && part.ahead !== null ? 'else' : 'always';
      const full = last ? [{ semaphore: 'tileFull0', count: 1 } as const] : [];
      mac.work({ ...part.make(from, to), tile: job.tile, turn }, free, full, part.needs);
      emitted(part.input, turn === 'always');
    }
  }
  tiles.flip();
}
