import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { benchSources, designName, rtlFiles } from '../src/design/rtl_files.ts';
import { moduleName } from '../src/machine/names.ts';
import { runTool } from '../src/util/run_tool.ts';
import { definesOf, FIX, type SimulationRun, type Simulator, WAVES } from './simulator.ts';

const PROGRAM = 'simulation.vvp';
const NETLIST = 'netlist.v';

/** Icarus Verilog: interpreted, quick to build; the second opinion. */
export const icarus: Simulator = {
  name: 'icarus',
  run: async (run) => runIcarus(run, await rtlFiles(run.dir), definesOf(run)),
};

/** Icarus Verilog with a netlist, as text, in place of the RTL. */
export function icarusOnNetlist(netlist: string): Simulator {
  return {
    name: 'icarus',
    async run(run) {
      await writeFile(join(run.work, NETLIST), netlist);
      return runIcarus(run, [NETLIST], ['-DNETLIST']);
    },
  };
}

async function runIcarus(
  { dir, work, plus, waves, progress }: SimulationRun,
  design: readonly string[],
  defines: readonly string[],
): Promise<string> {
  const tool = { folder: work, fix: FIX };
  const clock = moduleName(await designName(dir), 'icarus_tb');
  const sources = [...design, ...(await benchSources(dir)), `tb/${clock}.v`];
  progress?.('compiling the simulation with Icarus Verilog');
  await runTool('iverilog', ['-g2005', '-Wall', ...defines, '-s', clock, '-o', PROGRAM, ...sources], tool);
  progress?.('simulating with Icarus Verilog');
  const wave = waves ? ['-fst', `+waves=${WAVES}`] : [];
  return runTool('vvp', ['-n', PROGRAM, ...wave, ...plus], tool);
}
