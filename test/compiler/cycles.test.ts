import { afterAll, describe, expect, it } from 'vitest';
import { type CosimResult, cosimulate } from '../../sim-verilator/cosimulate.ts';
import type { Compilation } from '../../src/compiler/compile.ts';
import { runCycleModel } from '../../src/compiler/cycle_model/run.ts';
import { estimateCycles } from '../../src/compiler/cycles.ts';
import type { Step } from '../../src/compiler/schedule.ts';
import { Rng } from '../../src/rng.ts';
import { withDesignDir } from '../lib/design_dir.ts';
import { describeShape, type TinyShape, tinyDesign, tinyShape } from '../lib/tiny_design.ts';

const FRAMES = 5;

/** Shapes with something special; all else is as in this one. */
const PLAIN: TinyShape = {
  ...{ seed: 1, inputs: 13, cells: 24, outputs: 12, peepholes: true },
  ...{ lanes: 4, elemLanes: 2, fifoDepth: 8, indexBits: 4, density: 0.3 },
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
];
const RANDOM: readonly TinyShape[] = Array.from({ length: 24 }, (_, index) => tinyShape(100 + index));

/** Simulates a design on Icarus without stalls. */
function simulate(compilation: Compilation, frames: number): Promise<CosimResult> {
  const { design } = compilation;
  const width = design.dimensions.inputs;
  const rng = new Rng(1);
  const data = new Int16Array(frames * width).map(() => rng.integer(-4096, 4096));
  return withDesignDir(compilation, (dir) =>
    cosimulate(dir, design, { frames, width, data }, { simulator: 'icarus', seed: 1, stalls: 0 }),
  );
}

describe('cycle model', () => {
  let worst = 0;
  afterAll(() => console.log(`worst frame end: ${worst} cycles from simulation`));

  it.each([...SPECIAL, ...RANDOM].map((shape) => [describeShape(shape), shape] as const))(
    '%s: every frame ends in the simulated cycle',
    async (_name, shape) => {
      const compilation = tinyDesign(shape);
      const { stats } = await simulate(compilation, FRAMES);
      const simulated = stats.map(({ cycle, starved, blocked }) => ({ end: cycle, starved, blocked }));
      const predicted = runCycleModel(compilation.design, FRAMES).map(({ end, starved, blocked }) => {
        return { end, starved, blocked };
      });
      for (const [frame, { end }] of simulated.entries())
        worst = Math.max(worst, Math.abs(end - predicted[frame]!.end));
      expect(predicted).toEqual(simulated);
    },
  );

  it('gives the steady state of a simulation', async () => {
    for (const shape of [PLAIN, { ...PLAIN, outputs: null }]) {
      const compilation = tinyDesign(shape);
      const { steady, stats } = await simulate(compilation, 9);
      const estimate = estimateCycles(compilation.design);
      expect(estimate.firstFrameCycles).toBe(stats[0]!.cycle);
      expect(estimate.cyclesPerFrame).toBe(steady.cyclesPerFrame);
      expect(estimate.starvedCycles).toBeCloseTo(steady.starvedCycles, 9);
      expect(estimate.blockedCycles).toBeCloseTo(steady.blockedCycles, 9);
      expect(estimate.paddingCycles).toBeCloseTo(steady.paddingCycles, 9);
      expect(estimate.utilization).toBeCloseTo(steady.utilization, 9);
    }
  });

  it('accounts for every cycle of a PE', () => {
    for (const shape of [...SPECIAL, ...RANDOM]) {
      const { design, report } = tinyDesign(shape);
      const estimate = estimateCycles(design);
      const markers = design.schedule.filter((step: Step) => step.marker).length;
      const { idealCyclesPerFrame, paddingCycles, starvedCycles, cyclesPerFrame } = estimate;
      expect(idealCyclesPerFrame).toBe(report.nonZeros / shape.lanes);
      expect(paddingCycles).toBe(report.padding / shape.lanes);
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

  it('predicts a layer of the size of ESE in 0.3 s', () => {
    const { design } = tinyDesign({
      ...{ seed: 1, inputs: 153, cells: 1024, outputs: 512, peepholes: true },
      ...{ lanes: 32, elemLanes: 4, fifoDepth: 8, indexBits: 4, density: 0.12 },
    });
    const milliseconds = [1, 2, 3].map(() => {
      const start = performance.now();
      estimateCycles(design);
      return performance.now() - start;
    });
    expect(Math.min(...milliseconds)).toBeLessThan(300);
  });
});
