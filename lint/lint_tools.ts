import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { benchSources, moduleOf, rtlFiles } from '../src/design/rtl_files.ts';
import { moduleName } from '../src/machine/names.ts';

/** What a tool said about a design: nothing, where it is clean. */
export type Findings = readonly string[];

/** Lines that a program prints, on both outputs, and whether it failed. */
async function run(
  dir: string,
  program: string,
  args: readonly string[],
): Promise<{ lines: string[]; failed: boolean }> {
  const { all, failed, code } = await execa(program, args, { cwd: dir, all: true, reject: false });
  if (code === 'ENOENT') throw new Error(`${program} not found; install it`);
  return { lines: all.split('\n').filter((line) => line.trim() !== ''), failed };
}

/** All that a silent program printed. */
async function runSilent(dir: string, program: string, args: readonly string[], what: string): Promise<Findings> {
  const { lines, failed } = await run(dir, program, args);
  return failed && lines.length === 0 ? [`${what}: failed`] : lines.map((line) => `${what}: ${line}`);
}

/** Names of the modules of a design, by their files; the top module is the last one. */
async function moduleNames(dir: string): Promise<string[]> {
  return (await rtlFiles(dir)).map(moduleOf);
}

/**
 * Verilator -Wall: every module by itself with the parameters it has by default, the top module among them, in one run: below a module that
 * has an instance of each, of which nothing is connected.
 */
export async function verilatorLint(dir: string): Promise<Findings> {
  const modules = await moduleNames(dir);
  const all = `${modules.at(-1)!}_all`;
  const instances = modules.map((name) => `    ${name} u_${name} ();`);
  const text = ['/* verilator lint_off PINMISSING */', `module ${all};`, ...instances, 'endmodule', ''].join('\n');
  return withTemporary(async (folder) => {
    const file = join(folder, `${all}.v`);
    await writeFile(file, text);
    const args = ['--lint-only', '-Wall', '--top-module', all, ...(await rtlFiles(dir)), file];
    return runSilent(dir, 'verilator', args, 'verilator');
  });
}

async function withTemporary<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'esegen-lint-'));
  try {
    return await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Icarus -Wall (Verilog-2005): the top module, and the bench around it. */
export async function icarusLint(dir: string): Promise<Findings> {
  const files = await rtlFiles(dir);
  const top = (await moduleNames(dir)).at(-1)!;
  const clock = moduleName(top, 'icarus_tb');
  const flags = ['-g2005', '-Wall', '-t', 'null'];
  return [
    ...(await runSilent(dir, 'iverilog', [...flags, '-s', top, ...files], 'iverilog')),
    ...(await runSilent(
      dir,
      'iverilog',
      [...flags, '-s', clock, ...files, ...(await benchSources(dir)), `tb/${clock}.v`],
      'iverilog with the bench',
    )),
  ];
}

/** Yosys: hierarchy and netlist checks without a warning, and no latch. */
export async function yosysLint(dir: string): Promise<Findings> {
  const top = (await moduleNames(dir)).at(-1)!;
  const script = [
    `read_verilog ${(await rtlFiles(dir)).join(' ')}`,
    `hierarchy -check -top ${top}`,
    'proc',
    'check -assert',
    'select -assert-none t:$dlatch t:$adlatch t:$dlatchsr t:$sr',
  ];
  const { lines, failed } = await run(dir, 'yosys', ['-q', '-p', script.join('; ')]);
  const findings = lines.map((line) => `yosys: ${line}`);
  return failed && findings.length === 0 ? ['yosys: failed'] : findings;
}
