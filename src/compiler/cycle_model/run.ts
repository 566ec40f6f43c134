import type { Design } from '../design.ts';
import type { EncodedWords } from '../encode.ts';
import { Op, Source, type Step, When } from '../schedule.ts';
import { BatchSource } from './batch_source.ts';
import { Issuer, type Span, type Vector } from './issuer.ts';
import { LaneArray } from './lane_array.ts';
import { cellDrains, cellsToDrained, cellsToIdle, outputDrains, outputsToIdle, Timing } from './timing.ts';
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

/** Word counts of a group by column: [columns][lanes], flat. */
function countsByColumn({ columns, counts }: EncodedWords, group: number, lanes: number): Uint16Array {
  const flat = new Uint16Array(columns * lanes);
  for (let lane = 0; lane < lanes; lane++) {
    const laneCounts = counts[group * lanes + lane]!;
    for (let column = 0; column < columns; column++) flat[column * lanes + lane] = laneCounts[column]!;
  }
  return flat;
}

const AT_ONCE: Vector = { first: 0, period: 0 };

/** Issuers, sequencer, ElemMul, Assemble and frame_out, as they stand between two steps. */
class Run {
  readonly #design: Design;
  readonly #source: BatchSource;
  readonly #issuers: readonly Issuer[];
  /** What is in y and m. */
  #y: Vector = AT_ONCE;
  #m: Vector = AT_ONCE;
  /** Cycle in which the sequencer stands at the next step. */
  #now: number;
  /** First cycles in which the last markers have passed, gather is idle, and frame_out is. */
  #markersPassed = 0;
  #gatherIdle = 0;
  #outIdle = 0;
  /** Cycle from which the gate bank of each frame counts as drained. */
  readonly #drained: number[] = [];
  readonly #ends: number[] = [];

  constructor(design: Design, frames: number, memory: MemoryRate) {
    const { config, dimensions, matrices } = design;
    const { lanes, elemLanes, groups, channels, inputs, slice, spread, dram } = dimensions;
    const rowsOf = (beats: number) => (beats * dimensions.beatRows) / dimensions.rowBeats;
    const rows = {
      [Source.x]: rowsOf(dimensions.beatsX),
      [Source.y]: rowsOf(dimensions.beatsR),
      [Source.m]: rowsOf(dimensions.beatsP),
    };
    this.#design = design;
    this.#source = new BatchSource(channels * inputs, frames);
    this.#now = dimensions.sweepRows + Timing.sweepToRun;
    this.#issuers = Array.from({ length: groups }, (_, group) => {
      const counts = {
        [Source.x]: countsByColumn(matrices.x, group, lanes),
        [Source.y]: countsByColumn(matrices.r, group, lanes),
        [Source.m]: matrices.p === null ? new Uint16Array(0) : countsByColumn(matrices.p, group, lanes),
      };
      const offset = spread === 1 ? 0 : Math.floor(group / elemLanes);
      const array = new LaneArray(lanes, config.fifoDepth, dram ? new WordSupply(dimensions, memory) : null);
      return new Issuer(lanes, array, counts, rows, { slice, spread, offset }, this.#now);
    });
  }

  /** Counters of bench.v at the end of every batch. */
  counters(): Omit<FrameCycles, 'steps'>[] {
    const { multipliers, channels } = this.#design.dimensions;
    const lanes = multipliers / channels;
    const groups = this.#issuers.map((issuer) => issuer.array.frames());
    return this.#ends.map((end, frame) => {
      const busy = groups.reduce((sum, counters) => sum + counters[frame]!.busy, 0);
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
    const drained = this.#drained[batch - 2] ?? 0;
    const spans = this.#issuers.map((issuer) => issuer.input(step, this.#source, batch, drained));
    return union(spans.filter((span) => span !== null));
  }

  #recurrent(step: Step, columns: number): Span | null {
    const vector = step.source === Source.m ? this.#m : this.#y;
    const spans = this.#issuers.map((issuer) => issuer.recurrent(step, columns, vector));
    this.#markersPassed = Math.max(...spans.map(({ taken }) => taken)) + Timing.markerToStart;
    return union(spans);
  }

  /** Starts ElemMul. Without a projection its words are y, and go to the output. */
  #cells({ words, size }: Step): Span {
    const { projection, tree, drainCycles, phases } = this.#design.dimensions;
    const delay = tree + drainCycles;
    const begin = this.#now;
    const start = Math.max(begin, this.#markersPassed, this.#gatherIdle, projection ? 0 : this.#outIdle);
    const vector = { first: start + Timing.startToM + delay, period: Timing.cellWord };
    this.#gatherIdle = start + cellsToIdle(words, delay);
    this.#drain(start, (phase) => cellDrains(words, phases, phase));
    this.#drained.push(start + cellsToDrained(words));
    this.#now = start + 1;
    if (projection) {
      this.#m = vector;
    } else {
      this.#y = vector;
      this.#send(vector, size);
    }
    return { begin, first: start, end: start };
  }

  /** Starts Assemble. */
  #outputs({ words, size }: Step): Span {
    const { tree, drainCycles, phases } = this.#design.dimensions;
    const delay = tree + drainCycles;
    const begin = this.#now;
    const start = Math.max(begin, this.#markersPassed, this.#gatherIdle, this.#outIdle);
    this.#y = { first: start + Timing.startToY + delay, period: 1 };
    this.#gatherIdle = start + outputsToIdle(words, delay);
    this.#drain(start, (phase) => outputDrains(words, phases, phase));
    this.#now = start + 1;
    this.#send(this.#y, size);
    return { begin, first: start, end: start };
  }

  /** Where the banks of a PE share a RAM, drains take cycles of the lanes. */
  #drain(start: number, drainsOf: (phase: number) => readonly number[]): void {
    const { shared, phases, elemLanes } = this.#design.dimensions;
    if (!shared) return;
    const byPhase = Array.from({ length: phases }, (_, phase) => drainsOf(phase).map((cycle) => start + cycle));
    for (const { array } of this.#issuers) array.drain(byPhase, elemLanes);
  }

  /** Sends the output frames of all channels, a beat a cycle, the first one behind its writer. */
  #send({ first, period }: Vector, size: number): void {
    const { elemLanes, beat, channels } = this.#design.dimensions;
    const beats = Math.ceil(size / beat);
    let read = 0;
    for (let b = 0; b < beats; b++) {
      read = Math.max(read + 1, first + period * Math.floor((b * beat) / elemLanes));
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
