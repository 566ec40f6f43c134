import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { benchSources, rtlFiles } from './rtl_files.ts';
import { type BenchArguments, plusArguments, programError, type Simulator } from './simulator.ts';

/** Icarus Verilog: interpreted, quick to build; the second opinion. */
export const icarus: Simulator = {
  name: 'icarus',
  async run(dir: string, bench: BenchArguments, waves?: string): Promise<string> {
    const work = await mkdtemp(join(tmpdir(), 'esegen-icarus-'));
    try {
      const program = join(work, 'simulation.vvp');
      const sources = [...(await rtlFiles(dir)), ...(await benchSources(dir)), 'tb/icarus_tb.v'].map((file) =>
        resolve(dir, file),
      );
      await execa('iverilog', ['-g2005', '-Wall', '-s', 'icarus_tb', '-o', program, ...sources]).catch((error) => {
        throw programError('iverilog', error, 'Build the design again; if it persists, report the design');
      });
      // The memory files are named relative to the design's directory.
      const wave = waves === undefined ? [] : ['-fst', `+waves=${resolve(waves)}`];
      const { stdout } = await execa('vvp', ['-n', program, ...wave, ...plusArguments(bench)], { cwd: dir }).catch(
        (error) => {
          throw programError('vvp', error, 'Build the design again; if it persists, report the design');
        },
      );
      return stdout;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },
};
