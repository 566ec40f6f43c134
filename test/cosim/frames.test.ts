import { describe, expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign, sampleFrames } from '../../fixtures/sample_design.ts';
import { runGolden } from '../../sim-verilator/cosimulate.ts';
import { singleVoice } from '../../sim-verilator/stimuli.ts';
import { loadDesign } from '../../src/design/load_design.ts';
import { type Seen, sendFrames } from './frame_bench.ts';

/** A frame to send: its length, and the beat that carries the start-of-utterance mark, if any. */
interface Sent {
  readonly length: number;
  readonly mark?: number;
}

describe.each([
  { inputs: 5, cells: 6, outputs: 3 },
  { inputs: 1, cells: 3, outputs: 2 },
])('frames of $inputs elements', ({ inputs, cells, outputs }) => {
  const compilation = sampleDesign(
    { inputs, cells, outputs, density: 0.9 },
    { name: 'frame_dut', array: { lanes: 2 }, fifoDepth: 2 },
  );

  /** Sends frames and compares with the golden model on those of the right length; `starts` is what it resets at. */
  async function send(
    sent: readonly Sent[],
    starts: readonly number[],
  ): Promise<Seen & { readonly expected: readonly (readonly number[])[] }> {
    const elements = sampleFrames(sent.length, 2 * inputs + 2);
    const valid: number[] = [];
    const frames = sent.map(({ length, mark }, t) => {
      const frame = elements.data.subarray(t * elements.width, t * elements.width + length);
      if (length === inputs) valid.push(...frame);
      return { elements: frame, mark };
    });
    return withDesignDir(compilation, async (dir) => {
      const seen = await sendFrames(dir, 1, frames);
      const right = { frames: valid.length / inputs, width: inputs, data: Int16Array.from(valid) };
      return { ...seen, expected: split(runGolden(loadDesign(dir).design, singleVoice(right, starts))) };
    });
  }

  function split(y: Int16Array): number[][] {
    return Array.from({ length: y.length / outputs }, (_, t) => [...y.subarray(t * outputs, (t + 1) * outputs)]);
  }

  /** The error shows after the beat that made it, with those that are in the input slice by then. */
  function expectNear(at: number | null, beat: number): void {
    expect(at).toBeGreaterThanOrEqual(beat);
    expect(at).toBeLessThanOrEqual(beat + 3);
  }

  const good: Sent = { length: inputs };
  const started: Sent = { length: inputs, mark: 0 };

  test('right ones raise no error', async () => {
    const seen = await send([started, good, started, good], [0, 2]);
    expect(seen.frames).toEqual(seen.expected);
    expect(seen).toMatchObject({ frameError: false, errorAt: null, busy: false, unstable: false });
  });

  test('without any mark the first one starts an utterance all the same', async () => {
    const seen = await send([good, good], [0]);
    expect(seen.frames).toEqual(seen.expected);
    expect(seen.frames).toHaveLength(2);
  });

  // Below one element there is no frame to send.
  const multiple = inputs > 1;

  if (multiple)
    test('a short one is dropped and raises frame_error', async () => {
      const seen = await send([started, { length: inputs - 1 }, good], [0]);
      expect(seen.frames).toEqual(seen.expected);
      expect(seen.frames).toHaveLength(2);
      expect(seen).toMatchObject({ frameError: true, busy: false, unstable: false });
      expectNear(seen.errorAt, 2 * inputs - 1);
    });

  test.each([1, inputs, inputs + 2])('one of %i elements too many is dropped and raises frame_error', async (extra) => {
    const seen = await send([started, { length: inputs + extra }, good, good], [0]);
    expect(seen.frames).toEqual(seen.expected);
    expect(seen.frames).toHaveLength(3);
    expect(seen).toMatchObject({ frameError: true, busy: false, unstable: false });
    expectNear(seen.errorAt, 2 * inputs + extra);
  });

  test('the mark of dropped ones is kept for the next right one', async () => {
    const dropped = [{ length: inputs + 1, mark: 0 }, { length: inputs + 3 }];
    const seen = await send([started, good, ...dropped, good, good], [0, 2]);
    expect(seen.frames).toEqual(seen.expected);
    expect(seen.frames).toHaveLength(4);
    const unmarked = await send([started, good, { length: inputs + 1 }, { length: inputs + 3 }, good, good], [0]);
    expect(unmarked.frames).toEqual(unmarked.expected);
    expect(unmarked.frames).not.toEqual(seen.frames);
  });

  if (multiple)
    test('the mark of a short one is kept too, and only one on the first beat counts', async () => {
      const seen = await send([started, good, { length: 1, mark: 0 }, { length: inputs, mark: 1 }, good], [0, 2]);
      expect(seen.frames).toEqual(seen.expected);
      const late = await send([started, good, { length: inputs, mark: inputs - 1 }], [0]);
      expect(late.frames).toEqual(late.expected);
      expect(late.frameError).toBe(false);
    });
});
