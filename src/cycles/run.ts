import { layerQueueDepth } from '../machine/queue_depth.ts';
import { feedsOf } from '../machine/sizes.ts';
import {
  cellsToDrained,
  cellsToIdle,
  cellsToNext,
  drainDelay,
  outputsToDrained,
  outputsToIdle,
  Timing,
} from '../machine/timing.ts';
import type { Design } from '../program/design.ts';
import type { EncodedWords } from '../program/encode.ts';
import { Bank, Op, Source, type Step, When } from '../program/schedule.ts';
import { BatchSource } from './batch_source.ts';
import { AT_HAND, type GroupSegment, Issuer, readableAt, type Span, type Vector, wordsOfLanes } from './issuer.ts';
import { LaneArray } from './lane_array.ts';
import { DEFAULT_MEMORY, type MemoryRate, WordSupply } from './word_supply.ts';

/** When a step was worked on; by several groups, from the first to the last of them. */
export interface StepTiming extends Span {
  /** Number of the step in the schedule. */
  readonly step: number;
}

/** Prediction for a time step, that is for a batch of frames; cycles count from reset, and counters sum, as in bench.v. */
export interface FrameCycles {
  /** Cycle of the last output beat of the batch. */
  readonly end: number;
  /** Before it: cycles without a word to work on, over all lanes of all groups. */
  readonly starved: number;
  /** Before it: cycles in which a full queue held the broadcast of group 0 back. */
  readonly blocked: number;
  /** Steps in the order of the schedule, without the ones left out. */
  readonly steps: readonly StepTiming[];
}

/**
 * Predicts a run without stalls: all voices have a frame in every batch, frames arrive back to back from reset on, and the
 * output is taken at once.
 *
 * The groups work independently between two points at which they wait for each other: ElemMul starts when all have passed the
 * marker of the gate sums, Assemble when all have passed that of the projection. So each of them is followed by itself from
 * one point to the next.
 *
 * @param frames number of batches, at least 1; after the last one the stream ends
 * @param memory external memory, for a design with its weights there
 */
export function runCycleModel(design: Design, frames: number, memory: MemoryRate = DEFAULT_MEMORY): FrameCycles[] {
  const run = new Run(design, frames, memory);
  const steps = Array.from({ length: frames }, (_, frame) => run.frame(frame));
  return run.counters().map((counters, frame) => ({ ...counters, steps: steps[frame]! }));
}

/** Word counts of a group by column: [columns][feeds], flat. Lanes that work in step have the same counts. */
function countsByColumn({ columns, counts }: EncodedWords, firstLane: number, feeds: number): Uint16Array {
  const flat = new Uint16Array(columns * feeds);
  for (let feed = 0; feed < feeds; feed++) {
    const laneCounts = counts[firstLane + feed]!;
    for (let column = 0; column < columns; column++) flat[column * feeds + feed] = laneCounts[column]!;
  }
  return flat;
}

/** Issuers, sequencer, ElemMul, Assemble and frame_out, as they stand between two steps. */
class Run {
  readonly #design: Design;
  readonly #source: BatchSource;
  readonly #issuers: readonly Issuer[];
  /** What is in y and m. */
  #y: Vector = AT_HAND;
  #m: Vector = AT_HAND;
  /** Cycle in which the sequencer stands at the next step. */
  #now: number;
  /** First cycles in which the last markers have passed, gather is idle, and frame_out is. */
  #markersPassed = 0;
  #gatherIdle = 0;
  #outIdle = 0;
  /** Cycle from which the gate bank of each frame counts as drained; where the accumulators are split, that of the last drain of each tile. */
  readonly #drained: number[] = [];
  readonly #tileDrained = [0, 0];
  /** Start of the last cells: ElemMul keeps its beat of four cycles. */
  #lastCells = { start: 0, words: 0 };
  readonly #ends: number[] = [];

  constructor(design: Design, frames: number, memory: MemoryRate) {
    const { config, dimensions, matrices } = design;
    const { lanes, elemLanes, groups, channels, inputs, slice, spread, dram, segments } = dimensions;
    const feeds = feedsOf(dimensions);
    this.#design = design;
    this.#source = new BatchSource(channels * inputs, frames);
    this.#now = dimensions.sweepRows + Timing.sweepToRun;
    this.#issuers = Array.from({ length: groups }, (_, group) => {
      const parts = segments.map(({ pointer, beats }, at): [number, GroupSegment] => {
        const counts = countsByColumn(matrices[at]!, group * lanes, feeds);
        const rows = (beats * dimensions.beatRows) / dimensions.rowBeats;
        return [pointer, { counts, rows, totals: wordsOfLanes(counts, feeds) }];
      });
      const offset = spread === 1 ? 0 : Math.floor(group / elemLanes);
      const array = new LaneArray(
        feeds,
        layerQueueDepth(config.fifoDepth),
        dram ? new WordSupply(dimensions, memory) : null,
      );
      return new Issuer(feeds, array, new Map(parts), { slice, spread, offset }, this.#now);
    });
  }

  /** Counters of bench.v at the end of every batch. */
  counters(): Omit<FrameCycles, 'steps'>[] {
    const { multipliers, channels } = this.#design.dimensions;
    const lanes = multipliers / channels;
    const share = this.#design.dimensions.lanes / feedsOf(this.#design.dimensions);
    const groups = this.#issuers.map((issuer) => issuer.array.frames());
    return this.#ends.map((end, frame) => {
      const busy = share * groups.reduce((sum, counters) => sum + counters[frame]!.busy, 0);
      return { end, starved: lanes * end - busy, blocked: groups[0]![frame]!.blocked };
    });
  }

  /** Runs the schedule once. */
  frame(frame: number): StepTiming[] {
    const timings: StepTiming[] = [];
    for (const [index, step] of this.#design.schedule.entries()) {
      const span = this.#perform(step, frame);
      if (span !== null) timings.push({ step: index, ...span });
    }
    return timings;
  }

  /** @returns null when the step is left out by all groups */
  #perform(step: Step, frame: number): Span | null {
    if (step.op !== Op.spmv) {
      for (const issuer of this.#issuers) issuer.pass();
      return step.op === Op.cells ? this.#cells(step) : this.#outputs(step);
    }
    this.#now++;
    if (step.when === When.current) return this.#input(step, frame);
    if (step.when === When.next) return this.#input(step, frame + 1);
    // The first frame has no y; from external memory its words come all the same.
    const none = step.when === When.recurrent && frame === 0 && !this.#design.dimensions.dram;
    return this.#recurrent(step, none ? 0 : step.size);
  }

  #input(step: Step, batch: number): Span | null {
    const { split } = this.#design.dimensions;
    const free = split ? this.#tileFree(step) : (this.#drained[batch - 2] ?? 0);
    const spans = this.#issuers.map((issuer) => issuer.input(step, this.#source, batch, free, split));
    return union(spans.filter((span) => span !== null));
  }

  #recurrent(step: Step, columns: number): Span | null {
    const vector = step.source === Source.m ? this.#m : this.#y;
    const free = this.#design.dimensions.split ? this.#tileFree(step) : 0;
    const spans = this.#issuers.flatMap((issuer) => issuer.recurrent(step, columns, vector, free) ?? []);
    if (step.marker) this.#markersPassed = Math.max(...spans.map(({ taken }) => taken)) + Timing.markerToStart;
    return union(spans);
  }

  /** Cycle from which the tile of a step is drained; the projection is beside tile 0. */
  #tileFree({ bank }: Step): number {
    return this.#tileDrained[bank === Bank.tile1 ? 1 : 0]!;
  }

  /** Starts ElemMul. Without a projection its words are y, and go to the output. */
  #cells({ words, size, start: firstWord, marker, bank }: Step): Span {
    const { projection, split, cellWords } = this.#design.dimensions;
    const delay = drainDelay(this.#design.dimensions);
    const begins = firstWord === 0;
    const begin = this.#now;
    const passed = Math.max(begin, marker ? this.#markersPassed : 0);
    const start = begins
      ? Math.max(passed, this.#gatherIdle, projection ? 0 : this.#outIdle)
      : cellsToNext(this.#lastCells, passed);
    const part = { from: firstWord, first: start + Timing.startToM + delay, period: Timing.cellWord };
    const before = projection ? this.#m : this.#y;
    const vector = begins ? [part] : [...before, part];
    this.#lastCells = { start, words };
    this.#gatherIdle = start + cellsToIdle(words, delay);
    if (split) this.#tileDrained[bank] = start + cellsToDrained(words);
    else this.#drained.push(start + cellsToDrained(words));
    this.#now = start + 1;
    if (projection) {
      this.#m = vector;
    } else {
      this.#y = vector;
      // The second tile may be empty.
      if (words > 0 && firstWord + words === cellWords) this.#send(vector, size);
    }
    return { begin, first: start, end: start };
  }

  /** Starts Assemble. */
  #outputs({ words, size }: Step): Span {
    const delay = drainDelay(this.#design.dimensions);
    const begin = this.#now;
    const start = Math.max(begin, this.#markersPassed, this.#gatherIdle, this.#outIdle);
    this.#y = [{ from: 0, first: start + Timing.startToY + delay, period: 1 }];
    this.#gatherIdle = start + outputsToIdle(words, delay);
    this.#tileDrained[0] = start + outputsToDrained(words);
    this.#now = start + 1;
    this.#send(this.#y, size);
    return { begin, first: start, end: start };
  }

  /** Sends the output frames of all channels, a beat a cycle, the first one behind its writer. */
  #send(vector: Vector, size: number): void {
    const { elemLanes, beat, channels } = this.#design.dimensions;
    const beats = Math.ceil(size / beat);
    let read = 0;
    for (let b = 0; b < beats; b++) {
      const last = b * beat + Math.max(beat - elemLanes, 0);
      read = Math.max(read + 1, readableAt(vector, Math.floor(last / elemLanes)));
    }
    read += (channels - 1) * beats;
    this.#outIdle = read + 1;
    const end = read + Timing.readableToBeat;
    this.#ends.push(end);
    for (const issuer of this.#issuers) issuer.array.endFrame(end);
  }
}

/** From the first to the last of the groups; null where there is none. */
function union(spans: readonly Span[]): Span | null {
  if (spans.length === 0) return null;
  return {
    begin: Math.min(...spans.map(({ begin }) => begin)),
    first: Math.min(...spans.map(({ first }) => first)),
    end: Math.max(...spans.map(({ end }) => end)),
  };
}
