import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import yargs from 'yargs';
import { COMMANDS } from '../../src/cli/commands.ts';
import { estimateCycles } from '../../src/cycles/estimate.ts';
import { readPoints, readSpaceFile } from '../../src/explore/directory.ts';
import { commandOf, importWords } from '../../src/explore/point_command.ts';
import { type BuiltPoint, isBuilt } from '../../src/explore/record.ts';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { inspect } from '../../src/verbs/inspect.ts';
import { COMPILED_BIN } from '../lib/compiled.ts';

let root: string;

/** An LSTM 8 → 16, and a GRU on it where there are two layers, whose names need a layer file of another name. */
function writeModel(name: string, layers: 1 | 2, seed: number): void {
  const rng = new Rng(seed);
  const tensor = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape[0]! * shape[1]! }, () => 0.4 * rng.normal()),
  });
  const lstm = [
    ['first.weight_ih_l0', tensor(64, 8)],
    ['first.weight_hh_l0', tensor(64, 16)],
  ] as const;
  const gru = [
    ['second.weight_ih_l0', tensor(48, 16)],
    ['second.weight_hh_l0', tensor(48, 16)],
  ] as const;
  writeFileSync(join(root, name), writeSafetensors(new Map(layers === 1 ? lstm : [...lstm, ...gru])));
}

function writeFrames(name: string, width: number): void {
  const rng = new Rng(14);
  const data = Float32Array.from({ length: 20 * width }, () => rng.normal());
  writeNpy(join(root, name), { dtype: 'float32', shape: [20, width], data });
}

function writeJson(name: string, value: unknown): void {
  writeFileSync(join(root, name), JSON.stringify(value));
}

const SPACE = { config: { array: { lanes: 8 } }, axes: { weightBits: [8, 12], elemLanes: [2, 4] } };

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "esegen it's-"));
  writeModel('one.safetensors', 1, 1);
  writeModel('two.safetensors', 2, 2);
  writeJson('two-layers.json', {
    layers: [
      { kind: 'lstm', name: 'first' },
      { kind: 'gru', name: 'second' },
    ],
  });
  writeFrames('x.npy', 8);
  writeFrames('wide.npy', 9);
  writeJson('space.json', SPACE);
  writeJson('blocks.json', { ...SPACE, axes: { block: [0, 4], elemLanes: [4] } });
  writeJson('lanes.json', { axes: { lanes: [8] } });
  writeJson('both.json', { ...SPACE, axes: { 'array.lanes': [8] } });
  writeJson('fault.json', { ...SPACE, config: { array: { lanes: 8 }, fifo: 3 } });
  writeJson('no-lanes.json', { axes: { weightBits: [8, 12] } });
  writeFileSync(join(root, 'torn.json'), '{"axes": {');
  await explore(...words('space.json', 'found'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function words(space: string, out: string): string[] {
  const path = (name: string) => join(root, name);
  return [path('one.safetensors'), '--space', path(space), '--data', path('x.npy'), '--out', path(out)];
}

/** Runs the command in this process; its standard output. */
async function explore(...args: string[]): Promise<string> {
  const cli = yargs(['explore', ...args.map((word) => word.replaceAll('$', `${root}/`))])
    .strict()
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new Error(message ?? '');
    });
  await COMMANDS.find(({ name }) => name === 'explore')!.addTo(cli);
  let said = '';
  const write = process.stdout.write;
  process.stdout.write = (text) => {
    said += text;
    return true;
  };
  try {
    await cli.parseAsync();
  } finally {
    process.stdout.write = write;
  }
  return said;
}

describe('esegen explore', () => {
  test.each([
    ['$one.safetensors --data $x.npy --out $n', /^--space: expected a space file/],
    ['$one.safetensors --space $space.json --out $n', /^--data: expected what the models are judged on/],
    ['$one.safetensors --space $space.json --data $x.npy', /^--out: expected a directory/],
    ['--space $space.json --data $x.npy --out $n', /^explore: expected model files, got none/],
    ['$none.safetensors --space $space.json --data $x.npy --out $n', /none\.safetensors: cannot be read/],
    [
      '$one.safetensors $one.safetensors --space $space.json --data $x.npy --out $n',
      /is the second model called "one"/,
    ],
    ['$one.safetensors --space $none.json --data $x.npy --out $n', /none\.json: cannot be read/],
    ['$one.safetensors --space $torn.json --data $x.npy --out $n', /torn\.json: .*JSON/],
    ['$one.safetensors --space $lanes.json --data $x.npy --out $n', /lanes\.json: axes\.lanes: unknown key/],
    [
      '$one.safetensors --space $both.json --data $x.npy --out $n',
      /axes\."array\.lanes": is an axis and in the config/,
    ],
    ['$one.safetensors --space $space.json --data $none.npy --out $n', /none\.npy: cannot be read/],
    ['$one.safetensors --space $space.json --data $wide.npy --out $n1', /wide\.npy.*9/],
    ['$one.safetensors --space $space.json --data $x.npy --labels $no.json --out $n', /no\.json: cannot be read/],
    ['$one.safetensors --space $space.json --data $x.npy --out $n --shard 0/8', /^--shard: expected .*, got "0\/8"/],
    ['$one.safetensors --space $space.json --data $x.npy --out $n --shard 9/8', /^--shard: expected .*, got "9\/8"/],
    ['$one.safetensors --space $space.json --data $x.npy --out $n --shard 1/2 --search', /^--shard: does not go with/],
    ['$one.safetensors --space $space.json --data $x.npy --out $n --jobs 0', /^--jobs: expected a whole number from 1/],
    ['$one.safetensors --space $space.json --data $x.npy --out $n --sample 0', /^--sample: expected a whole number/],
    ['$one.safetensors --space $space.json --data $x.npy --out $n --max-error -1', /^--max-error: expected a number/],
    ['$one.safetensors --space $space.json --data $x.npy --out $n --max-error 0.1', /^--max-error: .*--labels/],
    ['$one.safetensors --space $space.json --data $x.npy --out $n --part xyz', /^--part: is not listed/],
    [
      '$one.safetensors --space $blocks.json --data $x.npy --out $found',
      /found: is the directory of an exploration of other/,
    ],
    [
      '$one.safetensors --space $space.json --data $x.npy --out $',
      /holds a space\.json that is none of an exploration/,
    ],
    [
      '$one.safetensors --space $fault.json --data $x.npy --out $n',
      /^--space: no point has a valid config; the first: config: fifo: unknown key/,
    ],
    [
      '$one.safetensors --space $no-lanes.json --data $x.npy --out $n --jobs 2',
      /^--space: no point has a valid config; the first: config: array/,
    ],
    ['$one.safetensors --merge $found', /^--merge: takes a directory, which says all else; got models too/],
    ['--merge $found --shard 1/2', /^--merge: .*; got --shard too/],
    ['--merge $found --max-error 0.1', /^--max-error: .*--labels/],
    ['--merge $none', /none: expected the directory of an exploration/],
    ['--merge $found --mad 1', /Unknown argument: mad/],
  ])('%s is refused in one line', async (line, message) => {
    const error = await explore(...line.split(' ')).catch((fault: Error) => fault);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message.split('\n')).toHaveLength(1);
  });

  test('a space of which nothing can be built says why most often', async () => {
    writeJson('small.json', {
      config: { array: { groups: 2, lanes: 128 }, part: 'xc7z020' },
      axes: { weightBits: [8, 12] },
    });
    expect(await explore(...words('small.json', 'small'))).toMatch(/No point can be built; 2 of them: /);
  });

  test('a merge with missing shards says how many points there are', async () => {
    await explore(...words('space.json', 'half'), '--shard', '1/2');
    const missing = await explore('--merge', join(root, 'half'));
    expect(missing).toContain('2 points, of which 0 cannot be built; 2 of the grid were not run\n');
    await explore(...words('space.json', 'half'), '--shard', '2/2');
    expect(await explore('--merge', join(root, 'half'))).toContain('4 points, of which 0 cannot be built\n');
    const [half, found] = ['half', 'found'].map((dir) => readFileSync(join(root, dir, 'points.jsonl'), 'utf8'));
    expect(half).toBe(found);
  });
});

test('a signal stops an exploration between two runs, and it can go on', async () => {
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
  const axes = {
    weightBits: range(4, 16),
    'array.groups': [1, 2, 4],
    'array.lanes': [2, 4, 8],
    fifoDepth: range(1, 32),
  };
  writeJson('many.json', { axes });
  const run = execa(process.execPath, [COMPILED_BIN, 'explore', ...words('many.json', 'many')], { reject: false });
  const known = () => (existsSync(join(root, 'many', 'space.json')) ? readPoints(join(root, 'many')).length : 0);
  while (known() === 0) await sleep(5);
  run.kill('SIGINT');
  expect((await run).signal).toBe('SIGINT');
  expect(known()).toBeLessThan(13 * 3 * 3 * 32);
});

describe('commands of a point', () => {
  /** Runs them in a shell, in a new folder; the design that they leave. */
  async function build(name: string, point: BuiltPoint) {
    const cwd = join(root, `${name} ${point.point}`);
    mkdirSync(cwd);
    const { config, commands } = commandOf(readSpaceFile(join(root, name)), point);
    writeFileSync(join(cwd, `point-${point.point}.json`), config);
    const esegen = `esegen() { '${process.execPath}' '${COMPILED_BIN}' "$@"; }`;
    await execa('sh', ['-e', '-c', [esegen, ...commands].join('\n')], { cwd });
    return inspect(join(cwd, `point-${point.point}`));
  }

  function expectFigures(point: BuiltPoint, found: ReturnType<typeof inspect>): void {
    if (found.kind === 'model') throw new Error('is no design');
    const { total } = found.resources;
    const { lut, lutram, ff, bram, uram, dsp } = point;
    expect({ lut, lutram, ff, bram, uram, dsp }).toEqual(total);
    const { cycles } =
      found.kind === 'network' ? found.cycles! : { cycles: estimateCycles(found.loaded.design).cyclesPerFrame };
    expect(point.cycles).toBe(cycles);
  }

  test('make block-circulant designs of just its cycles and resources', async () => {
    await explore(
      ...words('blocks.json', 'blocks'),
      '--calibrate',
      join(root, 'wide.npy'),
      '--calibrate',
      join(root, 'x.npy'),
    );
    const points = readPoints(join(root, 'blocks')).filter(isBuilt);
    expect(points.map(({ machine }) => machine)).toEqual(['layer', 'network']);
    for (const point of points) expectFigures(point, await build('blocks', point));
  });

  test('say of the model what the exploration was told', async () => {
    const layers = ['--layers', join(root, 'two-layers.json')];
    const [, ...rest] = words('blocks.json', 'said');
    await explore(join(root, 'two.safetensors'), ...rest, ...layers);
    const points = readPoints(join(root, 'said')).filter(isBuilt);
    expect(points).toHaveLength(2);
    for (const point of points) expectFigures(point, await build('said', point));
    expect(
      importWords({
        ...{ assume: new Map([['sr', 16000]]), shape: new Map([['x', [1, 576]]]), from: ['a'], to: ['b', 'c d'] },
      }),
    ).toEqual(['--assume', 'sr=16000', '--shape', 'x=1,576', '--from', 'a', '--to', 'b', '--to', 'c d']);
  });
});
