import { expect, test } from 'vitest';
import type { FrameStats } from '../../sim-verilator/bench_files.ts';
import { idealOf, steadyState, wholeRun } from '../../sim-verilator/steady_state.ts';

const LANES = 4;
/** Frames of 100 products a lane in 110 cycles; the first one has no recurrent product, 40 fewer. */
const frames = (count: number): FrameStats[] =>
  Array.from({ length: count }, (_, n) => ({
    cycle: 110 * (n + 1) - 40,
    counters: {
      ...{ padding: 0, starved: 0, blocked: 0, highWater: 0, waited: 0, waitCycles: 0 },
      macs: LANES * (100 * (n + 1) - 40),
    },
  }));

test.each([
  [1, 60],
  [2, 100],
  [3, 100],
  [5, 100],
  [9, 100],
])('of %i frames, the ideal is of those whose cycles are counted', (count, ideal) => {
  const steady = steadyState(frames(count), LANES);
  expect(idealOf(steady)).toBeCloseTo(ideal, 9);
  expect(idealOf(steady)!).toBeLessThan(steady.cyclesPerFrame);
});

test('a whole run has the products of all its frames; a netlist has none', () => {
  expect(idealOf(wholeRun(frames(3)[2]!, 3, LANES))).toBeCloseTo(260 / 3, 9);
  expect(idealOf(wholeRun({ cycle: 290, counters: null }, 3, LANES))).toBe(null);
});
