import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyModel } from '../../fixtures/tiny_model.ts';
import { modelTensors } from '../../src/design/host_files.ts';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { readNpy, writeNpy } from '../../src/util/npy.ts';
import { COMPILED_BIN } from '../lib/compiled.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen-repeated-'));
  const tiny = tinyModel({ inputs: 4, cells: 8, outputs: 3 });
  writeFileSync(join(root, 'm.safetensors'), writeSafetensors(modelTensors(tiny.layer, tiny)));
  writeFileSync(join(root, 'c.json'), '{"array": {"lanes": 2}}');
  array('x', [5, 4], 0.25);
  array('y', [3], 0.5);
  array('c', [8], -0.75);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function array(name: string, shape: readonly number[], value: number): void {
  const data = new Float64Array(shape.reduce((all, size) => all * size, 1)).fill(value);
  writeNpy(join(root, `${name}.npy`), { dtype: 'float64', shape, data });
}

async function esegen(...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [COMPILED_BIN, ...args], {
    cwd: root,
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

test('options that name one of several are taken each time: both states are given and both are written', async () => {
  const run = async (out: string, ...states: string[]) => {
    const files = ['--input', 'x.npy', '--out', `${out}.npy`];
    expect(await esegen('run', 'm.safetensors', ...files, ...states)).toMatchObject({ exitCode: 0, stderr: '' });
    return readNpy(join(root, `${out}.npy`)).data;
  };
  const both = await run('both', '--state', 'lstm.y=y.npy', '--state', 'lstm.c=c.npy');
  expect(both).not.toEqual(await run('first', '--state', 'lstm.y=y.npy'));
  expect(both).not.toEqual(await run('second', '--state', 'lstm.c=c.npy'));
  await run('none', '--state-out', 'lstm.y=yn.npy', '--state-out', 'lstm.c=cn.npy');
  expect(['yn.npy', 'cn.npy'].filter((name) => !existsSync(join(root, name)))).toEqual([]);
});

test.each([
  [['prune', 'm.safetensors', '--config', 'c.json', '--config', 'd.json'], '--config comes 2 times'],
  [['prune', 'm.safetensors', '--density', '0.1', '--density', '0.2', '--density', '0.3'], '--density comes 3 times'],
  [['simulate', 'd', '--memory-latency', '1', '--memory-latency', '2'], '--memory-latency comes 2 times'],
])('%j: a second value for what can have one is refused', async (args, message) => {
  expect(await esegen(...args)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `esegen: ${message}, expected it once (see esegen ${args[0]} --help)`,
  });
});
