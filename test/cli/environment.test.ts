import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { smallDisk } from '../../fixtures/small_disk.ts';
import { COMPILED_BIN } from '../lib/compiled.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SAMPLE = join(ROOT, 'generated', 'sample');
const FULL = '(ENOSPC|EFBIG)';

let root: string;
let disk: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen environment-'));
  disk = join(root, 'disk');
  mkdirSync(disk);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Puts a shell script on the PATH. */
function tool(name: string, script: string): void {
  const path = join(root, name);
  writeFileSync(path, `#!/bin/sh\necho ${name} >> '${join(root, 'calls')}'\n${script}\n`);
  chmodSync(path, 0o755);
}

/** What a run of Icarus on the sample design wrote and printed. */
let answer: string;

beforeAll(() => {
  answer = mkdtempSync(join(tmpdir(), 'esegen answer-'));
  root = answer;
  const real = spawnSync('sh', ['-c', 'command -v vvp'], { encoding: 'utf8' }).stdout.trim();
  const vvp = `#!/bin/sh\n'${real}' "$@" > '${answer}/log'; cp output.txt stats.txt '${answer}'; cat '${answer}/log'\n`;
  writeFileSync(join(answer, 'vvp'), vvp, { mode: 0o755 });
  const { PATH = '' } = process.env;
  expect(run({ PATH: `${answer}${delimiter}${PATH}` }, '--simulator', 'icarus')).toMatchObject({
    status: 0,
    stderr: '',
  });
});

afterAll(() => rmSync(answer, { recursive: true, force: true }));

/** A Verilator that at once makes a program of 200 kB, which knows the right answer, and leaves make nothing to do. */
function quickVerilator(): void {
  tool(
    'verilator',
    `[ "$1" = --version ] && { echo "Verilator 5.006"; exit; }
    printf '#!/bin/sh\\ncp "${answer}/output.txt" "${answer}/stats.txt" .; cat "${answer}/log"; exit\\n' > simulation
    head -c 200000 /dev/zero >> simulation
    chmod +x simulation
    echo 'simulation:' > Vbench.mk`,
  );
}

/** Variables of the environment, beside those of this process; null takes one away. */
type Environment = Readonly<Record<string, string | null>>;

function environment(changes: Environment): NodeJS.ProcessEnv {
  const { PATH = '' } = process.env;
  // The small disk is not for what tsx keeps of our sources.
  const tsx = changes.TMPDIR === undefined ? {} : { TSX_DISABLE_CACHE: '1' };
  const own = { ...tsx, XDG_CACHE_HOME: join(root, 'cache'), PATH: `${root}${delimiter}${PATH}` };
  const all = { ...process.env, ...own, ...changes };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as NodeJS.ProcessEnv;
}

/** What runs, two frames where nothing else is said. */
function commandOf(more: readonly string[]): string[] {
  const frames = more.includes('--frames') ? [] : ['--frames', '2'];
  return [process.execPath, COMPILED_BIN, 'simulate', SAMPLE, ...frames, ...more];
}

function withoutStages(stderr: string): string {
  return stderr.replaceAll(/^esegen: (compil|simulat)ing .*\n/gm, '');
}

/** Simulates the sample design. */
function run(changes: Environment, ...more: string[]) {
  const [program, ...args] = commandOf(more);
  const { status, stdout, stderr } = spawnSync(program!, args, {
    cwd: root,
    env: environment(changes),
    encoding: 'utf8',
  });
  return { status, stdout, stderr: withoutStages(stderr) };
}

const esegen = (...more: string[]) => run({}, ...more);

/** The same where the folder `disk` is full after so many kilobytes; `left` is what is in it afterwards. */
function runOnSmallDisk(kilobytes: number, changes: Environment, ...more: string[]) {
  const { prefix, setup } = smallDisk(disk, kilobytes);
  const script = `${setup}; "$@"; status=$?; find '${disk}' -type f > '${root}/left'; exit $status`;
  const [program, ...args] = [...prefix, 'sh', '-c', script, 'sh', ...commandOf(more)];
  const options = { cwd: root, env: environment(changes), encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(program!, args, options);
  return { status, stdout, stderr: withoutStages(stderr), left: readFileSync(join(root, 'left'), 'utf8') };
}

const AGREE = /^RTL and golden model agree on all \d+ words$/m;
const calls = (name: string) =>
  readFileSync(join(root, 'calls'), 'utf8')
    .split('\n')
    .filter((line) => line === name).length;

describe('a cache that cannot be written: a line, and the simulation runs all the same', () => {
  beforeEach(quickVerilator);

  test.each<[string, () => Environment, () => string]>([
    [
      'a file in its place',
      () => ({ XDG_CACHE_HOME: join(answer, 'log') }),
      () => `${join(answer, 'log/esegen/verilator')}: the compiled simulation cannot be kept there \\(ENOTDIR\\)`,
    ],
    [
      'a home that cannot be written',
      () => ({ XDG_CACHE_HOME: null, HOME: '/proc/nobody' }),
      () => `/proc/nobody/.cache/esegen/verilator: the compiled simulation cannot be kept there \\(E[A-Z]+\\)`,
    ],
    [
      'relative paths',
      () => ({ XDG_CACHE_HOME: 'cache', HOME: 'home' }),
      () => 'neither XDG_CACHE_HOME nor HOME is an absolute path: the compiled simulation is not kept',
    ],
  ])('%s', (_, changes, line) => {
    const { status, stdout, stderr } = run(changes());
    expect(stderr).toMatch(new RegExp(`^esegen: ${line()}\n$`));
    expect([status, AGREE.test(stdout)]).toEqual([0, true]);
    expect(readdirSync(root)).not.toContain('cache');
    expect(readdirSync(root)).not.toContain('home');
  });

  test('a full disk: and nothing of the program stays there', () => {
    const { status, stdout, stderr, left } = runOnSmallDisk(100, { XDG_CACHE_HOME: disk });
    expect(stderr).toMatch(
      new RegExp(`^esegen: ${disk}/esegen/verilator: the compiled simulation cannot be kept there \\(${FULL}\\)\n$`),
    );
    expect([status, AGREE.test(stdout), left]).toEqual([0, true, '']);
  });

  test('a damaged program in it is compiled again', () => {
    const verilator = () => calls('verilator');
    expect(esegen()).toMatchObject({ status: 0, stderr: '' });
    const folder = join(root, 'cache', 'esegen', 'verilator');
    const [name] = readdirSync(folder);
    const whole = readFileSync(join(folder, name!));
    // Once for its version, and once to compile.
    expect([verilator(), esegen().status, verilator()]).toEqual([2, 0, 3]);
    writeFileSync(join(folder, name!), whole.subarray(0, 1000));
    expect([esegen().status, verilator()]).toEqual([0, 5]);
    expect(readFileSync(join(folder, name!)).equals(whole)).toBe(true);
  });
});

describe('no space for temporary files: one line', () => {
  test('of the run itself', () => {
    const { status, stdout, stderr, left } = runOnSmallDisk(
      4,
      { TMPDIR: disk },
      '--simulator',
      'icarus',
      '--frames',
      '40',
    );
    expect(stderr).toMatch(new RegExp(`^esegen: ${disk}[^ ]*: [^\n]* \\(${FULL}\\)\\. Free some[^\n]*\n$`));
    expect([status, stdout, left]).toEqual([1, '', '']);
  });

  test('of a compiler', () => {
    const { status, stdout, stderr, left } = runOnSmallDisk(100, { TMPDIR: disk }, '--simulator', 'icarus');
    expect(stderr).toMatch(
      new RegExp(`^esegen: ${disk}/[^ ]*: no space for the files of [a-z]+ \\(${FULL}\\)[^\n]*\n$`),
    );
    expect([status, stdout, left]).toEqual([1, '', '']);
  });

  test('of a simulator that does not say so', () => {
    tool('iverilog', 'exit 0');
    tool(
      'vvp',
      'head -c 2000000 /dev/zero > output.txt 2> /dev/null; : > output.txt; head -c 2000000 /dev/zero > stats.txt 2> /dev/null; echo "@done 0"',
    );
    const { status, stdout, stderr, left } = runOnSmallDisk(500, { TMPDIR: disk }, '--simulator', 'icarus');
    expect(stderr).toMatch(
      new RegExp(`^esegen: ${disk}/[^ ]*: no space for the files of the simulator \\(${FULL}\\)\\. Free some[^\n]*\n$`),
    );
    expect([status, stdout, left]).toEqual([1, '', '']);
  });
});

test('a folder for outputs that cannot be made is one line', () => {
  const { status, stdout, stderr } = esegen('--simulator', 'icarus', '--dump', '/proc/nobody/dump');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^esegen: \/proc\/nobody\/dump: the folder cannot be made \(E[A-Z]+\)\. Check [^\n]*\n$/);
});

test('a design that cannot be written whole is one line, and what was there stays', () => {
  const config = JSON.parse(readFileSync(join(SAMPLE, 'design.json'), 'utf8')).config;
  writeFileSync(join(root, 'config.json'), JSON.stringify(config));
  const { prefix, setup } = smallDisk(disk, 60);
  const model = join(SAMPLE, 'host', 'model.safetensors');
  const args = ['build', model, '--config', join(root, 'config.json'), '--out', join(disk, 'out')];
  const script = `${setup}; echo kept > '${disk}/file'; "$@"; status=$?; ls -A '${disk}'; exit $status`;
  const [program, ...rest] = [...prefix, 'sh', '-c', script, 'sh', process.execPath, COMPILED_BIN, ...args];
  const { status, stdout, stderr } = spawnSync(program!, rest, { env: environment({}), encoding: 'utf8' });
  expect([status, stdout]).toEqual([1, 'file\n']);
  expect(stderr).toMatch(new RegExp(`^esegen: ${disk}/out: cannot be written \\(${FULL}\\)[^\n]*\n$`));
});
