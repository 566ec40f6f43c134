import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cacheFolder, ProgramCache } from '../../sim-verilator/program_cache.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen cache-'));
  folder = join(root, 'not yet', 'there');
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const key = (digit: string) => digit.repeat(32);

function program(content: string): string {
  const path = join(root, 'program');
  writeFileSync(path, content, { mode: 0o755 });
  return path;
}

describe('ProgramCache', () => {
  test('finds what was kept, which can be executed', () => {
    const cache = new ProgramCache(folder);
    expect(cache.find(key('a'))).toBeNull();
    const path = cache.store(key('a'), program('one'));
    expect(cache.find(key('a'))).toBe(path);
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['one', 0o755]);
    expect(cache.find(key('b'))).toBeNull();
    expect(readdirSync(folder)).toHaveLength(1);
    expect(cache.size()).toEqual({ programs: 1, bytes: 3 });
  });

  test.each([
    ['cut off', (path: string) => writeFileSync(path, 'o')],
    ['changed', (path: string) => writeFileSync(path, 'onf')],
    ['empty', (path: string) => writeFileSync(path, '')],
  ])('does not give away a program that is %s, and removes it', (_, damage) => {
    const cache = new ProgramCache(folder);
    damage(cache.store(key('a'), program('one')));
    expect(cache.find(key('a'))).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
    expect(cache.store(key('a'), program('one'))).toBe(cache.find(key('a')));
  });

  test('where it is too large, what was not used for longest goes; the new one stays', () => {
    const cache = new ProgramCache(folder, 10);
    const paths = ['a', 'b', 'c'].map((digit) => cache.store(key(digit), program(`${digit}23`)));
    for (const [n, path] of paths.entries()) utimesSync(path, 1000 + n, 1000 + n);
    // The oldest is used again.
    cache.find(key('a'));
    cache.store(key('d'), program('d23'));
    expect(['a', 'b', 'c', 'd'].filter((digit) => cache.find(key(digit)) === null)).toEqual(['b']);
    cache.store(key('e'), program('larger than the limit'));
    expect(cache.size()).toEqual({ programs: 1, bytes: 21 });
  });

  test('what a broken process left there counts, and goes', () => {
    const cache = new ProgramCache(folder, 10);
    cache.store(key('a'), program('one'));
    writeFileSync(join(folder, '.1.tmp'), 'half a program');
    utimesSync(join(folder, '.1.tmp'), 1000, 1000);
    expect(cache.find(key('1'))).toBeNull();
    cache.store(key('b'), program('two'));
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('a folder that cannot be one is an error when something is to be kept, and holds nothing', () => {
    const cache = new ProgramCache(join(program('a file'), 'below'));
    expect([cache.find(key('a')), cache.size()]).toEqual([null, { programs: 0, bytes: 0 }]);
    expect(() => cache.store(key('a'), program('one'))).toThrow('ENOTDIR');
  });
});

describe('cacheFolder', () => {
  test.each([
    ['/x', '/home/u', '/x/esegen/verilator'],
    ['x', '/home/u', '/home/u/.cache/esegen/verilator'],
    ['', '/home/u', '/home/u/.cache/esegen/verilator'],
    ['', 'u', null],
    ['', '', null],
  ])('XDG_CACHE_HOME=%j, HOME=%j: %s', (xdg, home, expected) => {
    vi.stubEnv('XDG_CACHE_HOME', xdg);
    vi.stubEnv('HOME', home);
    expect(cacheFolder()).toBe(expected);
  });
});
