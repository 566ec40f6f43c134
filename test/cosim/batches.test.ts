import { beforeAll, describe, expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign, sampleFrames } from '../../fixtures/sample_design.ts';
import { runGolden } from '../../sim-verilator/cosimulate.ts';
import { singleVoice } from '../../sim-verilator/stimuli.ts';
import { type BenchFrame, type Seen, sendFrames } from './frame_bench.ts';

/** A frame of a test: its channel, `*` behind it where it starts an utterance, `+` or `-` for an element too many or too few. */
type Sent = string;

const INPUTS = 5;
const OUTPUTS = 3;

/** Frames that a design takes and those that it answers, by channel. */
interface Answer {
  readonly seen: Seen;
  /** Outputs of a channel as they came. */
  readonly of: (channel: number) => readonly (readonly number[])[];
}

describe.each([
  { channels: 2, groups: 1, lanes: 2 },
  { channels: 4, groups: 4, lanes: 2 },
])('batches on $channels x $groups x $lanes', (array) => {
  const { channels } = array;
  const compilation = sampleDesign(
    { inputs: INPUTS, cells: 6, outputs: OUTPUTS, peepholes: true, density: 0.9 },
    { name: 'frame_dut', array, fifoDepth: 2 },
  );

  /** Elements of the n-th right frame of a channel; wrong frames have others. */
  function elementsOf(channel: number, n: number): Int16Array {
    return sampleFrames(n + 1, INPUTS + 1, 16, 1 + channel).data.subarray(n * (INPUTS + 1));
  }

  /** Sends batches, e.g. [['0*', '1*'], ['1']]; `wrong` lists frames "batch.place" that the design must drop. */
  async function send(sent: readonly (readonly Sent[])[], wrong: readonly string[] = []): Promise<Answer> {
    const next = Array.from({ length: channels }, () => 0);
    const frames = sent.flatMap((batch, b) =>
      batch.map((text, place): BenchFrame => {
        const [, digits, flags] = /^(\d+)([*+-]*)$/.exec(text)!;
        const channel = Number(digits);
        const length = INPUTS + (flags!.includes('+') ? 1 : 0) - (flags!.includes('-') ? 1 : 0);
        const dropped = wrong.includes(`${b}.${place}`);
        const elements = dropped
          ? new Int16Array(length).fill(12_345)
          : elementsOf(channel, next[channel]!++).slice(0, length);
        const mark = flags!.includes('*') ? 0 : undefined;
        return { elements, channel, mark, endOfBatch: place === batch.length - 1 };
      }),
    );
    const seen = await withDesignDir(compilation, (dir) => sendFrames(dir, channels, frames));
    expect(seen).toMatchObject({ busy: false, unstable: false });
    return { seen, of: (channel) => seen.frames.filter((_, at) => seen.channels[at] === channel) };
  }

  /** What the golden model makes of the first `count` right frames of a channel, with utterances from `starts`. */
  function golden(channel: number, count: number, starts: readonly number[] = []): number[][] {
    const data = new Int16Array(count * INPUTS);
    for (let n = 0; n < count; n++) data.set(elementsOf(channel, n).slice(0, INPUTS), n * INPUTS);
    const y = runGolden(compilation.design, singleVoice({ frames: count, width: INPUTS, data }, starts));
    return Array.from({ length: count }, (_, n) => [...y.subarray(n * OUTPUTS, (n + 1) * OUTPUTS)]);
  }

  let full: Answer;
  beforeAll(async () => {
    full = await send([
      ['0*', '1*'],
      ['0', '1'],
      ['0', '1'],
      ['0', '1'],
    ]);
  });

  test('voices run side by side as each would alone, answered by rising channel', async () => {
    expect(full.of(0)).toEqual(golden(0, 4));
    expect(full.of(1)).toEqual(golden(1, 4));
    expect(full.seen.channels).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    expect(full.seen.frameError).toBe(false);
    const swapped = await send([
      ['1*', '0*'],
      ['0', '1'],
      ['1', '0'],
      ['0', '1'],
    ]);
    expect(swapped.seen).toEqual(full.seen);
  });

  test('a channel that rests keeps c and y', async () => {
    const gaps = await send([['0*', '1*'], ['1'], ['0'], ['1'], ['1'], ['0'], ['0']]);
    expect(gaps.of(0)).toEqual(full.of(0));
    expect(gaps.of(1)).toEqual(full.of(1));
    expect(gaps.seen.channels).toEqual([0, 1, 1, 0, 1, 1, 0, 0]);
    expect(gaps.seen.frameError).toBe(false);
    const after = await send([['0*'], ['0'], ['0'], ['0'], ['1*'], ['1'], ['1'], ['1']]);
    expect(after.of(0)).toEqual(full.of(0));
    expect(after.of(1)).toEqual(full.of(1));
  });

  test('an utterance of one channel starts while the other goes on, or rests', async () => {
    const { of } = await send([['0', '1'], ['0', '1*'], ['0*'], ['0', '1']]);
    expect(of(0)).toEqual(golden(0, 4, [2]));
    expect(of(1)).toEqual(golden(1, 3, [1]));
    expect(of(0)).not.toEqual(full.of(0));
  });

  test('a second frame of a channel in a batch is dropped, the first one counts', async () => {
    const { seen, of } = await send(
      [
        ['0*', '1*'],
        ['0', '0', '1'],
        ['1', '0', '1'],
        ['0', '1'],
      ],
      ['1.1', '2.2'],
    );
    expect(of(0)).toEqual(full.of(0));
    expect(of(1)).toEqual(full.of(1));
    expect(seen.channels).toEqual(full.seen.channels);
    expect(seen.frameError).toBe(true);
    expect(seen.errorAt).toBeGreaterThanOrEqual(4 * INPUTS);
    expect(seen.errorAt).toBeLessThanOrEqual(4 * INPUTS + 3);
  });

  test('its mark is kept for the next frame of the channel', async () => {
    const { of } = await send([['0*', '1*'], ['0', '0*', '1'], ['1'], ['0', '1']], ['1.1']);
    expect(of(0)).toEqual(golden(0, 3, [2]));
    expect(of(1)).toEqual(full.of(1));
  });

  test.each(['-', '+'])('a frame of wrong length (%s) is dropped, the rest of its batch stays', async (flag) => {
    const sent = [
      ['0*', '1*'],
      [`0${flag}`, '1'],
      ['0', `1${flag}`],
      ['0', '1'],
      ['0', '1'],
    ];
    const { seen, of } = await send(sent, ['1.0', '2.1']);
    expect(of(0)).toEqual(full.of(0));
    expect(of(1)).toEqual(full.of(1));
    expect(seen.channels).toEqual([0, 1, 1, 0, 0, 1, 0, 1]);
    expect(seen.frameError).toBe(true);
  });

  test('a right frame after a wrong one of its channel takes the place in the batch', async () => {
    const { seen, of } = await send(
      [
        ['0*', '1*'],
        ['0+', '0', '1'],
        ['1-', '1', '0'],
        ['0', '1'],
      ],
      ['1.0', '2.0'],
    );
    expect(of(0)).toEqual(full.of(0));
    expect(of(1)).toEqual(full.of(1));
    expect(seen.channels).toEqual(full.seen.channels);
  });

  test('a batch of dropped frames alone vanishes', async () => {
    const sent = [['0+', '1-'], ['0*', '1*'], ['0', '1'], ['1+'], ['0-', '1+'], ['0', '1'], ['0', '1'], ['0-']];
    const { seen, of } = await send(sent, ['0.0', '0.1', '3.0', '4.0', '4.1', '7.0']);
    expect(of(0)).toEqual(full.of(0));
    expect(of(1)).toEqual(full.of(1));
    expect(seen.channels).toEqual(full.seen.channels);
    expect(seen.frameError).toBe(true);
  });

  if (channels > 2)
    test('channels that never have a frame give none', async () => {
      const { seen, of } = await send([['3*'], ['3', '1*'], ['3', '1'], ['1', '3'], ['1']]);
      expect(seen.channels).toEqual([3, 1, 3, 1, 3, 1, 3, 1]);
      expect(of(3)).toEqual(golden(3, 4));
      expect(of(1)).toEqual(full.of(1));
    });
});
