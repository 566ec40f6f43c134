import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { frameAt } from '../../src/data/frames.ts';
import { logMel, melWeights, parseFeatureNorm, speechFeatures } from '../../src/speech/features.ts';
import { EsegenError } from '../../src/util/errors.ts';

const NORM = JSON.parse(
  readFileSync(new URL('../../examples/digits/digits.norm.json', import.meta.url), 'utf8'),
) as object;

/** Corner n of the mel bank in Hz, from the definition. */
function corner(n: number): number {
  const mel = (hz: number): number => 1127 * Math.log(1 + hz / 700);
  return 700 * (Math.exp((mel(64) + ((mel(4000) - mel(64)) * n) / 41) / 1127) - 1);
}

/** Triangle b at `hz`, from the definition. */
function triangle(b: number, hz: number): number {
  const [left, centre, right] = [corner(b), corner(b + 1), corner(b + 2)];
  if (hz <= left || hz >= right) return 0;
  return hz <= centre ? (hz - left) / (centre - left) : (right - hz) / (right - centre);
}

/** One frame by the defining sums. */
function naiveLogMel(samples: ArrayLike<number>, start: number): number[] {
  const power = Array.from({ length: 129 }, (_, k) => {
    let re = 0;
    let im = 0;
    for (let n = 0; n < 200; n++) {
      const value = (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / 200)) * (samples[start + n]! / 32768);
      re += value * Math.cos((2 * Math.PI * k * n) / 256);
      im -= value * Math.sin((2 * Math.PI * k * n) / 256);
    }
    return re * re + im * im;
  });
  return Array.from({ length: 40 }, (_, b) =>
    Math.log(power.reduce((sum, p, k) => sum + triangle(b, 31.25 * k) * p, 0) + 1e-6),
  );
}

function sine(hz: number, length: number): Int16Array {
  return Int16Array.from({ length }, (_, n) => Math.round(16384 * Math.sin((2 * Math.PI * hz * n) / 8000)));
}

describe('melWeights', () => {
  it('equals the figures of an independent implementation', () => {
    const weights = melWeights();
    expect(weights).toHaveLength(40 * 129);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(122.08087281414724, 10);
  });

  it('is the documented triangle at every bin', () => {
    const weights = melWeights();
    for (let b = 0; b < 40; b++) {
      for (let k = 0; k < 129; k++) expect(weights[b * 129 + k]).toBeCloseTo(triangle(b, 31.25 * k), 12);
    }
  });
});

describe('logMel', () => {
  it.each([
    [0, 0],
    [199, 0],
    [200, 1],
    [279, 1],
    [280, 2],
    [1000, 11],
  ])('cuts %d samples into %d frames', (samples, frames) => {
    expect(logMel(new Int16Array(samples))).toMatchObject({ frames, width: 40 });
  });

  it('is ln(1e-6) in silence', () => {
    const silence = logMel(new Int16Array(280));
    expect(silence.data).toHaveLength(80);
    for (const value of silence.data) expect(value).toBeCloseTo(Math.log(1e-6), 14);
  });

  it('gives a click a flat spectrum, scaled by the window at its place', () => {
    const click = new Int16Array(400);
    click[300] = 16384;
    const energies = logMel(click);
    expect(energies.frames).toBe(3);
    // Sample 300 lies outside frame 0 and at samples 220 and 140 of the frames that start at 80 and 160.
    const power = [0, 0, (0.5 * (0.5 - 0.5 * Math.cos(2 * Math.PI * 0.7))) ** 2];
    for (let t = 0; t < 3; t++) {
      for (let b = 0; b < 40; b++) {
        let weight = 0;
        for (let k = 0; k < 129; k++) weight += triangle(b, 31.25 * k);
        expect(frameAt(energies, t)[b]).toBeCloseTo(Math.log(power[t]! * weight + 1e-6), 11);
      }
    }
  });

  it.each([200, 1000, 2500])('finds a sine of %d Hz in its band', (hz) => {
    const samples = sine(hz, 360);
    const energies = logMel(samples);
    for (let t = 0; t < energies.frames; t++) {
      const row = [...frameAt(energies, t)];
      const loudest = row.indexOf(Math.max(...row));
      expect(corner(loudest)).toBeLessThan(hz);
      expect(corner(loudest + 2)).toBeGreaterThan(hz);
      const naive = naiveLogMel(samples, 80 * t);
      row.forEach((value, b) => {
        expect(value).toBeCloseTo(naive[b]!, 9);
      });
    }
  });
});

describe('speechFeatures', () => {
  it('normalises per band and stacks two frames to a step, without the odd last frame', () => {
    const samples = sine(700, 200 + 80 * 4);
    const mean = Float64Array.from({ length: 40 }, (_, b) => b / 10 - 5);
    const istd = Float64Array.from({ length: 40 }, (_, b) => 0.1 + b / 100);
    const energies = logMel(samples);
    expect(energies.frames).toBe(5);
    const features = speechFeatures(samples, { mean, istd });
    expect(features).toMatchObject({ frames: 2, width: 80 });
    for (let t = 0; t < 2; t++) {
      for (let n = 0; n < 80; n++) {
        const b = n % 40;
        const energy = frameAt(energies, 2 * t + Math.floor(n / 40))[b]!;
        expect(frameAt(features, t)[n]).toBe((energy - mean[b]!) * istd[b]!);
      }
    }
  });

  it('has no step where the sound is shorter than two frames', () => {
    const norm = parseFeatureNorm(NORM, 'digits.norm.json');
    expect(speechFeatures(new Int16Array(279), norm)).toMatchObject({ frames: 0, width: 80 });
  });
});

describe('parseFeatureNorm', () => {
  it('reads the constants of the example', () => {
    const norm = parseFeatureNorm(NORM, 'digits.norm.json');
    expect(norm.mean[0]).toBe(-3.8046);
    expect(norm.istd[0]).toBe(0.26914);
    expect([norm.mean.length, norm.istd.length]).toEqual([40, 40]);
  });

  const numbers = new Array<number>(40).fill(1);
  it.each([
    ['no object', null, 'n.json: expected an object of mean, istd and stack, got null'],
    ['no mean', { istd: numbers, stack: 2 }, 'n.json: mean: expected a list of 40 numbers, got nothing'],
    [
      '39 numbers',
      { mean: numbers.slice(1), istd: numbers, stack: 2 },
      'n.json: mean: expected a list of 40 numbers, got [1,',
    ],
    [
      'text among the numbers',
      { mean: ['1', ...numbers.slice(1)], istd: numbers, stack: 2 },
      'n.json: mean.0: expected a number, got "1"',
    ],
    [
      'infinity',
      { mean: [Infinity, ...numbers.slice(1)], istd: numbers, stack: 2 },
      'n.json: mean.0: expected a number, got Infinity',
    ],
    [
      'a deviation of 0',
      { mean: numbers, istd: [...numbers.slice(1), 0], stack: 2 },
      'n.json: istd.39: expected a number above 0, got 0',
    ],
    ['other stacking', { mean: numbers, istd: numbers, stack: 3 }, 'n.json: stack: expected 2, got 3'],
  ])('refuses %s', (_, value, start) => {
    let message = '';
    try {
      parseFeatureNorm(value, 'n.json');
    } catch (error) {
      if (!(error instanceof EsegenError)) throw error;
      message = error.message;
    }
    expect(message.slice(0, start.length)).toBe(start);
  });
});
