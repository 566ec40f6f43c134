import { describe, expect, test } from 'vitest';
import { vadPicture } from '../../examples/vad/picture.ts';
import { speechSegments } from '../../examples/vad/segments.ts';

const STEP = 0.1;

/** Probabilities as digits, in tenths. */
const given = (digits: string) => Float64Array.from(digits, (digit) => Number(digit) / 10);
const near = (digits: string) =>
  speechSegments(given(digits), STEP).map(({ from, to }) => [from, to].map((time) => Math.round(100 * time)));

describe('segments of speech', () => {
  test('begin at one half and end below 0.35, with a margin', () => {
    expect(near('0049975431100')).toEqual([[27, 83]]);
  });

  test('go on over silence that is short, and are not made of a click', () => {
    expect(near('000999300999000')).toEqual([
      [27, 63],
      [87, 123],
    ]);
    expect(near('0009000')).toEqual([]);
    expect(near('0000000')).toEqual([]);
    expect(near('')).toEqual([]);
    const short = speechSegments(given('9999199990'), 0.05);
    expect(short).toHaveLength(1);
  });

  test('do not leave the recording', () => {
    expect(near('99999')).toEqual([[0, 50]]);
  });
});

test('the picture shades every segment and draws every step', () => {
  const sound = Float64Array.from({ length: 16_000 }, (_, n) => Math.sin(n / 9) * (n > 8000 ? 0.5 : 0.01));
  const segments = [{ from: 0.5, to: 1 }];
  const svg = vadPicture({ sound, rate: 16_000, probabilities: given('0000099999'), step: STEP, segments });
  expect(svg.match(/fill-opacity/g)).toHaveLength(1);
  expect(/points="([^"]*)"/.exec(svg)![1]!.split(' ')).toHaveLength(10);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect(vadPicture({ sound: [], rate: 16_000, probabilities: [], step: STEP, segments: [] })).not.toMatch(/NaN/);
});
