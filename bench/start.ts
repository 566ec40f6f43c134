// What a command takes before it does anything, installed as a package: wall and CPU time, the least and the median of several runs.
//
//   npm run bench:start [runs]

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackage } from '../fixtures/installed_package.ts';
import { formatTable } from '../src/cli/table.ts';

const RUNS = Number(process.argv[2] ?? 15);

/** Seconds of the CPU that all children so far took. */
function childSeconds(): number {
  const { stdout } = spawnSync('sh', ['-c', 'cat /proc/$PPID/stat'], { encoding: 'utf8' });
  const fields = stdout.slice(stdout.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function measure(program: string, args: readonly string[]): string[] {
  const runs = Array.from({ length: RUNS }, () => {
    const [cpu, start] = [childSeconds(), performance.now()];
    const { status } = spawnSync(program, args);
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with exit code ${status}`);
    return { wall: (performance.now() - start) / 1000, cpu: childSeconds() - cpu };
  });
  return (['wall', 'cpu'] as const).flatMap((what) => {
    const sorted = runs.map((run) => run[what]).toSorted((a, b) => a - b);
    return [sorted[0]!, sorted[Math.floor(RUNS / 2)]!].map((seconds) => seconds.toFixed(2));
  });
}

const prefix = mkdtempSync(join(tmpdir(), 'esegen-start-'));
try {
  const { command } = installPackage(prefix);
  console.log(
    formatTable([
      [`${RUNS} runs, seconds`, 'wall, least', 'median', 'CPU, least', 'median'],
      ['node -e 0', ...measure(process.execPath, ['-e', '0'])],
      ...['--version', '--help'].map((option) => [`esegen ${option}`, ...measure(command, [option])]),
    ]),
  );
} finally {
  rmSync(prefix, { recursive: true, force: true });
}
