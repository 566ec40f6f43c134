import { runGolden } from '../../sim-verilator/cosimulate.ts';
import { singleVoice } from '../../sim-verilator/stimuli.ts';
import type { Compilation } from '../../src/compiler/compile.ts';
import type { Design } from '../../src/compiler/design.ts';
import { type SampleLayer, sampleDesign, sampleFrames } from '../lib/sample_design.ts';

export const INPUTS = 5;
export const OUTPUTS = 3;

/** A design small enough for many runs, with weights on chip or in external memory. */
export function driverDesign(dram: boolean, layer: Partial<SampleLayer> = {}): Compilation {
  return sampleDesign(
    { inputs: INPUTS, cells: 6, outputs: OUTPUTS, peepholes: true, density: 0.6, ...layer },
    {
      name: 'dut',
      array: { groups: 2, lanes: 2 },
      fifoDepth: 2,
      ...(dram ? { weights: 'dram', memoryBusBits: 64 } : {}),
    },
  );
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
