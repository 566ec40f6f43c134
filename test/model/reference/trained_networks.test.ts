import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { greedyCtc } from '../../../src/speech/ctc.ts';
import { readNpy } from '../../../src/util/npy.ts';
import { run } from '../../../src/verbs/run.ts';

const FOLDER = fileURLToPath(new URL('../../../examples/networks/', import.meta.url));
const BLANK = 10;

const out = mkdtempSync(join(tmpdir(), 'esegen-trained-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe('trained networks of several layers', () => {
  test.each([
    ['gru2-p15', 'gru2-p15.onnx'],
    ['ds2-p15', 'ds2-p15.safetensors'],
  ])('%s computes what PyTorch computes in double precision, and reads the digits', (name, file) => {
    const y = join(out, `${name}.npy`);
    const input = { name: null, path: join(FOLDER, `${name}.x1.npy`) };
    run({ path: join(FOLDER, file), engine: 'float', inputs: [input], out: [{ name: null, path: y }] });
    const { shape, data } = readNpy(y);
    const expected = readNpy(join(FOLDER, `${name}.y1.npy`));
    expect(shape).toEqual(expected.shape);
    expect(Math.max(...data.map((value, i) => Math.abs(value - expected.data[i]!)))).toBeLessThan(1e-9);
    const logits = { frames: shape[0]!, width: shape[2]!, data: Float64Array.from(data) };
    expect(greedyCtc(logits, BLANK).join('')).toBe('5378');
  });
});
