import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { COMPILED_BIN } from '../lib/compiled.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SAMPLE = join(ROOT, 'generated', 'sample');

let root: string;
let scratch: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen signals-'));
  scratch = join(root, 'scratch');
  mkdirSync(scratch);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A tool that starts a child of its own, writes down the ids of both, and hangs. It does not end by itself when asked to. */
function hangingTool(name: string): void {
  const path = join(root, name);
  const script = `#!/bin/sh
    [ "$1" = --version ] && { echo "Verilator 5.006"; exit; }
    trap '' INT TERM HUP
    sleep 1000 &
    : > half_written.o
    echo $$ $! > "$PIDS.tmp" && mv "$PIDS.tmp" "$PIDS"
    while :; do sleep 1000; done\n`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
}

function start(args: readonly string[]): ChildProcess {
  const { PATH = '' } = process.env;
  const env = {
    ...process.env,
    PATH: `${root}${delimiter}${PATH}`,
    PIDS: join(root, 'pids'),
    TMPDIR: scratch,
    XDG_CACHE_HOME: join(root, 'cache'),
    TSX_DISABLE_CACHE: '1',
  };
  return spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] });
}

async function until(ready: () => boolean): Promise<void> {
  while (!ready()) await setTimeout(20);
}

/** Whether a process works still; one that waits for its parent to take notice of its end does not. */
function works(pid: number): boolean {
  const stat = join('/proc', String(pid), 'stat');
  if (!existsSync(stat)) return false;
  return !/\) Z /.test(readFileSync(stat, 'utf8'));
}

/** Temporary folders of ours. */
const leftovers = (folder: string) => readdirSync(folder).filter((name) => name.includes('esegen'));

describe('a signal', () => {
  test.each([
    ['SIGINT', 'verilator', 'compiles'],
    ['SIGTERM', 'vvp', 'runs'],
    ['SIGHUP', 'verilator', 'compiles'],
  ] as const)('%s while %s %s: esegen ends with all that it started, and no folder stays', async (signal, tool, _) => {
    hangingTool(tool);
    writeFileSync(join(root, 'w.fst'), 'what was there');
    const simulator = tool === 'vvp' ? 'icarus' : 'verilator';
    const esegen = start([
      COMPILED_BIN,
      'simulate',
      SAMPLE,
      '--simulator',
      simulator,
      '--waves',
      'w.fst',
      '--frames',
      '1',
    ]);
    const printed: Buffer[] = [];
    esegen.stderr!.on('data', (part: Buffer) => printed.push(part));
    await until(() => existsSync(join(root, 'pids')));
    const pids = readFileSync(join(root, 'pids'), 'utf8').trim().split(' ').map(Number);
    expect(pids.map(works)).toEqual([true, true]);
    expect(leftovers(scratch)).not.toEqual([]);
    esegen.kill(signal);
    // Of a process that a signal ended a shell sees 128 and its number.
    expect(await once(esegen, 'close')).toEqual([null, signal]);
    await until(() => !pids.some(works));
    expect(leftovers(scratch)).toEqual([]);
    expect(readFileSync(join(root, 'w.fst'), 'utf8')).toBe('what was there');
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(Buffer.concat(printed).toString()).not.toMatch(/internal error| {4}at |failed/);
  });

  test.each([
    ['SIGINT', 'with something to remove, that is removed once it has been computed', true],
    ['SIGTERM', 'with something to remove, that is removed once it has been computed', true],
    ['SIGHUP', 'with something to remove, that is removed once it has been computed', true],
    ['SIGINT', 'without, it ends at once', false],
  ] as const)('%s during a computation: %s', async (signal, _, temporary) => {
    const util = join(ROOT, 'src', 'util', 'temporary.ts');
    const script = `
      import { existsSync, mkdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
      import { temporary } from ${JSON.stringify(util)};
      mkdirSync('.esegen-staging');
      const remove = ${temporary} ? temporary(process.cwd() + '/.esegen-staging') : () => rmSync('.esegen-staging', { recursive: true });
      writeSync(2, 'busy\\n');
      // Until the test has sent the signal, and then until it has seen whether the process lives.
      while (!existsSync('go on')) {}
      remove();
      writeFileSync('computed', '');
      setTimeout(() => writeFileSync('too far', ''), 5000);
    `;
    const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs');
    const child = start(['--import', tsx, '--input-type=module', '-e', script]);
    await once(child.stderr!, 'data');
    child.kill(signal);
    if (temporary) writeFileSync(join(root, 'go on'), '');
    expect(await once(child, 'close')).toEqual([null, signal]);
    expect([existsSync(join(root, 'computed')), existsSync(join(root, '.esegen-staging'))]).toEqual([
      temporary,
      !temporary,
    ]);
    expect(existsSync(join(root, 'too far'))).toBe(false);
  });
});

test('a program that uses the library and has a listener of its own decides itself', async () => {
  const util = join(ROOT, 'src', 'util', 'temporary.ts');
  const script = `
    import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
    import { temporary } from ${JSON.stringify(util)};
    mkdirSync('staging');
    temporary(process.cwd() + '/staging');
    process.on('SIGTERM', () => {
      writeFileSync(existsSync('staging') ? 'still there' : 'gone', '');
      process.exit(7);
    });
    console.error('ready');
    setInterval(() => {}, 1000);
  `;
  const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs');
  const child = start(['--import', tsx, '--input-type=module', '-e', script]);
  await once(child.stderr!, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([7, null]);
  expect([existsSync(join(root, 'still there')), existsSync(join(root, 'staging'))]).toEqual([true, false]);
});
