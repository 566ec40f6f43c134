import type { Design } from '../design.ts';
import type { EncodedWords } from '../encode.ts';
import { Op, Source, type Step, When } from '../schedule.ts';
import { FrameSource } from './frame_source.ts';
import { type FrameCounters, LaneArray } from './lane_array.ts';
import { cellsToIdle, outputsToIdle, Timing } from './timing.ts';

/** When the controller worked on a step. */
export interface StepTiming {
  /** Number of the step in the schedule. */
  readonly step: number;
  /** Cycle in which the controller comes to the step. */
  readonly begin: number;
  /** Cycle of its first column or marker, or of the start of ElemMul or Assemble. */
  readonly first: number;
  /** Cycle in which the controller leaves it. */
  readonly end: number;
}

/** Prediction for a frame; cycles count from reset, as in bench.v. */
export interface FrameCycles extends FrameCounters {
  /** Steps in the order of time, without the ones left out. */
  readonly steps: readonly StepTiming[];
}

/**
 * Predicts a run without stalls: the frames of an utterance arrive back to back from reset on, and the output is taken at
 * once.
 *
 * @param frames number of frames, at least 1; after the last one the stream ends
 */
export function runCycleModel(design: Design, frames: number): FrameCycles[] {
  const run = new Run(design, frames);
  const steps = Array.from({ length: frames }, (_, frame) => run.frame(frame === 0));
  return run.counters().map((counters, frame) => ({ ...counters, steps: steps[frame]! }));
}

/** Word counts of a matrix by column: [columns][lanes], flat. */
function countsByColumn({ columns, counts }: EncodedWords): Uint16Array {
  const lanes = counts.length;
  const flat = new Uint16Array(columns * lanes);
  for (const [lane, laneCounts] of counts.entries()) {
    for (let column = 0; column < columns; column++) flat[column * lanes + lane] = laneCounts[column]!;
  }
  return flat;
}

/** A vector that is being written: its words get readable from cycle `first` on, one every `period` cycles. */
interface Vector {
  readonly first: number;
  readonly period: number;
}

const AT_ONCE: Vector = { first: 0, period: 0 };

/** Controller, ElemMul, Assemble and frame_out, as they stand between two steps. */
class Run {
  readonly #design: Design;
  readonly #source: FrameSource;
  readonly #array: LaneArray;
  readonly #counts: Readonly<Record<Step['source'], Uint16Array>>;
  readonly #vectors: Record<Step['source'], Vector> = { [Source.x]: AT_ONCE, [Source.y]: AT_ONCE, [Source.m]: AT_ONCE };
  /** Cycle in which the controller stands at the next step. */
  #now: number;
  #prefetched = false;
  /** First cycles in which the last markers have passed, gather is idle, and frame_out is. */
  #markersPassed = 0;
  #gatherIdle = 0;
  #outIdle = 0;

  constructor(design: Design, frames: number) {
    const { config, dimensions, matrices } = design;
    this.#design = design;
    this.#source = new FrameSource(dimensions.inputs, frames);
    this.#array = new LaneArray(dimensions.lanes, config.fifoDepth);
    this.#counts = {
      [Source.x]: countsByColumn(matrices.x),
      [Source.y]: countsByColumn(matrices.r),
      [Source.m]: matrices.p === null ? new Uint16Array(0) : countsByColumn(matrices.p),
    };
    this.#now = 2 ** dimensions.rowBits + Timing.sweepToRun;
  }

  counters(): FrameCounters[] {
    return this.#array.frames();
  }

  /** Runs the schedule once. `first`: the frame is the first of the utterance. */
  frame(first: boolean): StepTiming[] {
    const timings: StepTiming[] = [];
    for (const [index, step] of this.#design.schedule.entries()) {
      const begin = this.#now;
      const start = this.#perform(step, first);
      if (start !== null) timings.push({ step: index, begin, first: start, end: this.#now - 1 });
    }
    return timings;
  }

  /** @returns cycle in which the work of the step begins; null when it is left out */
  #perform(step: Step, first: boolean): number | null {
    if (step.op === Op.cells) return this.#cells(step);
    if (step.op === Op.outputs) return this.#outputs(step);
    if (step.when === When.current && this.#prefetched) {
      this.#prefetched = false;
      this.#now++;
      return null;
    }
    if (step.when === When.next && this.#source.readyAt > this.#now) {
      this.#now++;
      return null;
    }
    const start = this.#columns(step, step.when === When.recurrent && first ? 0 : step.size);
    if (step.when === When.current || step.when === When.next) {
      this.#source.release(this.#now - 1);
      this.#prefetched = step.when === When.next;
    }
    return start;
  }

  #columns(step: Step, columns: number): number {
    const { lanes, elemLanes } = this.#design.dimensions;
    const counts = this.#counts[step.source];
    const fromFrame = step.when === When.current || step.when === When.next;
    const { first, period } = fromFrame ? { first: this.#source.readyAt, period: 0 } : this.#vectors[step.source];
    let start = -1;
    for (let column = 0; column < columns; column++) {
      const readable = first + period * Math.floor(column / elemLanes);
      const issued = this.#array.column(Math.max(this.#now, readable), counts, column * lanes);
      if (start < 0) start = issued;
      this.#now = issued + 1;
    }
    if (step.marker) {
      const { issued, taken } = this.#array.marker(this.#now);
      if (start < 0) start = issued;
      this.#now = issued + 1;
      this.#markersPassed = taken + Timing.markerToStart;
    }
    return start;
  }

  /** Starts ElemMul. Without a projection its words are y, and go to the output. */
  #cells({ words, size }: Step): number {
    const { projection } = this.#design.dimensions;
    const start = Math.max(this.#now, this.#markersPassed, this.#gatherIdle, projection ? 0 : this.#outIdle);
    const vector = { first: start + Timing.startToM, period: Timing.cellWord };
    this.#gatherIdle = start + cellsToIdle(words);
    this.#now = start + 1;
    this.#vectors[projection ? Source.m : Source.y] = vector;
    if (!projection) this.#send(vector, size);
    return start;
  }

  /** Starts Assemble. */
  #outputs({ words, size }: Step): number {
    const start = Math.max(this.#now, this.#markersPassed, this.#gatherIdle, this.#outIdle);
    const vector = { first: start + Timing.startToY, period: 1 };
    this.#gatherIdle = start + outputsToIdle(words);
    this.#now = start + 1;
    this.#vectors[Source.y] = vector;
    this.#send(vector, size);
    return start;
  }

  /** Sends an output frame behind its writer, an element a cycle. */
  #send({ first, period }: Vector, size: number): void {
    const { elemLanes } = this.#design.dimensions;
    let read = 0;
    for (let element = 0; element < size; element++) {
      read = Math.max(read + 1, first + period * Math.floor(element / elemLanes));
    }
    this.#outIdle = read + 1;
    this.#array.endFrame(read + Timing.readableToBeat);
  }
}
