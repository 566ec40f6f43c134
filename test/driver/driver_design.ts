import { type SampleLayer, sampleDesign, sampleFrames } from '../../fixtures/sample_design.ts';
import { runGolden } from '../../sim-verilator/cosimulate.ts';
import { singleVoice } from '../../sim-verilator/stimuli.ts';
import type { Compilation } from '../../src/compiler/compile.ts';
import { programOfDesign } from '../../src/compiler/lower/program_of_design.ts';
import { GoldenVoice } from '../../src/golden/voice.ts';
import type { Design } from '../../src/program/design.ts';
import type { Rng } from '../../src/util/rng.ts';

export const INPUTS = 5;
export const OUTPUTS = 3;

/**
 * A design small enough for many runs, with weights on chip or in external memory.
 *
 * @param config what differs from one channel on two groups of two lanes
 */
export function driverDesign(dram: boolean, config: Readonly<Record<string, unknown>> = {}): Compilation {
  const layer: SampleLayer = { inputs: INPUTS, cells: 6, outputs: OUTPUTS, peepholes: true, density: 0.6 };
  const weights = dram ? { weights: 'dram', memoryBusBits: 64 } : {};
  return sampleDesign(layer, { name: 'dut', array: { groups: 2, lanes: 2 }, fifoDepth: 2, ...weights, ...config });
}

/** Frames of one utterance. */
export interface Utterance {
  /** Commands that queue them. */
  readonly commands: readonly string[];
  /** What the design must answer, frame by frame, and to each frame as the only one of an utterance. */
  readonly answers: readonly string[];
  readonly alone: readonly string[];
}

/** Random frames; the same arguments give the same ones. */
export function utterance(design: Design, frames: number, seed: number): Utterance {
  const { inputs, outputs } = design.dimensions;
  const sent = sampleFrames(frames, inputs, 16, seed);
  const golden = runGolden(design, singleVoice(sent, [0]));
  const row = (data: Int16Array, t: number, width: number) => [...data.subarray(t * width, (t + 1) * width)].join(' ');
  return {
    commands: Array.from({ length: frames }, (_, t) => `frame ${t === 0 ? 1 : 0} ${row(sent.data, t, inputs)}`),
    alone: Array.from({ length: frames }, (_, t) => {
      const data = sent.data.subarray(t * inputs, (t + 1) * inputs);
      return row(runGolden(design, singleVoice({ frames: 1, width: inputs, data }, [0])), 0, outputs);
    }),
    answers: Array.from({ length: frames }, (_, t) => row(golden, t, outputs)),
  };
}

/** An input frame, as it is queued: its channel, its marks and its elements. */
export interface SentFrame {
  readonly channel: number;
  readonly end: boolean;
  readonly first: boolean;
  readonly elements: Int16Array;
}

/** Command that queues a frame. */
export function batchCommand({ channel, end, first, elements }: SentFrame): string {
  return `batch ${channel} ${end ? 1 : 0} ${first ? 1 : 0} ${elements.join(' ')}`;
}

/** Batches in which channels rest at random, in any order of the channels; some frames start an utterance. */
export function randomBatches({ dimensions }: Design, batches: number, rng: Rng): SentFrame[] {
  const { inputs, channels } = dimensions;
  return Array.from({ length: batches }, () => {
    const order = Array.from({ length: channels }, (_, channel) => ({ channel, key: rng.uniform() }));
    const present = order.toSorted((a, b) => a.key - b.key).slice(0, rng.integer(1, channels));
    return present.map(({ channel }, place) => ({
      channel,
      end: place === present.length - 1,
      first: rng.uniform() < 0.3,
      elements: sampleFrames(1, inputs, 16, rng.uint32()).data,
    }));
  }).flat();
}

/**
 * What a design that has just been reset must answer to frames, in its order: a batch at its end, by rising channel. The second frame
 * of a channel in a batch is dropped, and leaves its mark to the next one.
 */
export function answersTo(design: Design, frames: readonly SentFrame[]): { answers: string[]; dropped: boolean } {
  const { channels } = design.dimensions;
  const program = programOfDesign(design);
  const models = Array.from({ length: channels }, () => new GoldenVoice(program));
  const starts = new Set(models.keys());
  const batch = new Map<number, { readonly x: Int16Array; readonly start: boolean }>();
  const answers: string[] = [];
  let dropped = false;
  for (const { channel, end, first, elements } of frames) {
    if (first) starts.add(channel);
    if (batch.has(channel)) dropped = true;
    else batch.set(channel, { x: elements, start: starts.delete(channel) });
    if (!end) continue;
    for (const [voice, { x, start }] of [...batch].toSorted(([a], [b]) => a - b)) {
      if (start) models[voice]!.reset();
      const y = [...models[voice]!.step(x)].join(' ');
      answers.push(channels > 1 ? `${voice}: ${y}` : y);
    }
    batch.clear();
  }
  return { answers, dropped };
}
