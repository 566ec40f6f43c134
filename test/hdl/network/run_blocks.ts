import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { ModulePlan } from '../../../src/hdl/module_plan.ts';
import { registerCopy } from '../../../src/hdl/register_copy.ts';
import { renderModule } from '../../../src/hdl/render.ts';
import { formatMem, type MemImage } from '../../../src/program/mem_image.ts';
import { type FanOut, largestNets } from '../../../src/synth/fan_out.ts';
import { placesOf } from '../../../src/synth/hierarchy.ts';
import { parseNetlist } from '../../../src/synth/netlist.ts';
import { withScratch } from '../../../src/util/scratch.ts';

/** Blocks under test, with a bench around them. */
export interface BlockRun {
  readonly plans: readonly ModulePlan[];
  /** File beside the tests; its module is named as the file. */
  readonly bench: string;
  /** Parameters of the bench. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Macros of the bench. */
  readonly defines?: readonly string[];
  readonly memories?: ReadonlyMap<string, MemImage>;
  /** Text files that the bench reads. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Name of the design in all block tests; benches instantiate blocks by it. */
export const DUT = 'dut';

/** Writes the modules; returns their files. */
function writeSources(dir: string, plans: readonly ModulePlan[]): string[] {
  return plans.map((plan) => {
    const file = `${DUT}_${plan.file}.v`;
    writeFileSync(join(dir, file), renderModule(plan));
    return file;
  });
}

/** Writes the memory files that Yosys reads, whatever they hold. */
function writeMemories(dir: string): void {
  mkdirSync(join(dir, 'mem'));
  const numbered = (kind: string, count: number, digits: number) =>
    Array.from({ length: count }, (_, n) => `${kind}_${String(n).padStart(digits, '0')}`);
  const plain = ['load', 'mac', 'cell', 'store', 'reader', 'axes', 'states', 'ports', 'sigmoid', 'tanh'];
  const lanes = ['weights', 'pointers'].flatMap((kind) => numbered(kind, 64, 4));
  for (const file of [...plain, ...numbered('params', 64, 3), ...lanes]) {
    writeFileSync(join(dir, 'mem', `${DUT}_${file}.mem`), '0\n');
  }
}

/** Runs blocks in Icarus and returns the lines that the bench printed. Warnings of Icarus fail it. */
export async function runBlocks({
  plans,
  bench,
  parameters = {},
  defines = [],
  memories,
  files = {},
}: BlockRun): Promise<string[]> {
  return withScratch(async (dir) => {
    const sources = writeSources(dir, plans);
    const path = fileURLToPath(new URL(`${bench}.v`, import.meta.url));
    writeFileSync(join(dir, `${bench}.v`), readFileSync(path));
    mkdirSync(join(dir, 'mem'));
    for (const [name, image] of memories ?? []) writeFileSync(join(dir, 'mem', name), formatMem(image));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    const set = Object.entries(parameters).map(([name, value]) => `-P${bench}.${name}=${value}`);
    const flags = ['-g2005', '-Wall', '-Wno-timescale', ...defines.map((name) => `-D${name}`), ...set];
    const compiled = await execa('iverilog', [...flags, '-s', bench, '-o', 'bench.vvp', ...sources, `${bench}.v`], {
      cwd: dir,
      all: true,
    });
    if (compiled.all !== '') throw new Error(compiled.all);
    const { all } = await execa('vvp', ['-n', 'bench.vvp'], { cwd: dir, all: true });
    return all.split('\n').filter((line) => line !== '');
  });
}

/** What Verilator -Wall, Icarus -Wall and Yosys say about blocks, each with all below it; nothing, where they are clean. */
export async function lintBlocks(plans: readonly ModulePlan[], top: string): Promise<string[]> {
  return withScratch(async (dir) => {
    const sources = writeSources(dir, plans);
    const runs = [
      ['verilator', '--lint-only', '-Wall', '--top-module', top, ...sources],
      ['iverilog', '-g2005', '-Wall', '-t', 'null', '-s', top, ...sources],
    ] as const;
    const findings: string[] = [];
    for (const [program, ...args] of runs) {
      const { all, failed } = await execa(program, args, { cwd: dir, all: true, reject: false });
      if (failed || all !== '') findings.push(`${program}: ${all}`);
    }
    writeMemories(dir);
    const script = [`read_verilog ${sources.join(' ')}`, `hierarchy -check -top ${top}`, 'proc', 'check -assert'];
    const latches = 'select -assert-none t:$dlatch t:$adlatch t:$dlatchsr t:$sr';
    const { all, failed } = await execa('yosys', ['-q', '-p', [...script, latches].join('; ')], {
      ...{ cwd: dir, all: true, reject: false },
    });
    if (failed || all !== '') findings.push(`yosys: ${all}`);
    return findings;
  });
}

/** The largest nets of a block with all below it, mapped for UltraScale with its hierarchy kept. */
export async function fanOutOf(plans: readonly ModulePlan[], top: string): Promise<FanOut> {
  return withScratch(async (dir) => {
    const sources = writeSources(dir, plans);
    writeMemories(dir);
    const synth = `synth_xilinx -family xcu -top ${top} -noiopad -noclkbuf`;
    const script = [`read_verilog ${sources.join(' ')}`, synth, 'write_json mapped.json'];
    await execa('yosys', ['-q', '-p', script.join('; ')], { cwd: dir });
    const netlist = parseNetlist(readFileSync(join(dir, 'mapped.json'), 'utf8'), top);
    return largestNets(netlist, top, placesOf(netlist, top));
  });
}

/** Registers of a signal with many loads. */
export function copies(): ModulePlan {
  const plan = registerCopy();
  return { ...plan, values: { ...plan.values, name: DUT } };
}

/** The memory of all blocks; those that have it set its parameters. */
export function sdpRam(): ModulePlan {
  return { block: 'sdp_ram', file: 'sdp_ram', values: { name: DUT, width: 16, depth: 64, block: 0 } };
}
