import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Job } from '../../src/site/studio/job.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'esegen-job-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(text: string): string {
  const path = join(folder, 'program.cjs');
  writeFileSync(path, text);
  return path;
}

async function until(ready: () => boolean): Promise<void> {
  while (!ready()) await setTimeout(10);
}

function works(pid: number): boolean {
  const stat = join('/proc', String(pid), 'stat');
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
}

test('a job gives its lines as they come, arguments as they are, and its exit code', async () => {
  const job = new Job(
    7,
    program('console.log(process.argv[2]); console.error("late"); process.exitCode = 3;'),
    ['a $(b) `c`'],
    folder,
  );
  await until(() => !job.running);
  const { id, state, end, lines } = job.state(0);
  expect({ id, state, end }).toEqual({ id: 7, state: 'failed', end: 'exit code 3' });
  expect(lines.toSorted()).toEqual(['a $(b) `c`', 'late']);
  expect(job.state(1).lines).toEqual([lines[1]]);
});

test('a job that is killed from outside is over, and says so', async () => {
  const job = new Job(1, program('console.log(process.pid); setInterval(() => {}, 1000);'), [], folder);
  await until(() => job.state(0).lines.length > 0);
  process.kill(Number(job.state(0).lines[0]), 'SIGKILL');
  await until(() => !job.running);
  expect(job.state(0)).toMatchObject({ state: 'failed', end: 'ended by SIGKILL' });
  await job.cancel();
  expect(job.state(0).state).toBe('failed');
});

test('a job whose studio is killed ends as well', async () => {
  const pids = join(folder, 'pids');
  const child = program(
    `require('node:fs').writeFileSync(${JSON.stringify(pids)}, String(process.pid)); setInterval(() => {}, 1000);`,
  );
  const studio = join(folder, 'studio.ts');
  const job = fileURLToPath(new URL('../../src/site/studio/job.ts', import.meta.url));
  writeFileSync(
    studio,
    `import { Job } from ${JSON.stringify(job)};
     new Job(1, ${JSON.stringify(child)}, [], ${JSON.stringify(folder)});
     setInterval(() => {}, 1000);`,
  );
  const killed = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), studio], { stdio: 'inherit' });
  await until(() => existsSync(pids) && readFileSync(pids, 'utf8') !== '');
  const pid = Number(readFileSync(pids, 'utf8'));
  expect(works(pid)).toBe(true);
  killed.kill('SIGKILL');
  await until(() => !works(pid));
}, 20_000);

test('cancelling ends what does not want to end, and what it has started in groups of its own', async () => {
  const pids = join(folder, 'pids');
  const stubborn = `for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {}); setInterval(() => {}, 1000);`;
  const job = new Job(
    1,
    program(`${stubborn}
      const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { detached: true, stdio: 'ignore' });
      require('node:fs').writeFileSync(${JSON.stringify(`${pids}.tmp`)}, process.pid + ' ' + child.pid);
      require('node:fs').renameSync(${JSON.stringify(`${pids}.tmp`)}, ${JSON.stringify(pids)});`),
    [],
    folder,
  );
  await until(() => existsSync(pids));
  const ids = readFileSync(pids, 'utf8').split(' ').map(Number);
  expect(ids.map(works)).toEqual([true, true]);
  await job.cancel();
  expect(job.state(0)).toMatchObject({ state: 'cancelled', end: 'ended by SIGKILL' });
  await until(() => !ids.some(works));
}, 20_000);
