import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { readNpy, writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { COMPILED_BIN } from '../lib/compiled.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen compress-'));
  const rng = new Rng(9);
  const tensor = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.4 * rng.normal()),
  });
  const tensors = new Map([
    ['weight_ih_l0', tensor(32, 4)],
    ['weight_hh_l0', tensor(32, 8)],
  ]);
  writeFileSync(join(root, 'm.safetensors'), writeSafetensors(tensors));
  writeFileSync(join(root, 'c.json'), '{"array": {"lanes": 2}}');
  const x = Float32Array.from({ length: 40 }, () => rng.normal());
  writeNpy(join(root, 'x.npy'), { dtype: 'float32', shape: [10, 4], data: x });
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function esegen(...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [COMPILED_BIN, ...args], {
    cwd: root,
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

test('prune writes a model and masks, run takes it, evaluate and quantize report', async () => {
  const pruned = await esegen(
    'prune',
    'm.safetensors',
    '--array',
    '1x1x2',
    '--density',
    '0.5',
    '--per-matrix',
    'ix=0.25',
    '--out',
    'p.safetensors',
  );
  expect(pruned).toMatchObject({ exitCode: 0, stderr: '' });
  expect(pruned.stdout).toMatch(/^lstm\.ix +32 +8 +25\.00 %/m);
  expect(pruned.stdout).toMatch(/^lstm\.or +64 +32 +50\.00 %/m);
  expect(existsSync(join(root, 'p.masks.safetensors'))).toBe(true);

  const circulant = await esegen(
    ...['prune', 'm.safetensors', '--structure', 'circulant', '--block', '4', '--out', 'b.safetensors'],
  );
  expect(circulant).toMatchObject({ exitCode: 0, stderr: '' });
  expect(circulant.stdout).toMatch(/^lstm\.ix +4 +8 x 4 +8 +\d+\.\d\d %$/m);
  expect(circulant.stdout).toMatch(/^weights +384, which 96 words say \(25\.00 %\)$/m);
  expect(existsSync(join(root, 'b.masks.safetensors'))).toBe(false);
  const found = await esegen('inspect', 'b.safetensors');
  expect(found.stdout).toMatch(
    /^circulant +8 of 8 matrices, whose spectra have 96 words in place of 384 \(25\.00 %\)$/m,
  );
  expect(found.stdout).toMatch(/^lstm\.or +8 +8 +64 +100\.00 % +\S+ +4 +16 +48$/m);

  expect(await esegen('run', 'p.safetensors', '--input', 'x.npy', '--out', 'y.npy')).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^p\.safetensors: 1 utterance, 10 steps, float; \w+ 8$/),
    stderr: '',
  });
  expect(readNpy(join(root, 'y.npy')).shape).toEqual([10, 8]);

  const report = await esegen(
    ...[
      'quantize',
      'm.safetensors',
      '--config',
      'c.json',
      '--weights',
      '8',
      '--blocks',
      '2',
      '--svg',
      'q.svg',
      '--json',
    ],
  );
  expect(JSON.parse(report.stdout)).toMatchObject({
    weightBits: 12,
    sweep: [
      { weightBits: 8, vectorBits: 16, density: null, block: 2, stored: { words: 384 / 2, bits: (8 * 384) / 2 } },
    ],
  });
  expect(readFileSync(join(root, 'q.svg'), 'utf8')).toContain('>blocks of 2, 16 bits</text>');
  const table = await esegen(
    'evaluate',
    'm.safetensors',
    '--data',
    'x.npy',
    '--densities',
    '1,0.5',
    ...['--blocks', '4', '--weights', '6..8', '--svg', 'e.svg'],
  );
  expect(table).toMatchObject({ exitCode: 0, stderr: '' });
  expect(table.stdout).toMatch(/^50\.00 %, 7-bit weights, 16-bit vectors +\d+ +\d+\.\d kbit +\d+\.\d dB/m);
  expect(table.stdout).toMatch(/^blocks of 4, 7-bit weights, 16-bit vectors +96 +0\.7 kbit +\d+\.\d dB/m);
  expect(readFileSync(join(root, 'e.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
});

test.each<[string[], string]>([
  [['prune', 'm.safetensors', '--out', 'q.safetensors'], 'prune: expected --config or --array, one of the two'],
  [
    ['prune', 'm.safetensors', '--array', '32', '--out', 'q.safetensors'],
    '--array: expected channels x groups x lanes such as 1x1x32, got "32"',
  ],
  [['prune', 'm.safetensors', '--array', '1x1x3', '--out', 'q.safetensors'], 'prune: array.lanes: expected a power'],
  [['prune', 'm.safetensors', '--config', 'c.json'], '--out: missing. Name the .safetensors file to write'],
  [
    ['prune', 'm.safetensors', '--config', 'c.json', '--per-matrix', 'xx=1', '--out', 'q.safetensors'],
    '--per-matrix: "xx" is no layer or matrix of the model. Its layers are lstm; inspect prints the matrices',
  ],
  [
    ['prune', 'm.safetensors', '--config', 'c.json', '--per-matrix', 'ix=0.1,ix=0.2', '--out', 'q.safetensors'],
    '--per-matrix: names ix twice. Remove one of them',
  ],
  [['prune', 'm.safetensors', '--config', 'c.json', '--sensitivity'], '--data: missing'],
  [['prune', 'm.safetensors', '--config', 'c.json', '--block', '4', '--out', 'q.safetensors'], '--block: goes with'],
  [['prune', 'm.safetensors', '--structure', 'circulant', '--out', 'q.safetensors'], '--block: missing'],
  [['prune', 'm.safetensors', '--structure', 'circulant', '--block', '4'], '--out: missing'],
  [
    ['prune', 'm.safetensors', '--structure', 'circulant', '--block', '3', '--out', 'q.safetensors'],
    '--block: expected one of 2, 4, 8, 16, 32, 64, got 3',
  ],
  [
    ['prune', 'm.safetensors', '--structure=circulant', '--per-matrix=ix=0.5', '--out', 'q.safetensors'],
    '--per-matrix: expected blocks such as rnn1=16,rnn1.ym=8,rnn2=1, got "ix=0.5"',
  ],
  [
    ['prune', 'm.safetensors', '--structure=circulant', '--block=4', '--density=0.5', '--array=1x1x2', '--out=q.s'],
    '--array, --density: has no effect with --structure circulant',
  ],
  [['quantize', 'm.safetensors', '--config', 'c.json', '--vectors', '4..8'], '--vectors: expected 1 to 32 whole'],
  [['quantize', 'm.safetensors', '--config', 'c.json', '--weights', 'all'], '--weights: expected numbers such as'],
  [['quantize', 'm.safetensors', '--config', 'c.json', '--blocks', '3'], '--blocks: expected some of 2, 4, 8, 16'],
  [['quantize', 'm.safetensors', '--config', 'c.json', '--svg', 'q.svg'], '--svg: shows widths and structures that'],
  [['evaluate', 'm.safetensors', '--data', 'c.json'], 'c.json: expected a .npy file'],
  [['evaluate', 'm.safetensors', '--data', 'x.npy', '--svg', 'e.png'], 'e.png: expected a name that ends in .svg'],
  [
    ['evaluate', 'm.safetensors', '--data', 'x.npy', '--labels', 'c.json'],
    'm.safetensors: expected labels.json with 8 labels beside the model',
  ],
  [['run', 'm.safetensors', '--input', 'c.json', '--out', 'z.npy'], 'c.json: expected a .npy file'],
])('%j is refused, and nothing is written', async (args, message) => {
  const before = readdirSync(root);
  const { exitCode, stdout, stderr } = await esegen(...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr.split('\n')).toHaveLength(1);
  expect(stderr).toContain(`esegen: ${message}`);
  expect(readdirSync(root)).toEqual(before);
});
