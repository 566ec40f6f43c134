import { readFile } from 'node:fs/promises';
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

/** What Verilator said, by the texts that it read. */
const verdicts = new Map<string, Promise<Findings>>();

/**
 * Verilator -Wall: the top module, and every module by itself with the parameters it has by default. Modules that are the same in several
 * designs, with all below them, are linted once: designs of one name share most of theirs.
 */
export async function verilatorLint(dir: string): Promise<Findings> {
  const files = await rtlFiles(dir);
  const texts = new Map<string, string>();
  for (const file of files) texts.set(moduleOf(file), await readFile(join(dir, file), 'utf8'));
  const findings: string[] = [];
  for (const name of texts.keys()) {
    const below = modulesBelow(name, texts);
    const key = below.map((module) => texts.get(module)!).join('\0');
    let verdict = verdicts.get(key);
    if (verdict === undefined) {
      const sources = files.filter((file) => below.includes(moduleOf(file)));
      const args = ['--lint-only', '-Wall', '--top-module', name, ...sources];
      verdict = runSilent(dir, 'verilator', args, `verilator ${name}`);
      verdicts.set(key, verdict);
    }
    findings.push(...(await verdict));
  }
  return findings;
}

/** A module and all that it instantiates, directly or not: those whose names stand in its code. */
function modulesBelow(top: string, texts: ReadonlyMap<string, string>): string[] {
  const found = new Set([top]);
  for (const module of found) {
    const code = texts.get(module)!.replace(/\/\/.*/g, '');
    for (const [word] of code.matchAll(/\w+/g)) if (texts.has(word)) found.add(word);
  }
  return [...found];
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
