import { expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { type SampleLayer, sampleDesign, sampleFrames } from '../../fixtures/sample_design.ts';
import { type CosimResult, cosimulate } from '../../sim-verilator/cosimulate.ts';
import { singleVoice } from '../../sim-verilator/stimuli.ts';
import { type Compilation, compile } from '../../src/compiler/compile.ts';
import { programOfDesign } from '../../src/compiler/lower/program_of_design.ts';
import { createFrames, type IntegerFrames } from '../../src/data/frames.ts';
import type { CellTrace } from '../../src/golden/lstm_slot.ts';
import { GoldenVoice } from '../../src/golden/voice.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { StackedLayer } from '../../src/model/stacked_layer.ts';

// Cases that random designs meet too seldom.

async function expectExact(compilation: Compilation, input: IntegerFrames, stalls = 0): Promise<CosimResult> {
  const { design } = compilation;
  const options = { simulator: 'icarus', seed: 1, stalls, checkpoints: true } as const;
  const result = await withDesignDir(compilation, (dir) => cosimulate(dir, design, singleVoice(input), options));
  expect(result.differences).toEqual([]);
  expect(result.inside).toBeNull();
  expect(result.comparedWords).toBe(input.frames * design.dimensions.outputs);
  return result;
}

/** Values inside the cells over a run of the golden model. */
function traces({ design }: Compilation, { frames, width, data }: IntegerFrames): CellTrace[] {
  const seen: CellTrace[] = [];
  const golden = new GoldenVoice(programOfDesign(design), (_cell, { z, c, m }) =>
    seen.push({ z: Array.from(z), c, m }),
  );
  for (let t = 0; t < frames; t++) golden.step(data.subarray(t * width, (t + 1) * width));
  return seen;
}

function constantFrames(frames: number, width: number, value: number): IntegerFrames {
  return { frames, width, data: new Int16Array(frames * width).fill(value) };
}

/** A layer of one cell and one output with the same value everywhere. */
function oneCell(inputs: number, weights: Partial<StackedLayer>): StackedLayer {
  return {
    inputs,
    cells: 1,
    outputs: 1,
    weightX: new Float64Array(4 * inputs),
    weightR: new Float64Array(4),
    weightP: null,
    bias: new Float64Array(4),
    peepholes: null,
    ...weights,
  };
}

/** Compiles a layer, calibrated on `length` frames of ones: over one frame c reaches 1, over n frames n. */
function compileFor(layer: StackedLayer, config: Readonly<Record<string, unknown>>, length = 1): Compilation {
  const frames = createFrames(length, layer.inputs);
  frames.data.fill(1);
  return compile(layer, parseConfig(config, 'config'), { frames, utteranceStarts: [0], origin: 'test' });
}

test('the last x of the next frame and the first m of this one go to the same row of two banks', async () => {
  const inputs = 80;
  // Gate i alone has weights: local row 0, as the only output. There are enough inputs to keep the PE busy until m is there.
  const weightX = new Float64Array(4 * inputs).fill(0.1, 0, inputs);
  const layer = oneCell(inputs, { weightX, weightP: Float64Array.of(0.9), bias: Float64Array.of(0, 1, 1, 1) });
  await expectExact(compileFor(layer, { array: { lanes: 1 } }), sampleFrames(5, inputs));
});

test('m of 8 bits saturates', async () => {
  const layer = oneCell(1, { bias: new Float64Array(4).fill(15) });
  const config = { array: { lanes: 1 }, vectorBits: 8, tables: { sigmoidRange: 16, tanhRange: 8 } };
  const compilation = compileFor(layer, config, 6);
  const input = constantFrames(6, 1, 0);
  expect(traces(compilation, input).some(({ m }) => m === 127)).toBe(true);
  await expectExact(compilation, input);
});

test.each([20, -20])('cell state saturates, cell input %i', async (g) => {
  const layer = oneCell(1, { bias: Float64Array.of(15, 15, g, 15) });
  const compilation = compileFor(layer, { array: { lanes: 1 }, tables: { sigmoidRange: 16 } });
  const input = constantFrames(4, 1, 0);
  const end = g > 0 ? 32767 : -32768;
  expect(traces(compilation, input).some(({ c }) => c === end)).toBe(true);
  await expectExact(compilation, input);
});

test.each([1, -1])('exact accumulators hold the worst case of their weights, sign %i', async (sign) => {
  const inputs = 33;
  const layer = oneCell(inputs, {
    weightX: new Float64Array(4 * inputs).fill(sign),
    weightR: new Float64Array(4).fill(sign),
  });
  const compilation = compileFor(layer, { array: { lanes: 2 }, weightBits: 16 });
  await expectExact(compilation, constantFrames(3, inputs, -32768));
});

test('the narrowest accumulators saturate in gates and projection alike', async () => {
  const sample: SampleLayer = { inputs: 12, cells: 10, outputs: 9, peepholes: true, density: 0.8 };
  const compilation = sampleDesign(sample, { array: { lanes: 4 }, accumulatorBits: 12 });
  await expectExact(compilation, sampleFrames(4, sample.inputs), 0.3);
});

test.each<SampleLayer>([
  { inputs: 4096, cells: 1, outputs: 1, density: 1 },
  { inputs: 1, cells: 4096, outputs: 1, density: 1 },
  { inputs: 1, cells: 1, outputs: 4096, density: 1 },
  { inputs: 4096, cells: 3, peepholes: true, density: 0.01 },
])('vectors of full length: $inputs → $cells → $outputs', async (sample) => {
  const compilation = sampleDesign(sample, { array: { lanes: 4 } });
  await expectExact(compilation, sampleFrames(2, sample.inputs));
});
