import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeJobs } from '../../src/explore/jobs.ts';
import { shellWord } from '../../src/explore/shell.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen jobs-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const HOSTILE = ["it's $HOME", '`id`; rm -rf $(x) "q" \\', '* ? [a] ~ # & | <', 'ünï', '-n', '{1}', ''];

test('a shell gives words back as they were', () => {
  const out = execFileSync('sh', ['-c', `printf '%s\\n' ${HOSTILE.map(shellWord).join(' ')}`], { encoding: 'utf8' });
  expect(out.split('\n').slice(0, -1)).toEqual(HOSTILE);
  expect(() => shellWord('a\nb')).toThrow(/holds a control character/);
});

test('job files run the command of every shard in its folder, whatever the names', () => {
  const folder = join(root, "o'dd $(pwd) folder");
  mkdirSync(folder);
  const words = [process.execPath, '-e', 'console.log(process.cwd(), ...process.argv.slice(1))', '--', ...HOSTILE];
  const { slurm, parallel } = writeJobs(root, words, folder, 3);
  const said = (shard: number) => `${folder} ${[...HOSTILE, '--shard', `${shard}/3`].join(' ')}\n`;
  const lines = readFileSync(parallel, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(execFileSync('sh', ['-c', lines[1]!], { encoding: 'utf8' })).toBe(said(2));
  expect(readFileSync(slurm, 'utf8')).toContain('#SBATCH --array=1-3\n');
  const env = { ...process.env, SLURM_ARRAY_TASK_ID: '3' };
  expect(execFileSync('sh', [slurm], { encoding: 'utf8', env })).toBe(said(3));
});
