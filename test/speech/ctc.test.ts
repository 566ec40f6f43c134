import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frames } from '../../src/data/frames.ts';
import { editDistance, greedyCtc, wordErrors } from '../../src/speech/ctc.ts';

const BLANK = 3;

/** Logits whose largest value is at the given class of each frame. */
function oneHot(...classes: number[]): Frames {
  const data = Float64Array.from(classes.flatMap((best) => [0, 1, 2, 3].map((k) => (k === best ? -1 : -2))));
  return { frames: classes.length, width: 4, data };
}

describe('greedyCtc', () => {
  it.each([
    ['nothing', [], []],
    ['blanks alone', [3, 3], []],
    ['repeats merged', [3, 1, 1, 1, 3], [1]],
    ['a blank between repeats', [1, 3, 1], [1, 1]],
    ['change without blank', [1, 2, 1], [1, 2, 1]],
    ['labels at both ends', [0, 3, 2], [0, 2]],
  ])('decodes %s', (_, classes, expected) => {
    expect(greedyCtc(oneHot(...classes), BLANK)).toEqual(expected);
  });

  it('takes the lowest of equal logits', () => {
    expect(greedyCtc({ frames: 1, width: 4, data: Float64Array.of(-5, 2, 2, 2) }, BLANK)).toEqual([1]);
    expect(greedyCtc({ frames: 1, width: 4, data: Float64Array.of(0, 0, 0, 0) }, BLANK)).toEqual([0]);
  });

  it('works with any class as blank', () => {
    expect(greedyCtc(oneHot(0, 3, 0, 3), 0)).toEqual([3, 3]);
  });
});

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['123', '', 3],
    ['', '12', 2],
    ['1234', '1234', 0],
    ['1234', '1334', 1],
    ['1234', '134', 1],
    ['1234', '12234', 1],
    ['kitten', 'sitting', 3],
    ['90210', '0210', 1],
  ])('%s to %s takes %d', (reference, hypothesis, distance) => {
    expect(editDistance(reference, hypothesis)).toBe(distance);
  });

  it('is the shortest way, as the plain recursion finds it', () => {
    const plain = (a: readonly number[], b: readonly number[]): number => {
      const [headA, ...restA] = a;
      const [headB, ...restB] = b;
      if (headA === undefined || headB === undefined) return a.length + b.length;
      if (headA === headB) return plain(restA, restB);
      return 1 + Math.min(plain(restA, b), plain(a, restB), plain(restA, restB));
    };
    const words = fc.array(fc.nat(2), { maxLength: 5 });
    fc.assert(fc.property(words, words, (a, b) => editDistance(a, b) === plain(a, b)));
  });
});

describe('wordErrors', () => {
  it('sums over the pairs before it divides', () => {
    const pairs = [
      { reference: '12', hypothesis: '12' },
      { reference: '345678', hypothesis: '34678' },
      { reference: '90', hypothesis: '9110' },
    ];
    expect(wordErrors(pairs)).toEqual({ errors: 3, words: 10, rate: 0.3 });
  });

  it('has a rate of 0 without words and without errors', () => {
    expect(wordErrors([])).toEqual({ errors: 0, words: 0, rate: 0 });
  });
});
