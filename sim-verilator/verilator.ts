import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { benchSources, designName, rtlFiles } from '../src/design/rtl_files.ts';
import { moduleName } from '../src/machine/names.ts';
import { boundariesOf } from './boundaries.ts';
import { type BenchArguments, plusArguments, programError, type Simulator } from './simulator.ts';

const FIX = 'Build the design again; if it persists, report the design';

const FLAGS = [
  '--cc',
  '--exe',
  '--build',
  '-j',
  '2',
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
  // Code that runs once is not optimized.
  '-MAKEFLAGS',
  'OPT_FAST=-O1',
  '-MAKEFLAGS',
  'OPT_SLOW=-O0',
];

/**
 * Folder of built simulations. They depend on RTL and bench alone (memory images are read when they run), so designs of one name that
 * differ in weights only share one, if these are on chip; of external memory the RTL has length and CRC.
 */
function cacheDir(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'esegen', 'verilator');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Builds the simulation of a design, or finds it built. Returns the program's path. */
async function buildSimulation(dir: string, trace: boolean): Promise<string> {
  const { stdout: version } = await execa('verilator', ['--version']).catch((error) => {
    throw programError('verilator', error, FIX);
  });
  const name = await designName(dir);
  const boundaries = boundariesOf(name);
  const sources = [...(await rtlFiles(dir)), ...(await benchSources(dir)), 'tb/main.cpp'];
  const hash = createHash('sha256').update(`${version}\n${trace}\n${FLAGS.join(' ')}\n${boundaries}`);
  for (const file of sources) hash.update(`${file}\n`).update(await readFile(join(dir, file)));
  const program = join(cacheDir(), hash.digest('hex').slice(0, 32));
  if (await exists(program)) return program;

  const work = await mkdtemp(join(tmpdir(), 'esegen-verilator-'));
  try {
    const boundariesFile = join(work, 'boundaries.vlt');
    await writeFile(boundariesFile, boundaries);
    await execa(
      'verilator',
      [
        ...FLAGS,
        ...(trace ? ['--trace-fst'] : []),
        '-Wno-fatal',
        '-Wno-lint',
        '--top-module',
        moduleName(name, 'bench'),
        '--prefix',
        'Vbench',
        '-Mdir',
        work,
        '-o',
        'simulation',
        boundariesFile,
        ...sources.map((file) => resolve(dir, file)),
      ],
      { env: { MAKEFLAGS: '' } },
    ).catch((error) => {
      throw programError('verilator', error, FIX);
    });
    await mkdir(cacheDir(), { recursive: true });
    // Into the cache by rename, so that a concurrent build never sees half a program.
    const staged = `${program}.${process.pid}`;
    await execa('cp', [join(work, 'simulation'), staged]);
    await rename(staged, program);
    return program;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Verilator: compiled; the fast path. */
export const verilator: Simulator = {
  name: 'verilator',
  async run(dir: string, bench: BenchArguments, waves?: string): Promise<string> {
    const program = await buildSimulation(dir, waves !== undefined);
    const args = [...(waves === undefined ? [] : [`+waves=${resolve(waves)}`]), ...plusArguments(bench)];
    const { stdout } = await execa(program, args, { cwd: dir }).catch((error) => {
      throw programError('simulation', error, FIX);
    });
    return stdout;
  },
};
