import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import { batches, spreadUtterances } from '../../sim-verilator/stimuli.ts';
import { encodeNpz, readNpz } from '../../src/data/npz.ts';
import { type NpyArray, readNpy, writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { run } from '../../src/verbs/run.ts';
import { simulate } from '../../src/verbs/simulate.ts';
import { checkTargets } from '../../src/verbs/simulation/check_options.ts';

const [INPUTS, OUTPUTS] = [5, 3];
const COMPILATION = sampleDesign(
  { inputs: INPUTS, cells: 6, outputs: OUTPUTS },
  { array: { channels: 2, groups: 1, lanes: 2 } },
);
const { yFrac } = COMPILATION.design.formats;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen simulate-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function noise(seed: number, ...shape: number[]): NpyArray {
  const rng = new Rng(seed);
  const data = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal());
  return { dtype: 'float64', shape, data };
}

const atPath = (path: string) => [{ name: null, path }];

/** Integers of y that the golden engine of `run` gives. */
function integersOf({ shape, data }: NpyArray) {
  return { shape, data: Array.from(data, (value) => value * 2 ** yFrac) };
}

const plain = ({ shape, data }: NpyArray) => ({ shape, data: Array.from(data) });

test('a folder: utterances of different lengths over two voices, a file each, as the golden engine of run has them', async () => {
  const [input, dump, out] = [join(root, 'x'), join(root, 'dump'), join(root, 'y')];
  mkdirSync(input);
  for (const [n, steps] of [4, 1, 3, 2, 2].entries()) {
    writeNpy(join(input, `u${n}.npy`), noise(10 + n, steps, INPUTS));
  }
  await withDesignDir(COMPILATION, async (path) => {
    const result = await simulate(path, { input, dump, simulator: 'icarus', stalls: 0.2 });
    // 4 and 2 on one voice, 1, 3 and 2 on the other.
    expect(result).toMatchObject({ mismatches: 0, utterances: 5, frames: 6, comparedWords: 12 * OUTPUTS });
    run({ path, engine: 'golden', inputs: atPath(input), out: atPath(out) });
    expect(readdirSync(join(dump, 'rtl_y'))).toEqual(readdirSync(out));
    for (const file of readdirSync(out)) {
      const expected = integersOf(readNpy(join(out, file)));
      expect(plain(readNpy(join(dump, 'rtl_y', file)))).toEqual(expected);
      expect(plain(readNpy(join(dump, 'golden_y', file)))).toEqual(expected);
    }
  });
});

test('an archive with lengths, batch in front: an archive with zeros behind the ends', async () => {
  const [input, dump, out] = [join(root, 'x.npz'), join(root, 'dump'), join(root, 'y.npz')];
  const lengths: NpyArray = { dtype: 'int32', shape: [3], data: Int32Array.of(4, 0, 2) };
  writeFileSync(
    input,
    encodeNpz(
      new Map([
        ['x', noise(3, 3, 4, INPUTS)],
        ['lengths', lengths],
      ]),
    ),
  );
  await withDesignDir(COMPILATION, async (path) => {
    const result = await simulate(path, { input, dump, layout: 'BT', simulator: 'icarus' });
    expect(result).toMatchObject({ mismatches: 0, utterances: 3, comparedWords: 6 * OUTPUTS });
    run({ path, engine: 'golden', inputs: atPath(input), out: atPath(out), layout: 'BT' });
    const [expected] = [...readNpz(out)].filter(([name]) => name !== 'lengths').map(([, array]) => array);
    const got = readNpz(join(dump, 'rtl_y.npz'));
    expect(got.get('y')!.dtype).toBe('int16');
    expect(plain(got.get('y')!)).toEqual(integersOf(expected!));
    expect(plain(got.get('lengths')!)).toEqual(plain(lengths));
  });
});

test('integers with --lengths, one behind the other, of which the first frames are taken', async () => {
  const [input, dump] = [join(root, 'x.npy'), join(root, 'dump')];
  const data = Int16Array.from({ length: 6 * INPUTS }, (_, i) => 97 * i - 1000);
  writeNpy(input, { dtype: 'int16', shape: [6, INPUTS], data });
  await withDesignDir(COMPILATION, async (path) => {
    const options = { input, dump, simulator: 'icarus', lengths: [4, 2], frames: 3 } as const;
    expect(await simulate(path, options)).toMatchObject({ mismatches: 0, utterances: 2, frames: 3 });
    expect(readNpy(join(dump, 'rtl_y.npy')).shape).toEqual([5, OUTPUTS]);
    await expect(simulate(path, { ...options, frames: 5 })).rejects.toThrow('holds 4 frames an utterance, 5 were');
    await expect(simulate(path, { ...options, lengths: [4, 1] })).rejects.toThrow('--lengths: expected 1 lengths');
    await expect(simulate(path, { lengths: [4] })).rejects.toThrow('--lengths: says how frames are read');
    const borders = input.replace(/npy$/, 'json');
    writeFileSync(borders, JSON.stringify({ strings: [{ steps: 2 }, { steps: 4 }] }));
    expect(await simulate(path, { ...options, lengths: undefined })).toMatchObject({ utterances: 2, frames: 3 });
    expect(readNpy(join(dump, 'rtl_y.npy')).shape).toEqual([5, OUTPUTS]);
    rmSync(borders);
    const none = { ...options, lengths: [0], frames: undefined };
    await expect(simulate(path, none)).rejects.toThrow('x.npy: holds no frames');
  });
});

test('more random frames than a computer holds', async () => {
  await withDesignDir(COMPILATION, async (path) => {
    for (const frames of [1e99, 1e12]) {
      await expect(simulate(path, { frames, simulator: 'icarus' })).rejects.toThrow(/^--frames: expected .*, got 1/);
    }
  });
});

test('utterances go to the voice that is free first; batches are full until none is left', () => {
  const utterances = [2, 0, 1, 2].map((frames, n) => {
    return { frames, width: 1, data: Int16Array.from({ length: frames }, (_, t) => 10 * n + t) };
  });
  const { stimuli, answers } = spreadUtterances(utterances, 2);
  const seen = batches(stimuli).map((batch) =>
    batch.map(({ row, channel, first }) => `${channel}:${stimuli.frames.data[row]}${first ? '*' : ''}`),
  );
  expect(seen).toEqual([['0:0*', '1:20*'], ['0:1', '1:30*'], ['1:31']]);
  expect(answers.map(({ utterance, step }) => 10 * utterance + step)).toEqual([0, 20, 1, 30, 31]);
});

test('outputs do not go over the frames that they are made from', () => {
  const [input, other] = [join(root, 'golden_y.npy'), join(root, 'x.npy')];
  for (const path of [input, other]) writeNpy(path, noise(1, 1, INPUTS));
  expect(() => checkTargets({ input, dump: root })).toThrow(`${input}: is an input of this command`);
  expect(() => checkTargets({ input: other, dump: root })).not.toThrow();
});
