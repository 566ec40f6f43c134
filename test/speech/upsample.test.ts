import { expect, test } from 'vitest';
import { decimateBy2 } from '../../src/speech/decimate.ts';
import { soundAt16kHz, upsampleBy2 } from '../../src/speech/upsample.ts';
import { windowsOf } from '../../src/speech/windows.ts';

const tone = (hz: number, rate: number, samples: number) =>
  Int16Array.from({ length: samples }, (_, n) => Math.round(8000 * Math.sin((2 * Math.PI * hz * n) / rate)));

test('a tone keeps its pitch, height and time at twice the rate', () => {
  const up = upsampleBy2(tone(500, 8000, 400));
  const expected = tone(500, 16_000, 800);
  for (let n = 100; n < 700; n++) expect(Math.abs(up[n]! - expected[n]!)).toBeLessThan(8000 * 0.01);
  // The way back gives the tone again.
  const back = decimateBy2(Int16Array.from(up, Math.round));
  const original = tone(500, 8000, 400);
  for (let n = 50; n < 350; n++) expect(Math.abs(back[n]! - original[n]!)).toBeLessThan(8000 * 0.02);
});

test('sound at 16 kHz is taken as it is, in parts of full scale', () => {
  expect([...soundAt16kHz({ sampleRate: 16000, samples: Int16Array.of(-32768, 0, 16384) })]).toEqual([-1, 0, 0.5]);
  expect(soundAt16kHz({ sampleRate: 8000, samples: tone(500, 8000, 40) })).toHaveLength(80);
});

test('windows overlap by what they are longer than a hop, with zeros in front', () => {
  const { frames, width, data } = windowsOf([1, 2, 3, 4, 5, 6, 7], { samples: 5, hop: 3 });
  expect([frames, width]).toEqual([2, 5]);
  expect([...data]).toEqual([0, 0, 1, 2, 3, 2, 3, 4, 5, 6]);
});
