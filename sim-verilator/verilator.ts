import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { benchSources, designName, rtlFiles } from '../src/design/rtl_files.ts';
import { moduleName } from '../src/machine/names.ts';
import { causeOf } from '../src/util/file_error.ts';
import { runTool } from '../src/util/run_tool.ts';
import { withScratch } from '../src/util/scratch.ts';
import { boundariesOf } from './boundaries.ts';
import { cacheFolder, ProgramCache } from './program_cache.ts';
import { definesOf, FIX, type SimulationRun, type Simulator, WAVES } from './simulator.ts';
import { linkDesign } from './workplace.ts';

const PROGRAM = 'simulation';

/** Verilator's name for the compiled design. */
const PREFIX = 'Vbench';

const FLAGS = [
  '--cc',
  '--exe',
  '-O3',
  '--x-assign',
  'fast',
  '--x-initial',
  'fast',
  '--noassert',
  // Buses of many parts would be concatenated piece by piece, in time that grows with the square of the parts.
  '-fno-dfg',
  // Lookup tables have other names in every instance, so instances would not share their code.
  '-fno-table',
  '--output-split-cfuncs',
  '500',
];

const MAKE_FLAGS = [
  '-j2',
  // Code that runs once is not optimized.
  'OPT_FAST=-O1',
  'OPT_SLOW=-O0',
  // Verilator's makefile refuses to work in a folder with a space in its path, though it uses no path but relative ones.
  'CURDIR=.',
];

/**
 * Bytes of C++ that are compiled as one file. Verilator writes a file or more for each kind of module, 40 to 400 of them, and to read
 * the headers for each took three quarters of the compiler's time.
 */
const BATCH = 4 * 2 ** 20;

/** Whether a file that Verilator wrote holds code that runs once. */
function isSlow(file: string): boolean {
  return /__(Slow|ConstPool_\d+|Syms(__\d+)?)\.cpp$/.test(file);
}

/**
 * Writes few C++ files into a folder that include many.
 *
 * @param files names in the folder
 * @returns names of those that were written, without their ending
 */
function writeBatches(folder: string, kind: string, files: readonly string[]): string[] {
  const batches: string[][] = [];
  let room = 0;
  for (const file of files) {
    if (room <= 0) {
      batches.push([]);
      room = BATCH;
    }
    batches.at(-1)!.push(file);
    room -= statSync(join(folder, file)).size;
  }
  return batches.map((batch, at) => {
    const name = `${kind}_${at}`;
    writeFileSync(join(folder, `${name}.cpp`), batch.map((file) => `#include "${file}"\n`).join(''));
    return name;
  });
}

/** Compiles the C++ that Verilator wrote into a folder, what runs once apart from the rest. */
async function compileBatches(folder: string): Promise<void> {
  const sources = readdirSync(folder).filter((file) => file.startsWith(PREFIX) && file.endsWith('.cpp'));
  const fast = writeBatches(
    folder,
    'fast',
    sources.filter((file) => !isSlow(file)),
  );
  const slow = writeBatches(folder, 'slow', sources.filter(isSlow));
  const classes = [`VM_CLASSES_FAST=${fast.join(' ')}`, `VM_CLASSES_SLOW=${slow.join(' ')}`];
  const parts = [...classes, 'VM_SUPPORT_FAST=', 'VM_SUPPORT_SLOW=', 'VM_PARALLEL_BUILDS=1'];
  const args = ['-f', `${PREFIX}.mk`, ...MAKE_FLAGS, ...parts, PROGRAM];
  await runTool('make', args, { folder, env: { MAKEFLAGS: '' }, fix: FIX });
}

/** Compiles the simulation of a design in a folder of its own, and returns what `keep` makes of the program. */
function compile(
  dir: string,
  name: string,
  sources: readonly string[],
  trace: boolean,
  defines: readonly string[],
  keep: (program: string) => string,
): Promise<string> {
  return withScratch(async (folder) => {
    linkDesign(dir, folder);
    await writeFile(join(folder, 'boundaries.vlt'), boundariesOf(name));
    const top = ['--top-module', moduleName(name, 'bench'), '--prefix', PREFIX];
    const options = [...FLAGS, ...defines, ...(trace ? ['--trace-fst'] : []), '-Wno-fatal', '-Wno-lint', ...top];
    const files = ['-Mdir', '.', '-o', PROGRAM, 'boundaries.vlt', ...sources];
    await runTool('verilator', [...options, ...files], { folder, fix: FIX });
    await compileBatches(folder);
    return keep(join(folder, PROGRAM));
  });
}

/** The program of a design: kept from an earlier run, or compiled. Returns its path. */
async function programOf(run: SimulationRun): Promise<string> {
  const { dir, work, waves, progress, notice } = run;
  const defines = definesOf(run);
  const version = await runTool('verilator', ['--version'], { folder: work, fix: FIX });
  const name = await designName(dir);
  const sources = [...(await rtlFiles(dir)), ...(await benchSources(dir)), 'tb/main.cpp'];
  const hash = createHash('sha256').update(
    `${version}\n${waves}\n${[...FLAGS, ...MAKE_FLAGS, ...defines].join(' ')}\n${boundariesOf(name)}`,
  );
  for (const file of sources) hash.update(`${file}\n`).update(await readFile(join(dir, file)));
  const key = hash.digest('hex').slice(0, 32);
  const folder = cacheFolder();
  const cache = folder === null ? null : new ProgramCache(folder);
  const kept = cache?.find(key);
  if (kept) return kept;
  progress?.('compiling the simulation with Verilator (kept for the next run)');
  return compile(dir, name, sources, waves, defines, (program) => {
    try {
      if (cache !== null) return cache.store(key, program);
      notice?.('neither XDG_CACHE_HOME nor HOME is an absolute path: the compiled simulation is not kept');
    } catch (error) {
      notice?.(`${folder}: the compiled simulation cannot be kept there (${causeOf(error)})`);
    }
    copyFileSync(program, join(work, PROGRAM));
    return join(work, PROGRAM);
  });
}

/** Verilator: compiled; the fast path. */
export const verilator: Simulator = {
  name: 'verilator',
  async run(run) {
    const program = await programOf(run);
    run.progress?.('simulating with Verilator');
    const args = [...(run.waves ? [`+waves=${WAVES}`] : []), ...run.plus];
    return runTool(program, args, { folder: run.work, fix: FIX });
  },
};
