import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { ICARUS_WAVES } from '../src/hdl/bench.ts';
import { rtlFiles } from './rtl_files.ts';
import { type BenchArguments, plusArguments, programError, type Simulator } from './simulator.ts';

/** Icarus Verilog: interpreted, quick to build; the second opinion. */
export const icarus: Simulator = {
  name: 'icarus',
  async run(dir: string, bench: BenchArguments, waves?: string): Promise<string> {
    const work = await mkdtemp(join(tmpdir(), 'esegen-icarus-'));
    try {
      const program = join(work, 'simulation.vvp');
      const sources = [...(await rtlFiles(dir)), 'tb/bench.v', 'tb/icarus_tb.v'].map((file) => resolve(dir, file));
      await execa('iverilog', ['-g2005', '-Wall', '-s', 'icarus_tb', '-o', program, ...sources]).catch((error) => {
        throw programError('iverilog', error, 'Build the design again; if it persists, report the design');
      });
      const args = waves === undefined ? [] : ['-fst'];
      // The design's memory files are named relative to its directory; the wave file too, so waves run in a copy of it.
      const { stdout } = await execa(
        'vvp',
        ['-n', program, ...args, ...plusArguments(bench), ...(waves ? ['+waves'] : [])],
        {
          cwd: dir,
        },
      ).catch((error) => {
        throw programError('vvp', error, 'Build the design again; if it persists, report the design');
      });
      if (waves !== undefined) {
        await copyFile(join(dir, ICARUS_WAVES), waves);
        await rm(join(dir, ICARUS_WAVES));
      }
      return stdout;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },
};
