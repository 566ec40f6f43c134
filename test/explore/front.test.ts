import { describe, expect, test } from 'vitest';
import { addedVolume, frontOf, hypervolume, type Vector } from '../../src/explore/front.ts';
import { Surrogate } from '../../src/explore/surrogate.ts';
import { Rng } from '../../src/util/rng.ts';

function randomVectors(rng: Rng, count: number, objectives: number): Vector[] {
  return Array.from({ length: count }, () => Array.from({ length: objectives }, () => rng.integer(0, 5)));
}

/** Unit cells up to the corner of which a vector is nowhere worse. */
function countedVolume(vectors: readonly Vector[], corner: Vector): number {
  const cells = corner.reduce((product, size) => product * size, 1);
  let count = 0;
  for (let cell = 0; cell < cells; cell++) {
    let rest = cell;
    const place = corner.map((size) => {
      const own = rest % size;
      rest = Math.floor(rest / size);
      return own;
    });
    if (vectors.some((vector) => vector.every((value, n) => value <= place[n]!))) count++;
  }
  return count;
}

/** Whether `a` is nowhere worse than `b`, and somewhere better. */
function dominates(a: Vector, b: Vector): boolean {
  return a.every((value, n) => value <= b[n]!) && a.some((value, n) => value < b[n]!);
}

describe('fronts', () => {
  test('the front is what nothing dominates, of equals the first', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const rng = new Rng(seed);
      const items = randomVectors(rng, 30, rng.integer(2, 4)).map((vector, at) => ({ vector, at }));
      const expected = items.filter(
        ({ vector, at }) =>
          !items.some((other) => dominates(other.vector, vector)) &&
          items.findIndex((other) => other.vector.join() === vector.join()) === at,
      );
      expect(
        frontOf(items, ({ vector }) => vector),
        `seed ${seed}`,
      ).toEqual(expected);
    }
  });

  test('the hypervolume is the count of cells, in two to four dimensions', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const rng = new Rng(seed);
      const objectives = rng.integer(2, 4);
      const vectors = randomVectors(rng, rng.integer(0, 12), objectives);
      const corner = new Array<number>(objectives).fill(5);
      expect(hypervolume(vectors, corner), `seed ${seed}`).toBe(countedVolume(vectors, corner));
      const [first = corner, ...rest] = vectors;
      const added = countedVolume(vectors, corner) - countedVolume(rest, corner);
      expect(addedVolume(rest, first, corner), `seed ${seed}`).toBe(added);
    }
  });

  test('the surrogate knows what it was told, and is less sure elsewhere', () => {
    const places = [
      ['a', 8, 2],
      ['a', 16, 4],
      ['b', 8, 4],
      ['b', 16, 2],
    ];
    const values = places.map(([model, lanes, groups]) => [
      (model === 'a' ? 3 : 5) - Math.log2(Number(lanes)) - Math.log2(Number(groups)),
      Number(lanes),
    ]);
    const surrogate = new Surrogate(places, values);
    for (const [n, place] of places.entries()) {
      const guesses = surrogate.at(place);
      for (const [target, { mean, deviation }] of guesses.entries()) {
        expect(mean).toBeCloseTo(values[n]![target]!, 1);
        expect(deviation).toBeLessThan(0.2);
      }
    }
    const [elsewhere] = surrogate.at(['a', 8, 4]);
    expect(elsewhere!.mean).toBeLessThan(values[0]![0]!);
    expect(elsewhere!.deviation).toBeGreaterThan(surrogate.at(places[0]!)[0]!.deviation);
  });
});
