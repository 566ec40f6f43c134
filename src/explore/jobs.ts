import { join } from 'node:path';
import { makeFolderTarget, writeFiles } from '../util/write_files.ts';
import { shellCommand, shellWord } from './shell.ts';

/** Files that run an exploration in shards. */
export interface JobFiles {
  /** Batch script of a Slurm array. */
  readonly slurm: string;
  /** A command a line, for GNU parallel. */
  readonly parallel: string;
}

/**
 * Writes job files to `dir/jobs`.
 *
 * @param words of the command that explores all, without a shard
 * @param folder in which it is to run
 * @throws EsegenError where a word holds a control character, or a file cannot be written
 */
export function writeJobs(dir: string, words: readonly string[], folder: string, shards: number): JobFiles {
  const jobs = join(dir, 'jobs');
  const files = { slurm: join(jobs, 'explore.sbatch'), parallel: join(jobs, 'explore.txt') };
  const command = shellCommand(words);
  const go = `cd ${shellWord(folder)}`;
  const slurm = [
    '#!/bin/sh',
    '#SBATCH --job-name=esegen-explore',
    `#SBATCH --array=1-${shards}`,
    '#SBATCH --ntasks=1',
    '#SBATCH --requeue',
    `${go} &&`,
    `exec ${command} --shard "$SLURM_ARRAY_TASK_ID/${shards}"`,
  ];
  const lines = Array.from({ length: shards }, (_, n) => `${go} && ${command} --shard ${n + 1}/${shards}`);
  makeFolderTarget(jobs);
  writeFiles(
    new Map([
      [files.slurm, `${slurm.join('\n')}\n`],
      [files.parallel, `${lines.join('\n')}\n`],
    ]),
  );
  return files;
}
