import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign, sampleFrames } from '../../fixtures/sample_design.ts';
import { writeInput } from '../../sim-verilator/bench_files.ts';
import { cosimulate } from '../../sim-verilator/cosimulate.ts';
import { icarus } from '../../sim-verilator/icarus.ts';
import { type BenchArguments, plusArguments } from '../../sim-verilator/simulator.ts';
import { singleVoice } from '../../sim-verilator/stimuli.ts';
import { loadDesign } from '../../src/design/load_design.ts';
import { memoryPath } from '../../src/machine/names.ts';
import type { EncodedWords } from '../../src/program/encode.ts';
import { formatMem, memFromBigInts } from '../../src/program/mem_image.ts';
import { SCHEDULE_FILE } from '../../src/program/pack.ts';
import { Op, packStep, stepFields } from '../../src/program/schedule.ts';

const LAYER = { inputs: 11, cells: 13, outputs: 7, peepholes: true, density: 0.35 };
const DEPTHS = [1, 2, 5, 16];
const STALLS = [0, 0.3, 0.8];
const SEEDS = [1, 2];
const FRAMES = 5;
/** Frames 0 and 3 start an utterance. */
const STARTS = [3];

function designOf(fifoDepth: number) {
  return sampleDesign(LAYER, { array: { lanes: 4 }, elemLanes: 2, fifoDepth, indexBits: 2 });
}

function nonZeros({ words, format }: EncodedWords): number {
  const padding = 2 ** format.indexBits - 1;
  return words.reduce((sum, lane) => sum + lane.filter((word) => word !== padding).length, 0);
}

/** Words of the fullest lane of a matrix. */
function fullest({ words }: EncodedWords): number {
  return Math.max(...words.map((lane) => lane.length));
}

function run(fifoDepth: number, stalls: number, seed: number) {
  return withDesignDir(designOf(fifoDepth), async (dir) => {
    const { design } = loadDesign(dir);
    const stimuli = singleVoice(sampleFrames(FRAMES, LAYER.inputs, 16, seed), STARTS);
    const options = { simulator: 'icarus', seed, stalls, checkpoints: true } as const;
    return { design, ...(await cosimulate(dir, design, stimuli, options)) };
  });
}

describe.each(DEPTHS)('queues of %i entries', (depth) => {
  describe.each(STALLS)('stalls %f', (stalls) => {
    test.each(SEEDS)('seed %i: exact, complete, in order', async (seed) => {
      const result = await run(depth, stalls, seed);
      expect(result.differences).toEqual([]);
      expect(result.inside).toBeNull();
      expect(result.comparedWords).toBe(FRAMES * LAYER.outputs);

      // Every weight is used once a frame; those of the recurrence not where an utterance starts.
      const [x, r, p] = result.design.matrices as [EncodedWords, EncodedWords, EncodedWords];
      const work = FRAMES * (nonZeros(x) + nonZeros(p)) + (FRAMES - 1 - STARTS.length) * nonZeros(r);
      expect(result.stats.at(-1)!.counters!.macs).toBe(work);

      expect(result.stats).toHaveLength(FRAMES);
      const cycles = result.stats.map(({ cycle }) => cycle);
      expect(cycles).toEqual(cycles.toSorted((a, b) => a - b));
      expect(cycles[0]).toBeGreaterThan(LAYER.inputs + LAYER.outputs);
      expect(result.cycles).toBeGreaterThan(FRAMES * (fullest(x) + fullest(p)));
      expect(result.stats.at(-1)!.counters!.highWater).toBeGreaterThan(0);
      expect(result.stats.at(-1)!.counters!.highWater).toBeLessThanOrEqual(depth);
    });
  });
});

test('a longer queue never costs cycles, stalls do', async () => {
  const cycles = [];
  for (const depth of DEPTHS) cycles.push((await run(depth, 0, 1)).cycles);
  expect(cycles).toEqual(cycles.toSorted((a, b) => b - a));
  expect(cycles.at(-1)).toBeLessThan(cycles[0]!);
  expect((await run(16, 0.8, 1)).cycles).toBeGreaterThan(cycles.at(-1)!);
});

/** Runs the bench with `input.txt` in the design directory itself. */
function runIcarus(dir: string, settings: Pick<BenchArguments, 'frames' | 'stalls' | 'seed' | 'watchdog'>) {
  const bench = { input: 'input.txt', output: 'output.txt', stats: 'stats.txt', ...settings };
  return icarus.run({ dir, work: dir, plus: plusArguments(bench), waves: false });
}

describe('a run that cannot end', () => {
  test('a design that stalls is given up, and the message says where it stands', async () => {
    await withDesignDir(designOf(2), async (dir) => {
      const { design } = loadDesign(dir);
      // Without the marker behind its columns ElemMul waits for ever.
      const fields = stepFields(design.dimensions);
      const width = fields.reduce((sum, { bits }) => sum + bits, 0);
      const words = design.schedule.map((step) => packStep({ ...step, marker: step.op !== Op.spmv }, fields));
      writeFileSync(join(dir, memoryPath(design.config.name, SCHEDULE_FILE)), formatMem(memFromBigInts(width, words)));
      const stalled = cosimulate(dir, design, singleVoice(sampleFrames(2, LAYER.inputs)), {
        simulator: 'icarus',
        seed: 1,
        stalls: 0,
      });
      await expect(stalled).rejects.toThrow(
        /^simulation: the design made no progress for 20000 cycles, cycle \d+: input frame 2 .* output frame 0 .* issuer of group 0 at step 4, .* groups done 0, lanes idle f/,
      );
    });
  });

  test('an input file with too few frames ends the run', async () => {
    await withDesignDir(designOf(2), async (dir) => {
      await writeInput(join(dir, 'input.txt'), singleVoice(sampleFrames(2, LAYER.inputs)));
      const log = await runIcarus(dir, { frames: 3, stalls: 0, seed: 1, watchdog: 1000 });
      expect(log).toMatch(/^@error the input file ends in frame 2$/m);
      expect(log).not.toMatch(/^@done/m);
    });
  });

  test('a design that waits for input is given up too', async () => {
    await withDesignDir(designOf(2), async (dir) => {
      await writeInput(join(dir, 'input.txt'), singleVoice(sampleFrames(1, LAYER.inputs)));
      const log = await runIcarus(dir, { frames: 1, stalls: 1, seed: 1, watchdog: 500 });
      expect(log).toMatch(
        /^@stalled cycle \d+: input frame 0 element 0, output frame 0 element 0, issuer of group 0 at step 0, column 0, /m,
      );
    });
  });
});
