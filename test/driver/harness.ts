import { writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { rtlFiles } from '../../src/design/rtl_files.ts';

const HARNESS = fileURLToPath(new URL('harness.cpp', import.meta.url));

/** A design, Verilated together with its C driver. */
export interface Harness {
  /**
   * Runs a script (harness.cpp says which commands there are).
   *
   * @returns what each command answered, the lines behind its name
   */
  run(script: readonly string[], seed: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Designs that the harness is compiled for. */
type HarnessKind = 'layer' | 'streaming' | 'utterance';

/**
 * Compiles the driver of a design directory as strictly as a compiler can, and the RTL with it.
 *
 * @param dir design directory of a design with name `dut` and one element a beat; its memory port has 64 bits
 * @param kind of one layer, or a network that runs step by step or by utterance
 */
export async function buildHarness(
  dir: string,
  dram: boolean,
  channels = 1,
  kind: HarnessKind = 'layer',
): Promise<Harness> {
  const work = await mkdtemp(join(tmpdir(), 'esegen-harness-'));
  const driver = join(work, 'driver.o');
  const strict = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-O2'];
  await execa('gcc', [...strict, '-c', join(dir, 'sw', 'dut_driver.c'), '-o', driver]);
  const sources = (await rtlFiles(dir)).map((file) => resolve(dir, file));
  const flags = [
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
    '-Wno-lint',
    // One file: headers would be read for each of many.
    '-MAKEFLAGS',
    'VM_PARALLEL_BUILDS=0',
    '-MAKEFLAGS',
    'OPT_FAST=-O1',
  ];
  const isNetwork = kind !== 'layer';
  const defines = [
    ...[dram ? ' -DDRAM' : '', channels > 1 ? ' -DCHANNELS' : ''],
    ...[isNetwork ? ' -DNETWORK' : '', kind === 'utterance' ? ' -DUTTERANCE' : ''],
  ].join('');
  const cflags = `-O1 -I${resolve(dir, 'sw')}${defines}`;
  await execa(
    'verilator',
    [...flags, '--top-module', 'dut', '-CFLAGS', cflags, '-Mdir', work, '-o', 'harness', ...sources, HARNESS, driver],
    { env: { MAKEFLAGS: '' } },
  );
  return {
    async run(script, seed) {
      const path = join(work, `script-${(await readdir(work)).length}.txt`);
      writeFileSync(path, `${script.join('\n')}\n`);
      const { stdout, exitCode } = await execa(join(work, 'harness'), [path, `${seed}`], { cwd: dir, reject: false });
      const lines = stdout.split('\n');
      if (exitCode !== 0 || lines.at(-1) !== '@end') {
        throw new Error(`seed ${seed}: the harness ended with ${exitCode}: ${lines.slice(-3).join(' | ')}`);
      }
      return lines.slice(0, -1).map((line) => (line.startsWith('@') ? line : line.slice(line.indexOf(' ') + 1).trim()));
    },
    close: () => rm(work, { recursive: true, force: true }),
  };
}
