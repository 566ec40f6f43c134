import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ranking } from '../../../src/compiler/prune/ranking.ts';

test('is what sorting gives, with ties, for ranks in any order', () => {
  const value = fc.oneof(fc.double({ noNaN: true, min: 0, max: 10 }), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 60 }),
      fc.array(fc.nat(), { minLength: 1 }),
      (list, asked) => {
        const sorted = Float64Array.from(list).sort();
        const ranking = new Ranking(Float64Array.from(list));
        for (const seed of asked) {
          const rank = seed % list.length;
          expect(ranking.at(rank)).toBe(sorted[rank]);
          expect(ranking.largest(list.length - rank).sort()).toEqual(sorted.subarray(rank));
        }
      },
    ),
    { seed: 20170222, numRuns: 500 },
  );
});

test('has no largest values where none are asked for', () => {
  expect(new Ranking(Float64Array.of(1, 2)).largest(0)).toHaveLength(0);
});

test('takes no long way on values that are in order, or all equal', () => {
  const size = 200_000;
  expect(new Ranking(Float64Array.from({ length: size }, (_, n) => n)).at(size - 10)).toBe(size - 10);
  expect(new Ranking(Float64Array.from({ length: size }, (_, n) => -n)).at(0)).toBe(1 - size);
  expect(new Ranking(new Float64Array(size).fill(2)).at(size - 7)).toBe(2);
});
