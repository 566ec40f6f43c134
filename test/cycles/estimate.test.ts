import { afterAll, describe, expect, it } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { type CosimResult, cosimulate } from '../../sim-verilator/cosimulate.ts';
import { sideBySide } from '../../sim-verilator/stimuli.ts';
import type { Compilation } from '../../src/compiler/compile.ts';
import { estimateCycles } from '../../src/cycles/estimate.ts';
import { runCycleModel } from '../../src/cycles/run.ts';
import { Op, type Step } from '../../src/program/schedule.ts';
import { Rng } from '../../src/util/rng.ts';
import { randomSeeds } from '../lib/random_seeds.ts';
import { describeShape, type TinyShape, tinyDesign, tinyShape } from '../lib/tiny_design.ts';

const FRAMES = 4;

/** Shapes with something special; all else is as in this one. */
const PLAIN: TinyShape = {
  ...{ seed: 1, inputs: 13, cells: 24, outputs: 12, peepholes: true },
  ...{ channels: 1, groups: 1, lanes: 4, elemLanes: 2, outputBeat: 1, fifoDepth: 8, indexBits: 4, density: 0.3 },
};
const SPECIAL: readonly TinyShape[] = [
  { ...PLAIN, fifoDepth: 1, density: 1 },
  { ...PLAIN, fifoDepth: 16, density: 0.03 },
  { ...PLAIN, density: 0 },
  { ...PLAIN, density: 0, outputs: null },
  { ...PLAIN, lanes: 16, elemLanes: 16, cells: 3, outputs: 1 },
  { ...PLAIN, lanes: 1, elemLanes: 1 },
  // Slow ElemMul; input-bound, with and without a projection; output-bound.
  { ...PLAIN, elemLanes: 1, cells: 48 },
  { ...PLAIN, inputs: 400, cells: 2, outputs: 1 },
  { ...PLAIN, inputs: 400, cells: 2, outputs: null },
  { ...PLAIN, lanes: 16, elemLanes: 16, inputs: 1, cells: 2, outputs: 200, density: 0.03 },
  // Elements of a word for several groups, and several words for the elements of all groups; more groups than columns.
  { ...PLAIN, groups: 2, lanes: 8, elemLanes: 8, outputBeat: 4 },
  { ...PLAIN, groups: 8, lanes: 2, elemLanes: 2, cells: 40 },
  { ...PLAIN, groups: 8, lanes: 2, elemLanes: 1, outputs: null },
  { ...PLAIN, groups: 8, elemLanes: 4, inputs: 3, outputs: 2, outputBeat: 4 },
  { ...PLAIN, groups: 4, elemLanes: 4, fifoDepth: 1, density: 1 },
  // Output beats of several words, with a last one that they do not fill, with and without a projection.
  { ...PLAIN, elemLanes: 1, outputs: 13, outputBeat: 8 },
  { ...PLAIN, channels: 2, groups: 8, lanes: 2, elemLanes: 2, outputs: null, outputBeat: 8 },
  { ...PLAIN, accumulatorMemory: 'split', elemLanes: 1, outputs: null, outputBeat: 4 },
  // Many columns of one group, few of it at a time; batches that wait for the input, and for the output.
  { ...PLAIN, channels: 4, groups: 2, lanes: 2, inputs: 120, cells: 5 },
  { ...PLAIN, channels: 4, groups: 4, lanes: 2, inputs: 4, cells: 4, outputs: 30 },
  { ...PLAIN, channels: 4, groups: 4, lanes: 2, inputs: 4, cells: 30, outputs: null },
  { ...PLAIN, channels: 2, groups: 4, inputs: 30, cells: 16, outputs: 40, elemLanes: 4, outputBeat: 4 },
  { ...PLAIN, channels: 4, groups: 1, density: 0 },
  // Split accumulators and lanes in step: both tiles busy, ElemMul slow, one cell a lane, no projection, a queue of one.
  { ...PLAIN, accumulatorMemory: 'split' },
  { ...PLAIN, accumulatorMemory: 'split', elemLanes: 1, cells: 48 },
  { ...PLAIN, accumulatorMemory: 'split', lanes: 16, elemLanes: 16, cells: 16, outputs: 8 },
  { ...PLAIN, accumulatorMemory: 'split', outputs: null },
  { ...PLAIN, accumulatorMemory: 'split', lanes: 16, elemLanes: 16, cells: 16, outputs: null },
  { ...PLAIN, accumulatorMemory: 'split', channels: 2, groups: 4, elemLanes: 4, fifoDepth: 1, density: 1 },
  { ...PLAIN, activationQueue: 'group', groups: 2, density: 0.1 },
  { ...PLAIN, activationQueue: 'group', accumulatorMemory: 'split', groups: 4, lanes: 8, elemLanes: 8, outputBeat: 4 },
  { ...PLAIN, activationQueue: 'group', accumulatorMemory: 'split', outputs: null, fifoDepth: 2 },
  { ...PLAIN, channels: 2, groups: 4, density: 0, outputs: null },
];
// ESEGEN_RANDOM_LAYERS=50 runs 50 random ones, and as many with external memory.
const RANDOM: readonly TinyShape[] = randomSeeds('ESEGEN_RANDOM_LAYERS', 4).map((seed, index) => ({
  ...tinyShape(99 + seed),
  ...(index % 3 === 1 ? { accumulatorMemory: 'split' as const } : {}),
  ...(index % 4 === 1 ? { activationQueue: 'group' as const } : {}),
}));

/** Weights from external memory, with split accumulators by turns. */
const VARIED: readonly TinyShape[] = randomSeeds('ESEGEN_RANDOM_LAYERS', 2).map((seed, index) => ({
  ...tinyShape(299 + seed),
  weights: 'dram' as const,
  memoryBusBits: [64, 128, 256, 512, 1024][index % 5]!,
  accumulatorMemory: index % 2 === 0 ? ('split' as const) : ('auto' as const),
}));

/** Simulates a design on Icarus without stalls, every voice with a frame in every batch. */
function simulate(compilation: Compilation, frames: number): Promise<CosimResult> {
  const { design } = compilation;
  const { inputs: width, channels } = design.dimensions;
  const rng = new Rng(1);
  const data = new Int16Array(frames * channels * width).map(() => rng.integer(-4096, 4096));
  const stimuli = sideBySide({ frames: frames * channels, width, data }, channels);
  return withDesignDir(compilation, (dir) =>
    cosimulate(dir, design, stimuli, { simulator: 'icarus', seed: 1, stalls: 0 }),
  );
}

/** Counters at the end of the last frame of every batch. */
function batchEnds({ stats }: CosimResult, { channels }: TinyShape) {
  const last = stats.filter((_, frame) => frame % channels === channels - 1);
  return last.map(({ cycle, counters }) => ({ end: cycle, starved: counters!.starved, blocked: counters!.blocked }));
}

describe('cycle model', () => {
  let worst = 0;
  afterAll(() => console.log(`worst frame end: ${worst} cycles from simulation`));

  it.each([...SPECIAL, ...RANDOM].map((shape) => [describeShape(shape), shape] as const))(
    '%s: every frame ends in the simulated cycle',
    async (_name, shape) => {
      const compilation = tinyDesign(shape);
      const simulated = batchEnds(await simulate(compilation, FRAMES), shape);
      const predicted = runCycleModel(compilation.design, FRAMES).map(({ end, starved, blocked }) => {
        return { end, starved, blocked };
      });
      for (const [frame, { end }] of simulated.entries())
        worst = Math.max(worst, Math.abs(end - predicted[frame]!.end));
      expect(predicted).toEqual(simulated);
    },
  );

  it.each(VARIED.map((shape, at) => [`${at}: ${describeShape(shape)}`, shape] as const))(
    '%s, external memory: within 1 %%',
    async (_name, shape) => {
      const compilation = tinyDesign(shape);
      const simulated = batchEnds(await simulate(compilation, 14), shape);
      const predicted = runCycleModel(compilation.design, 14);
      // Two batches wait at first; only later frames are in steady state.
      const cycles = (ends: readonly { readonly end: number }[]) => (ends.at(-2)!.end - ends.at(-5)!.end) / 3;
      expect(Math.abs(cycles(predicted) / cycles(simulated) - 1)).toBeLessThanOrEqual(0.01);
    },
  );

  it('external memory: rows behind the decision about the next batch are asked for after it', async () => {
    // The next batch comes late in every frame, and none after the last one.
    const waiting: TinyShape = { ...PLAIN, inputs: 60, cells: 4, outputs: 2, weights: 'dram', memoryBusBits: 256 };
    for (const shape of [waiting, { ...waiting, inputs: 100, accumulatorMemory: 'split' as const }]) {
      const compilation = tinyDesign(shape);
      const simulated = batchEnds(await simulate(compilation, FRAMES), shape);
      for (const [frame, { end }] of runCycleModel(compilation.design, FRAMES).entries()) {
        expect(Math.abs(end - simulated[frame]!.end)).toBeLessThanOrEqual(3);
      }
    }
  });

  it('gives the steady state of a simulation', async () => {
    const several = { ...PLAIN, channels: 2, groups: 2, fifoDepth: 1 };
    for (const shape of [PLAIN, { ...PLAIN, outputs: null }, several, { ...several, outputs: null }]) {
      const compilation = tinyDesign(shape);
      const result = await simulate(compilation, 17);
      const { steady } = result;
      const load = steady.load!;
      const estimate = estimateCycles(compilation.design);
      expect(estimate.firstFrameCycles).toBe(batchEnds(result, shape)[0]!.end);
      if (shape.groups === 1) expect(estimate.cyclesPerFrame).toBe(steady.cyclesPerFrame);
      // The simulation's frames include the first ones, and work on the next frame before each end varies.
      const near = (value: number, simulated: number) => {
        expect(Math.abs(value - simulated) / steady.cyclesPerFrame).toBeLessThan(0.02);
      };
      near(estimate.cyclesPerFrame, steady.cyclesPerFrame);
      near(estimate.starvedCycles, load.starvedCycles);
      expect(Math.abs(estimate.blockedCycles - load.blockedCycles) / steady.cyclesPerFrame).toBeLessThan(0.05);
      near(estimate.paddingCycles, load.paddingCycles);
      expect(estimate.utilization).toBeCloseTo(load.utilization, 1);
    }
  });

  it('accounts for every cycle of a PE', () => {
    for (const shape of [...SPECIAL, ...RANDOM]) {
      const { design, report } = tinyDesign(shape);
      const estimate = estimateCycles(design);
      const markers = design.schedule.filter((step: Step) => step.op === Op.spmv && step.marker).length;
      const { idealCyclesPerFrame, paddingCycles, starvedCycles, cyclesPerFrame } = estimate;
      const lanes = shape.groups * shape.lanes;
      expect(idealCyclesPerFrame).toBe(report.nonZeros / lanes);
      expect(paddingCycles).toBe(report.padding / lanes);
      expect(idealCyclesPerFrame + paddingCycles + starvedCycles + markers).toBeCloseTo(cyclesPerFrame, 9);
    }
  });

  it('never gets slower with a deeper queue', () => {
    for (const shape of RANDOM) {
      const cycles = [1, 2, 4, 8, 16].map(
        (fifoDepth) => estimateCycles(tinyDesign({ ...shape, fifoDepth }).design).cyclesPerFrame,
      );
      expect(cycles).toEqual(cycles.toSorted((a, b) => b - a));
    }
  });
});
