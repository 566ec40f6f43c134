import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign, sampleFrames } from '../../fixtures/sample_design.ts';
import { type CosimResult, cosimulate } from '../../sim-verilator/cosimulate.ts';
import {
  MEMORY_FAULTS,
  type MemoryBehaviour,
  type MemoryFault,
  type SimulatorName,
} from '../../sim-verilator/simulator.ts';
import { sideBySide } from '../../sim-verilator/stimuli.ts';
import { Rng } from '../../src/util/rng.ts';

// A memory that fails: the design stops and says why, and is as new after a reset.

const LAYER = { inputs: 21, cells: 22, outputs: 11, peepholes: true, density: 0.5 };
const STEPS = 5;
const CHANNELS = 2;
const SEED = 7;
const TRIALS = 16;

/** Cycles after which weight_reader gives up a silent memory. */
const TIMEOUT = 2 ** 14;

const compilation = sampleDesign(LAYER, {
  array: { channels: CHANNELS, lanes: 4 },
  weights: 'dram',
  memoryBusBits: 128,
});
const { design } = compilation;
const { segments, imageBeats, burstBeats } = design.dimensions;
const [beatsX, beatsR, beatsP] = segments.map(({ beats }) => beats) as [number, number, number];

/** Beats that the frames of the run take; more may be read ahead, of W_x. */
const BEATS = STEPS * imageBeats;

let dir: string;
let release: () => void;
let removed: Promise<void>;

beforeAll(async () => {
  await new Promise<void>((ready) => {
    removed = withDesignDir(compilation, (path) => {
      dir = path;
      ready();
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    });
  });
});

afterAll(async () => {
  release();
  await removed;
});

/** Runs the frames; `inside` and every output word are compared. */
async function run(simulator: SimulatorName, memory: MemoryBehaviour, stalls = 0): Promise<CosimResult> {
  const frames = sampleFrames(STEPS * CHANNELS, LAYER.inputs);
  const options = { simulator, seed: SEED, stalls, memory, checkpoints: true };
  return cosimulate(dir, design, sideBySide(frames, CHANNELS), options);
}

/** What the run of a sound memory and of one that failed before have in common: everything. */
function outcome({ mismatches, comparedWords, inside, stats, rtl }: CosimResult) {
  return { mismatches, comparedWords, inside, stats, rtl };
}

const KINDS = Object.keys(MEMORY_FAULTS) as MemoryFault[];

/** Beats of interest: the ends of bursts, matrices and the run; the rest at random. */
function beatsToFail(): number[] {
  const rng = new Rng(SEED);
  const special = [0, 1, burstBeats - 1, burstBeats, beatsX, BEATS - beatsP, BEATS - 1];
  return [...special, ...Array.from({ length: TRIALS - special.length }, () => rng.integer(2, BEATS - 2))];
}

test('the run is long enough to fail in the middle of bursts and in late frames', () => {
  expect(burstBeats).toBeGreaterThan(2);
  expect(beatsX).toBeGreaterThan(burstBeats);
  expect(beatsR + beatsP).toBeGreaterThan(burstBeats);
});

describe.each<[string, MemoryBehaviour, number]>([
  ['a fast memory', {}, 0],
  ['a slow and unsteady memory', { latency: 150, bandwidth: 0.4, stalls: 0.3 }, 0.3],
])('%s', (_, behaviour, stalls) => {
  test.each(KINDS)('%s: stops with the status, and is as new after a reset', async (kind) => {
    const sound = await run('verilator', behaviour, stalls);
    expect(sound).toMatchObject({ mismatches: 0, inside: null, recovered: null });
    expect(sound.comparedWords).toBe(STEPS * CHANNELS * LAYER.outputs);

    const wait = kind === 'silent' ? TIMEOUT : 0;
    let before = 0;
    for (const beat of beatsToFail().toSorted((a, b) => a - b)) {
      const result = await run('verilator', { ...behaviour, fault: { beat, kind, recover: true } }, stalls);
      expect(outcome(result), `${kind} at beat ${beat}`).toEqual(outcome(sound));
      expect(result.recovered?.status).toBe(MEMORY_FAULTS[kind]);
      const { cycle } = result.recovered!;
      // Until then the run is as with a sound memory, in which the beat comes before the end and after the beats before it.
      expect(cycle).toBeGreaterThanOrEqual(before);
      expect(cycle).toBeGreaterThan(wait);
      expect(cycle).toBeLessThan(sound.cycles + wait);
      before = cycle;
    }
  });

  test.each(KINDS)('%s beyond the run does nothing', async (kind) => {
    const sound = await run('verilator', behaviour, stalls);
    const fault = { beat: BEATS + 2 * beatsX, kind, recover: true };
    const result = await run('verilator', { ...behaviour, fault }, stalls);
    expect(outcome(result)).toEqual(outcome(sound));
    expect(result.recovered).toBeNull();
  });
});

test.each(KINDS)('Icarus sees %s in the same cycle', async (kind) => {
  const memory = { latency: 20, stalls: 0.2, fault: { beat: Math.floor(BEATS / 2), kind, recover: true } };
  const [slow, fast] = [await run('icarus', memory, 0.2), await run('verilator', memory, 0.2)];
  expect(slow.recovered).toEqual({ status: MEMORY_FAULTS[kind], cycle: expect.any(Number) });
  expect(slow.recovered).toEqual(fast.recovered);
  expect(outcome(slow)).toEqual(outcome(fast));
});

describe.each(['icarus', 'verilator'] as const)('without recovery, on %s', (simulator) => {
  test.each<[MemoryFault, string]>([
    ['silent', '1 (the memory is silent)'],
    ['SLVERR', '2 (slave error)'],
    ['DECERR', '3 (decode error)'],
  ])('%s is an error that names the cause', async (kind, cause) => {
    const failed = run(simulator, { fault: { beat: beatsX + 1, kind, recover: false } });
    const error = await failed.then(
      () => 'no error',
      (reason: Error) => `${reason.name}: ${reason.message}`,
    );
    expect(error.replace(/cycle \d+/, 'cycle N')).toBe(
      `EsegenError: simulation: reading weights failed in cycle N: memory_status ${cause}`,
    );
  });
});
