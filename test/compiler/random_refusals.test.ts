import { expect, test } from 'vitest';
import { randomDesign } from '../lib/random_design.ts';

const SEEDS = 120;

/** Whether a message says, with its own numbers, that something does not fit. */
function isRight(message: string): boolean {
  const sums = /^gate sums need (\d+) bits, at most (\d+) are supported$/.exec(message);
  if (sums !== null) return Number(sums[1]) > Number(sums[2]);
  const products = /^products of the gate sums have (-?\d+) fraction bits .*, at least (-?\d+) are needed$/.exec(
    message,
  );
  if (products !== null) return Number(products[1]) < Number(products[2]);
  return /^its weights are too large for \d+-bit weights$/.test(message);
}

// A compiler that refuses what it should take would make the other tests of random designs pass over it.
test('random layers are refused as often as they were, and for reasons that hold', () => {
  const refused = Array.from({ length: SEEDS }, (_, at) => randomDesign(at + 1)).flatMap(({ seed, refused }) =>
    refused.map((message) => ({ seed, message })),
  );
  for (const { seed, message } of refused) expect(isRight(message), `seed ${seed}: ${message}`).toBe(true);
  expect(refused.map(({ seed }) => seed)).toEqual([]);
});
