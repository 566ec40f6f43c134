import type { Design } from '../design.ts';
import type { EncodedWords } from '../encode.ts';
import { Op, Source, type Step, When } from '../schedule.ts';
import { FrameSource } from './frame_source.ts';
import { LaneArray } from './lane_array.ts';
import { cellsToIdle, outputsToIdle, Timing } from './timing.ts';

/** When a step of the schedule was worked on. */
export interface StepTiming {
  /** Index in the schedule. */
  readonly step: number;
  /** First cycle in which the controller stands at the step. */
  readonly begin: number;
  /** Cycle of the first column, or of the marker where there is none; the start of ElemMul or Assemble. */
  readonly first: number;
  /** Cycle in which the controller leaves the step. */
  readonly end: number;
  /** The step was left out. */
  readonly skipped: boolean;
}

/** Prediction for a frame; cycles count from reset, as in bench.v. */
export interface FrameCycles {
  /** Cycle of the last output beat. */
  readonly end: number;
  /** Before that cycle: PE-cycles without a word, over all PEs. */
  readonly starved: number;
  /** Before that cycle: cycles in which a full queue held the broadcast back. */
  readonly blocked: number;
  /** In order of time. */
  readonly steps: readonly StepTiming[];
}

/**
 * Predicts a run without stalls: frames of one utterance arrive back to back from reset on, and the output is taken at
 * once.
 *
 * @param frames number of frames, at least 1; after the last one the stream ends
 */
export function runCycleModel(design: Design, frames: number): FrameCycles[] {
  const run = new Run(design, frames);
  return Array.from({ length: frames }, (_, frame) => run.frame(frame)).map((timing) => timing());
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

/** A vector of which a word of `lanes` elements gets readable every `period` cycles, from cycle `first` on. */
interface Producer {
  readonly first: number;
  readonly period: number;
}

/** The controller and its surroundings, as they stand between two steps. */
class Run {
  readonly #design: Design;
  readonly #source: FrameSource;
  readonly #array: LaneArray;
  readonly #counts: Readonly<Record<Step['source'], Uint16Array>>;
  /** The cycle in which the controller stands at the next step. */
  #now: number;
  #prefetched = false;
  /** First cycle in which all markers of the last step that had one have passed, gather is idle, and frame_out is. */
  #allDone = 0;
  #gatherIdle = 0;
  #outIdle = 0;
  #y: Producer = { first: 0, period: 0 };
  #m: Producer = { first: 0, period: 0 };

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

  /**
   * Runs the schedule once.
   *
   * @returns the frame's prediction, to be asked for when the next frame has run: that one works on while this one's output
   *   is still on its way
   */
  frame(frame: number): () => FrameCycles {
    const before = frame === 0 ? null : this.#array.atCut;
    this.#finished?.(before!);
    const steps: StepTiming[] = [];
    let end = 0;
    for (const [index, step] of this.#design.schedule.entries()) {
      const begin = this.#now;
      let first = begin;
      let skipped = false;
    }
    return () => ({ end, starved: 0, blocked: 0, steps });
  }
}
