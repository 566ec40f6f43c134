import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { benchSources, designName, rtlFiles } from '../src/design/rtl_files.ts';
import { moduleName } from '../src/machine/names.ts';
import { type BenchArguments, plusArguments, programError, type Simulator } from './simulator.ts';

/** Icarus Verilog: interpreted, quick to build; the second opinion. */
export const icarus: Simulator = {
  name: 'icarus',
  run: async (dir, bench, waves) => runIcarus(dir, await rtlFiles(dir), [], bench, waves),
};

/** Icarus Verilog with a netlist, as text, in place of the RTL. */
export function icarusOnNetlist(netlist: string): Simulator {
  return {
    name: 'icarus',
    async run(dir, bench, waves) {
      const work = await mkdtemp(join(tmpdir(), 'esegen-netlist-'));
      try {
        const file = join(work, 'netlist.v');
        await writeFile(file, netlist);
        return await runIcarus(dir, [file], ['-DNETLIST'], bench, waves);
      } finally {
        await rm(work, { recursive: true, force: true });
      }
    },
  };
}

async function runIcarus(
  dir: string,
  design: readonly string[],
  defines: readonly string[],
  bench: BenchArguments,
  waves: string | undefined,
): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'esegen-icarus-'));
  try {
    const program = join(work, 'simulation.vvp');
    const clock = moduleName(await designName(dir), 'icarus_tb');
    const sources = [...design, ...(await benchSources(dir)), `tb/${clock}.v`].map((file) => resolve(dir, file));
    await execa('iverilog', ['-g2005', '-Wall', ...defines, '-s', clock, '-o', program, ...sources]).catch((error) => {
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
}
