import fc from 'fast-check';
import { expect, test } from 'vitest';
import { largestValue } from '../../../src/compiler/prune/largest_value.ts';

test('is what sorting gives, with ties and in any order', () => {
  const values = fc.array(fc.oneof(fc.double({ noNaN: true, min: 0, max: 10 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(values, fc.nat(), (list, seed) => {
      const count = 1 + (seed % list.length);
      const sorted = Float64Array.from(list).sort();
      expect(largestValue(Float64Array.from(list), count)).toBe(sorted[list.length - count]);
    }),
    { seed: 20170222, numRuns: 500 },
  );
});

test('takes no long way on values that are in order, or all equal', () => {
  const size = 200_000;
  expect(
    largestValue(
      Float64Array.from({ length: size }, (_, n) => n),
      10,
    ),
  ).toBe(size - 10);
  expect(
    largestValue(
      Float64Array.from({ length: size }, (_, n) => -n),
      size,
    ),
  ).toBe(1 - size);
  expect(largestValue(new Float64Array(size).fill(2), 7)).toBe(2);
});
