import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DECIMATION_TAPS, decimateBy2, samplesAt8kHz } from '../../src/speech/decimate.ts';
import { readWav } from '../../src/speech/wav.ts';

const WAV_FOLDER = new URL('../../examples/digits/wav/', import.meta.url);

/** y[4000..4063] of the 16 kHz examples, from an independent implementation. */
const EXCERPTS = {
  'demo5-16k.wav': {
    length: 21323,
    sum: 1214820,
    values: [
      440, 494, 19, 552, -115, 504, 499, 36, -48, 347, 451, 635, 151, -18, 42, -36, 27, -18, 13, -8, 3, -1, 1, -1, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ],
  },
  'demo6-16k.wav': {
    length: 20469,
    sum: 448811,
    values: [
      2283, 732, -288, -1398, 850, 449, -705, 1021, -708, -765, 1379, -10, -1494, -2386, -2724, -196, 3891, 2759, 1702,
      5865, 8482, 9029, 5672, 1209, -1022, 2173, -2020, -6416, -8637, -7793, -5313, -1746, -3066, -3453, 467, 2395,
      1889, 1262, -282, -754, 442, -59, -154, 417, -193, -617, 856, 400, -635, -2625, -2366, -993, 3532, 2967, 1882,
      4346, 7265, 8969, 6199, 2448, -2389, 1852, -336, -5113,
    ],
  },
};

describe('DECIMATION_TAPS', () => {
  it('is symmetric with sum 32768 and leaves room in 32 bits', () => {
    expect(DECIMATION_TAPS).toHaveLength(47);
    expect(DECIMATION_TAPS).toEqual([...DECIMATION_TAPS].reverse());
    expect(DECIMATION_TAPS.reduce((sum, tap) => sum + tap, 0)).toBe(32768);
    expect(DECIMATION_TAPS.reduce((sum, tap) => sum + Math.abs(tap), 0) * 32768 + 16384).toBeLessThan(2 ** 31);
  });

  it('is the documented windowed sinc', () => {
    const fc = 3700 / 16000;
    const ideal = DECIMATION_TAPS.map((_, n) => {
      const x = 2 * fc * (n - 23);
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      return 2 * fc * sinc * (0.54 + 0.46 * Math.cos((Math.PI * (n - 23)) / 24));
    });
    const total = ideal.reduce((sum, value) => sum + value, 0);
    const taps = ideal.map((value) => Math.floor((32768 * value) / total + 0.5));
    taps[23]! += 32768 - taps.reduce((sum, tap) => sum + tap, 0);
    expect(taps).toEqual(DECIMATION_TAPS);
  });
});

describe('decimateBy2', () => {
  it('answers an impulse with every second tap, centred', () => {
    const samples = new Int16Array(61);
    samples[30] = 16384;
    const expected = Array.from({ length: 31 }, (_, m) =>
      Math.floor((DECIMATION_TAPS[30 - 2 * m + 23] ?? 0) / 2 + 0.5),
    );
    expect([...decimateBy2(samples)]).toEqual(expected);
  });

  it('saturates overshoot at both ends', () => {
    const square = Int16Array.from({ length: 128 }, (_, n) => (Math.floor(n / 16) % 2 === 0 ? 32767 : -32768));
    const result = decimateBy2(square);
    expect(Math.max(...result)).toBe(32767);
    expect(Math.min(...result)).toBe(-32768);
    // Without saturation the overshoot would wrap around.
    for (let m = 0; m < result.length; m++) expect(Math.sign(result[m]!)).toBe(Math.sign(square[2 * m]!));
  });

  it.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
  ])('makes %d samples %d', (length, expected) => {
    expect(decimateBy2(new Int16Array(length))).toHaveLength(expected);
  });

  it('rounds half up', () => {
    // One sample meets the centre tap alone: 15132 * 4096 / 32768 = 1891.5.
    expect([...decimateBy2(Int16Array.of(4096))]).toEqual([1892]);
    expect([...decimateBy2(Int16Array.of(-4096))]).toEqual([-1891]);
  });

  it.each(Object.entries(EXCERPTS))('equals the reference on %s', (file, { length, sum, values }) => {
    const wav = readWav(readFileSync(new URL(file, WAV_FOLDER)), file);
    const result = samplesAt8kHz(wav);
    expect(result).toHaveLength(length);
    expect(result.reduce((total, sample) => total + sample, 0)).toBe(sum);
    expect([...result.subarray(4000, 4064)]).toEqual(values);
  });
});

describe('samplesAt8kHz', () => {
  it('leaves 8 kHz sound alone', () => {
    const samples = Int16Array.of(1, -2, 3);
    expect(samplesAt8kHz({ sampleRate: 8000, samples })).toBe(samples);
  });
});
