import { describe, expect, test } from 'vitest';
import type { Drain } from '../../src/golden/gate.ts';
import { gruAfterSlot, gruBeforeSlot } from '../../src/golden/gru_slot.ts';
import { actTable, SIGMOID, TANH } from '../../src/program/act_table.ts';
import type { Parameters, Program } from '../../src/program/program.ts';

const TABLES: Program['tables'] = {
  ...{ sigmoidRange: 8, tanhRange: 4 },
  ...{ sigmoid: actTable(SIGMOID, 8), tanh: actTable(TANH, 4) },
};
/** Sums have the format of z: 11 fraction bits, no shift. */
const FRAC = 11;
const FAR = 15 * 2 ** FRAC;
const CELLS = 3;

function parameters(rows: number): Parameters {
  return { name: 'bias', bias: new Float64Array(rows), peepholes: null };
}

/** h of cells that start from 0, in so many bits, and how many cells saturated. */
function run(drain: Drain, sums: readonly number[]) {
  const values = new Int32Array(2 * CELLS);
  const saturated = drain(Float64Array.from(sums), CELLS, values, 0, CELLS);
  return { h: [...values.subarray(CELLS)], saturated };
}

describe.each([
  { bits: 8, most: 127, cut: 1, nothing: 0 },
  { bits: 16, most: 32767, cut: 0, nothing: 1 },
])('h of $bits bits counts where it is cut off', ({ bits, most, cut, nothing }) => {
  const common = { zShift: 0, zClip: null, gate: 'sigmoid', h: { bits, frac: bits - 1 } } as const;

  test('reset before the product', () => {
    const drain = gruBeforeSlot({ kind: 'gruBefore', ...common }, parameters(2 * CELLS), TABLES);
    // z far shut: h = n. n of 1 - 2^-15 rounds up to 1 in 8 bits; -1 is a value of both formats, and z open keeps the 0 but for a bit of n.
    const { h, saturated } = run(drain, [-FAR, FAR, -FAR, -FAR, FAR, FAR]);
    expect(saturated).toBe(cut);
    expect(h).toEqual([most, -most - 1, nothing]);
  });

  test('reset after the product, with nh, which counts a cell once', () => {
    const slot = {
      kind: 'gruAfter',
      ...common,
      hidden: { bits: 16, frac: 11 },
      hiddenShift: 0,
      sumFrac: FRAC,
    } as const;
    const drain = gruAfterSlot(slot, parameters(4 * CELLS), TABLES);
    const beyond = 2 ** 15;
    const { h, saturated } = run(drain, [0, -FAR, FAR, 0, 0, -FAR, -FAR, 0, 0, FAR, 0, beyond]);
    expect(saturated).toBe(cut + 1);
    expect(h).toEqual([most, -most - 1, nothing]);
    const both = run(drain, [0, -FAR, FAR, beyond, 0, FAR, 0, 0, 0, FAR, 0, 0]);
    expect(both.saturated).toBe(1);
  });
});
