import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, expect, test } from 'vitest';
import { encodeNpz, readNpz } from '../../src/data/npz.ts';
import { encodeNpy, type NpyArray } from '../../src/util/npy.ts';

const folder = mkdtempSync(join(tmpdir(), 'esegen-npz-'));
const path = join(folder, 'x.npz');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ARRAYS: ReadonlyMap<string, NpyArray> = new Map<string, NpyArray>([
  ['x', { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ['a name', { dtype: 'int32', shape: [], data: Int32Array.of(-7) }],
]);

test('an archive is read back, and is the same bytes every time', () => {
  writeFileSync(path, encodeNpz(ARRAYS));
  expect(readNpz(path)).toEqual(ARRAYS);
  expect(encodeNpz(ARRAYS)).toEqual(encodeNpz(ARRAYS));
});

test('an archive as NumPy writes it, with sizes of 64 bits in front of each file', () => {
  // What np.savez does: zipfile's open(name, 'w', force_zip64=True), an array of the int16 1, -2.
  const base64 =
    'UEsDBC0AAAAAAAAAIQChc46v//////////8FABQAeC5ucHkBABAAhAAAAAAAAACEAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpMicsICdm' +
    'b3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg' +
    'ICAgICAgICAgICAgICAKAQD+/1BLAQItAy0AAAAAAAAAIQChc46vhAAAAIQAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLBQYAAAAAAQABADMA' +
    'AAC7AAAAAAA=';
  writeFileSync(path, Buffer.from(base64, 'base64'));
  expect(readNpz(path)).toEqual(new Map([['x', { dtype: 'int16', shape: [2], data: Int16Array.of(1, -2) }]]));
});

test('what is none is refused in one line', () => {
  writeFileSync(path, 'no archive at all');
  expect(() => readNpz(path)).toThrow(`${path}: expected an archive of NumPy (.npz), got a file that is none`);
  writeFileSync(path, encodeNpz(ARRAYS).slice(0, 100));
  expect(() => readNpz(path)).toThrow('got a file that is none');
  writeFileSync(path, encodeNpz(new Map()));
  expect(() => readNpz(path)).toThrow('holds no arrays');
  expect(() => readNpz(join(folder, 'none.npz'))).toThrow('none.npz: cannot be read');
});

test('a file that was changed on its way is damaged, wherever it was', () => {
  const stored = Buffer.from(zipSync({ 'x.npy': encodeNpy(ARRAYS.get('x')!) }, { level: 0 }));
  const at = stored.indexOf(Buffer.from(Float32Array.of(3).buffer));
  const directory = stored.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
  for (const place of [at, directory + 16, directory + 24]) {
    const changed = Uint8Array.from(stored);
    changed[place] = changed[place]! ^ 1;
    writeFileSync(path, changed);
    expect(() => readNpz(path), `byte ${place}`).toThrow(/x\.npz: .*damaged|x\.npz: .*is none/);
  }
  writeFileSync(path, stored);
  expect(readNpz(path).get('x')).toEqual(ARRAYS.get('x'));
});

test('two files of one name are refused: which of them is meant is nowhere said', () => {
  const twice = Buffer.from(zipSync({ 'x.npy': encodeNpy(ARRAYS.get('x')!), 'z.npy': encodeNpy(ARRAYS.get('x')!) }));
  for (let at = twice.indexOf('z.npy'); at >= 0; at = twice.indexOf('z.npy')) twice.set(Buffer.from('x'), at);
  writeFileSync(path, twice);
  expect(() => readNpz(path)).toThrow(`${path}: holds "x.npy" twice`);
});
