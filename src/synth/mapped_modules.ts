import { availableParallelism } from 'node:os';
import { inParallel } from '../util/in_parallel.ts';
import type { DesignModules } from './design_modules.ts';
import { type Module, parseNetlist, sourceName } from './netlist.ts';
import { benchOf } from './rtlil.ts';
import { mapScript, OUTPUTS } from './script.ts';
import type { Yosys } from './yosys.ts';

/** What synthesis made of a module. */
export interface MappedModule {
  readonly module: Module;
  /** The same with its memories alone, from before they were mapped; null where it has none. */
  readonly memories: Module | null;
  /** Yosys and its version. */
  readonly tool: string;
}

/** A run of Yosys over some modules. */
export interface MappingJob {
  /** What it maps, in words. */
  readonly title: string;
  readonly run: () => Promise<void>;
}

/** Top module of a run. */
const BENCH = 'modules_to_map';
const INPUT = 'modules.il';
/** Characters of RTLIL of a run: starting one costs as much as mapping some 100 thousand. */
const BATCH = 800_000;
/** Most runs at a time: each takes some 300 MB. */
const MOST_RUNS = 8;

/** Runs of Yosys at a time. */
export function runsAtOnce(): number {
  return Math.min(availableParallelism(), MOST_RUNS);
}

/**
 * Runs that map modules of a design, the largest first; of what is in a module only the ports are read.
 *
 * @param wanted names of modules as Yosys has them
 * @param mapped is given each one that is mapped
 */
export function mappingJobs(
  design: DesignModules,
  wanted: readonly string[],
  yosys: Yosys,
  mapped: (name: string, module: MappedModule) => void,
): MappingJob[] {
  return batchesOf(design, wanted).map((names) => ({
    title: titleOf(names),
    run: async () => {
      const files = new Map([[INPUT, benchOf(design, names, BENCH)]]);
      const texts = await yosys(mapScript(INPUT, BENCH, design.family), files, [OUTPUTS.memories, OUTPUTS.mapped]);
      const [memories, netlist] = texts.map((text) => parseNetlist(text, '', BENCH));
      const tool = toolOf(texts[1]!);
      for (const name of names)
        mapped(name, { module: netlist!.get(name)!, memories: memories!.get(name) ?? null, tool });
    },
  }));
}

/** Runs jobs, as many at a time as the machine has processors for. */
export async function runJobs(jobs: readonly MappingJob[], progress: (line: string) => void): Promise<void> {
  await inParallel(jobs, runsAtOnce(), async ({ title, run }, at) => {
    progress(`synthesizing ${title} (${at + 1} of ${jobs.length})`);
    await run();
  });
}

/** Modules in batches of about the same size, the largest modules first. */
function batchesOf({ modules }: DesignModules, wanted: readonly string[]): string[][] {
  const sizes = new Map(wanted.map((name) => [name, modules.get(name)!.reduce((sum, line) => sum + line.length, 0)]));
  const whole = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const batches = Array.from({ length: Math.max(Math.ceil(whole / BATCH), runsAtOnce()) }, () => ({
    names: [] as string[],
    size: 0,
  }));
  for (const [name, size] of [...sizes].sort(([, a], [, b]) => b - a)) {
    const least = batches.reduce((a, b) => (b.size < a.size ? b : a));
    least.names.push(name);
    least.size += size;
  }
  return batches.map(({ names }) => names).filter(({ length }) => length > 0);
}

/** `adder_tree and 12 others`. */
function titleOf([first, ...others]: readonly string[]): string {
  const name = sourceName(first!);
  return others.length === 0 ? name : `${name} and ${others.length} other${others.length === 1 ? '' : 's'}`;
}

/** `Yosys 0.23 (git sha1 …)` → `Yosys 0.23`. */
function toolOf(netlist: string): string {
  return /"creator": "(Yosys [\w.+-]+)/.exec(netlist)?.[1] ?? 'Yosys';
}
