import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { progressLine } from '../../src/cli/progress.ts';
import { COMPILED_BIN } from '../lib/compiled.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SAMPLE = join(ROOT, 'generated', 'sample');

const COMMANDS = [
  ['--version'],
  ['--help'],
  ['inspect', SAMPLE],
  ['simulate', SAMPLE, '--simulator', 'icarus', '--frames', '1', '--json'],
];

describe.each(COMMANDS)('esegen %s %s', (...args) => {
  test('to a reader that has left: silence, and exit code 0', async () => {
    const child = spawn(process.execPath, [COMPILED_BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const printed: Buffer[] = [];
    child.stderr.on('data', (part: Buffer) => printed.push(part));
    const [code] = await once(child, 'close');
    expect([
      code,
      Buffer.concat(printed)
        .toString()
        .replaceAll(/^esegen: (compil|simulat)ing .*\n/gm, ''),
    ]).toEqual([0, '']);
  });

  test('to a full disk: one line, and exit code 1', () => {
    const stdout = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [COMPILED_BIN, ...args], {
      stdio: ['ignore', stdout, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(stdout);
    expect([status, stderr.trimEnd().split('\n').at(-1)]).toEqual([
      1,
      'esegen: standard output: cannot be written (ENOSPC)',
    ]);
    expect(stderr).not.toContain('    at ');
  });
});

test('a verdict that nobody reads is still in the exit code', async () => {
  const child = spawn(process.execPath, [COMPILED_BIN, 'inspect', 'nowhere'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.destroy();
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
});

describe('progressLine', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Everything that `work` writes to a stream. */
  function written(isTTY: boolean, work: (line: ReturnType<typeof progressLine>) => void): string {
    const texts: string[] = [];
    work(progressLine({ isTTY, write: (text: string) => texts.push(text) > 0 }));
    return texts.join('');
  }

  test('rewrites one line on a terminal and leaves nothing of it', () => {
    const text = written(true, ({ show, clear }) => {
      show('prune');
      show('encode');
      clear();
      vi.advanceTimersByTime(10_000);
    });
    expect(text).toBe('\r\x1b[Kprune …\r\x1b[Kencode …\r\x1b[K');
  });

  test('counts the seconds of a stage on a terminal', () => {
    const text = written(true, ({ show }) => {
      show('compile');
      vi.advanceTimersByTime(2000);
    });
    expect(text).toBe('\r\x1b[Kcompile …\r\x1b[Kcompile … 1 s\r\x1b[Kcompile … 2 s');
  });

  test('elsewhere says once what takes long, and nothing of what does not', () => {
    const text = written(false, ({ show, clear }) => {
      show('prune');
      vi.advanceTimersByTime(500);
      show('compile');
      vi.advanceTimersByTime(60_000);
      show('simulate');
      clear();
      vi.advanceTimersByTime(60_000);
    });
    expect(text).toBe('esegen: compile\n');
  });

  test('a notice stays, and what is going on stands below it', () => {
    const work = ({ show, notice, clear }: ReturnType<typeof progressLine>) => {
      show('compile');
      notice('no cache');
      clear();
    };
    expect(written(true, work)).toBe('\r\x1b[Kcompile …\r\x1b[Kesegen: no cache\n\r\x1b[Kcompile …\r\x1b[K');
    expect(written(false, work)).toBe('esegen: no cache\n');
  });
});
