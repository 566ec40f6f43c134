import { expect, test } from 'vitest';
import { quantizeSpectra } from '../../../src/compiler/quantize/integers.ts';

test('spectra are rounded half away from zero and saturate alike, so that a part and its negative stay each other’s negatives', () => {
  const values = Float64Array.from([0.25, 0.5, 0.75, 2.5, 126.5, 127.5, 300]);
  const rounded = [0, 1, 1, 3, 127, 127, 127];
  expect([...quantizeSpectra(values, 0, 8)]).toEqual(rounded);
  const negatives = quantizeSpectra(
    Float64Array.from(values, (value) => -value),
    0,
    8,
  );
  expect([...negatives]).toEqual(rounded.map((value) => 0 - value));
});
