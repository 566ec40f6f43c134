import { describe, expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign, sampleFrames } from '../../fixtures/sample_design.ts';
import { type CosimResult, cosimulate } from '../../sim-verilator/cosimulate.ts';
import type { MemoryBehaviour } from '../../sim-verilator/simulator.ts';
import { sideBySide } from '../../sim-verilator/stimuli.ts';
import { loadDesign } from '../../src/design/load_design.ts';

// The counters of the register file against those of the bench, which looks into the lanes by itself.

const LAYER = { inputs: 11, cells: 13, outputs: 7, peepholes: true, density: 0.35 };
const STEPS = 5;
const DRAM = { weights: 'dram', memoryBusBits: 64 };

/** Stalls of the streams, and a memory that makes the lanes wait. */
const RUNS = [
  { stalls: 0, memory: { latency: 64, bandwidth: 0.5, stalls: 0.2 } },
  { stalls: 0.4, memory: { latency: 200, bandwidth: 0.2, stalls: 0.5 } },
] as const;

interface Run {
  readonly stalls: number;
  readonly memory?: MemoryBehaviour;
}

function run(config: Readonly<Record<string, unknown>>, { stalls, ...rest }: Run): Promise<CosimResult> {
  return withDesignDir(sampleDesign(LAYER, { indexBits: 2, ...config }), async (dir) => {
    const { design } = loadDesign(dir);
    const { channels } = design.dimensions;
    const stimuli = sideBySide(sampleFrames(STEPS * channels, LAYER.inputs), channels);
    return cosimulate(dir, design, stimuli, { simulator: 'icarus', seed: 3, stalls, ...rest });
  });
}

/** What the registers must have; the last frame leaves in the cycle in which they are read. */
function counted({ stats }: CosimResult) {
  const { cycle, counters } = stats.at(-1)!;
  const { macs, highWater, waitCycles } = counters!;
  return { frames: stats.length - 1, cycles: cycle, macs, fifoHigh: highWater, waits: waitCycles };
}

test('weights on chip', async () => {
  const result = await run({ array: { channels: 2, groups: 2, lanes: 4 } }, { stalls: 0.4 });
  expect(result.registers).toEqual(counted(result));
});

describe.each(RUNS)('weights in external memory, stalls $stalls, memory $memory', (behaviour) => {
  test.each([
    { array: { lanes: 4 }, fifoDepth: 4 },
    { array: { channels: 2, groups: 2, lanes: 2 } },
    { array: { channels: 2, lanes: 4 }, accumulatorMemory: 'split' },
  ])('%j', async (config) => {
    const result = await run({ ...config, ...DRAM }, behaviour);
    expect(result.registers).toEqual(counted(result));
    expect(result.registers!.waits).toBeGreaterThan(result.cycles / 4);
  });

  test('queues of one entry', async () => {
    const result = await run({ array: { lanes: 4 }, fifoDepth: 1, ...DRAM }, behaviour);
    expect(result.registers).toEqual(counted(result));
  });
});
