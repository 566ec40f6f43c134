import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { REPOSITORY, Sandbox } from './sandbox.ts';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

interface FileResult {
  status: 'passed' | 'failed';
  assertionResults: { status: string }[];
}

/** Vitest's report, as far as the summary reads it. */
function report(...files: FileResult[]): string {
  const results = files.flatMap((file) => file.assertionResults);
  const count = (status: string) => results.filter((result) => result.status === status).length;
  return JSON.stringify({
    numTotalTests: results.length,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    testResults: files,
  });
}

const file = (status: FileResult['status'], ...results: string[]): FileResult => ({
  status,
  assertionResults: results.map((result) => ({ status: result })),
});

describe('ci_summary', () => {
  function summary(text: string, exitCode: number) {
    box.write('report.json', text);
    const script = join(REPOSITORY, 'scripts', 'ci_summary.js');
    return box.run(process.execPath, [script, join(box.root, 'report.json'), String(exitCode)]);
  }

  test.each([
    ['all passed', report(file('passed', 'passed', 'passed'), file('passed', 'passed')), 0, '3 passed, 0 failed\n', 0],
    ['one failed', report(file('failed', 'passed', 'failed')), 1, '1 passed, 1 failed\n', 1],
    ['skipped', report(file('passed', 'passed', 'pending', 'todo')), 0, '2 skipped\n1 passed, 0 failed\n', 0],
    ['a file that does not load', report(file('passed', 'passed'), file('failed')), 1, '1 passed, 1 failed\n', 1],
    [
      'a failure outside the tests',
      report(file('passed', 'passed')),
      1,
      'no test failed, but vitest ended with exit code 1\n1 passed, 0 failed\n',
      1,
    ],
    ['nothing ran', report(), 0, 'no test ran\n0 passed, 0 failed\n', 1],
  ])('%s', (_, text, exitCode, stdout, status) => {
    expect(summary(text, exitCode)).toEqual({ status, stdout, stderr: '' });
  });

  test.each(['', '{', '{}'])('the report %j counts as one failure', (text) => {
    const { status, stdout, stderr } = summary(text, 0);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '0 passed, 1 failed\n' });
    expect(stderr).toContain('vitest left no report that can be read');
  });
});

describe('.ci/run', () => {
  /** Runs the script with every step faked; `npm` and `npx` are bodies of the fakes. */
  function ci({ npm = '', npx = '', tests = report(file('passed', 'passed')) }) {
    box.copy('.ci/run');
    box.copy('scripts/ci_summary.js');
    box.write('scripts/setup.js', '');
    box.write('vitest.json', tests);
    symlinkSync(process.execPath, join(box.bin, 'node'));
    box.real('bash', 'dirname', 'mktemp', 'rm', 'cp');
    const writeReport = `for arg in "$@"; do
      case "$arg" in --outputFile.json=*) cp "${box.root}/vitest.json" "\${arg#*=}" ;; esac
    done`;
    box.fake('npm', `${writeReport}\n${npm}`);
    box.fake('npx', npx);
    return box.run(join(box.bin, 'bash'), [join(box.root, '.ci', 'run')]);
  }
  const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);

  test('every step runs, and the last line counts the tests', () => {
    const { status, stdout } = ci({});
    expect(status).toBe(0);
    expect(lastLine(stdout)).toBe('1 passed, 0 failed');
    expect(box.calls().map((call) => call.replace(/ --outputFile.*/, ''))).toEqual([
      'npx tsc --noEmit',
      'npx tsc --noEmit -p src/page',
      'npx biome check .',
      'npm run --silent check:arrows',
      'npm run --silent map:rtl',
      'npm run --silent check:generated',
      'npm test --silent -- --reporter=default --reporter=json',
    ]);
  });

  test('failing tests still end in the counts', () => {
    const tests = report(file('failed', 'passed', 'passed', 'failed'));
    const { status, stdout } = ci({ tests, npm: 'if [ "$1" = test ]; then exit 1; fi' });
    expect(status).toBe(1);
    expect(lastLine(stdout)).toBe('2 passed, 1 failed');
  });

  test.each([
    ['npx', 'tsc', 'npx tsc --noEmit'],
    ['npx', 'biome', 'npx biome check .'],
    ['npm', 'map:rtl', 'npm run --silent map:rtl'],
    ['npm', 'check:generated', 'npm run --silent check:generated'],
  ])('a failing %s %s fails the run, and no test runs', (program, word, step) => {
    const { status, stdout, stderr } = ci({ [program]: `case "$*" in *${word}*) exit 3 ;; esac` });
    expect(status).toBe(1);
    expect(stderr).toBe(`${step} failed; the steps behind it were not run\n`);
    expect(stdout).not.toContain('passed');
    expect(box.calls().some((call) => call.startsWith('npm test'))).toBe(false);
  });

  test('a failing setup fails the run', () => {
    box.copy('.ci/run');
    box.real('bash', 'dirname');
    box.fake('node', 'exit 1');
    const { status, stderr } = box.run(join(box.bin, 'bash'), [join(box.root, '.ci', 'run')]);
    expect(status).toBe(1);
    expect(stderr).toContain(
      'node scripts/setup.js --with yosys --with berkeley-abc --with nextpnr-ice40 --with slurmctld --with parallel --with chromium failed',
    );
  });
});
