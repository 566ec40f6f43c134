import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { MemoryBehaviour } from '../../../sim-verilator/simulator.ts';
import { EsegenError } from '../../util/errors.ts';
import { checkFileTarget, checkFolderTarget } from '../../util/write_files.ts';
import { inputPaths } from './input_frames.ts';
import type { SimulateOptions } from './options.ts';

function checkMemory({ latency, bandwidth, stalls, fault }: MemoryBehaviour): void {
  if (latency !== undefined && !(Number.isInteger(latency) && latency >= 1 && latency <= 10_000)) {
    throw new EsegenError('--memory-latency', `expected a whole number from 1 to 10000, got ${latency}`);
  }
  if (bandwidth !== undefined && !(bandwidth >= 0.01 && bandwidth <= 1)) {
    throw new EsegenError('--memory-bandwidth', `expected beats in a cycle, from 0.01 to 1, got ${bandwidth}`);
  }
  if (stalls !== undefined && !(stalls >= 0 && stalls <= 0.95)) {
    throw new EsegenError('--memory-stalls', `expected a probability from 0 to 0.95, got ${stalls}`);
  }
  if (fault !== undefined && !(Number.isInteger(fault.beat) && fault.beat >= 0 && fault.beat < 2 ** 31)) {
    throw new EsegenError('memory.fault.beat', `expected a whole number from 0 to 2147483647, got ${fault.beat}`);
  }
}

/** Refuses a behaviour of external memory for a design that has none. */
export function checkHasMemory(dir: string, hasMemory: boolean, memory: MemoryBehaviour): void {
  const given = Object.entries(memory).find(([, value]) => value !== undefined);
  if (hasMemory || given === undefined) return;
  throw new EsegenError(
    `--memory-${given[0]}`,
    `${dir} has its weights on chip`,
    'Leave the option out, or build the design with "weights": "dram"',
  );
}

/** Refuses what a netlist cannot do. */
function checkNetlist({ simulator, memory }: SimulateOptions): void {
  if (simulator === 'verilator') {
    throw new EsegenError('--netlist', 'runs in icarus, not in verilator', 'Leave out --simulator');
  }
  if (memory?.fault !== undefined) {
    throw new EsegenError('memory.fault', 'a netlist does not show how its memory fails', 'Run the RTL');
  }
}

/** Refuses options out of their range. */
export function checkOptions(options: SimulateOptions): void {
  const { input, frames, seed, stalls, memory } = options;
  checkMemory(memory ?? {});
  if (options.netlist) checkNetlist(options);
  for (const option of ['layout', 'lengths'] as const) {
    if (input === undefined && options[option] !== undefined) {
      throw new EsegenError(`--${option}`, 'says how frames are read, and there are none', 'Name them with --input');
    }
  }
  if (frames !== undefined && !(Number.isSafeInteger(frames) && frames >= 1)) {
    throw new EsegenError('--frames', `expected a whole number of at least 1, got ${frames}`);
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new EsegenError('--seed', `expected a whole number, got ${seed}`);
  }
  if (stalls !== undefined && !(stalls >= 0 && stalls <= 0.95)) {
    throw new EsegenError('--stalls', `expected a probability from 0 to 0.95, got ${stalls}`);
  }
}

/** Refuses places for results before the simulation, not after it. */
export function checkTargets({ input, waves, dump: dir }: SimulateOptions): void {
  if (waves !== undefined) {
    checkFileTarget(
      waves,
      inputPaths(input).map(({ path }) => path),
    );
  }
  if (dir === undefined) return;
  checkFolderTarget(dir);
  for (const { path } of inputPaths(input)) {
    const isDumped = /^(rtl|golden|float)_y/.test(basename(path));
    if (!isDumped || !existsSync(path) || !existsSync(dir)) continue;
    if (dirname(realpathSync(path)) !== realpathSync(dir)) continue;
    throw new EsegenError(
      path,
      `is an input of this command, which --dump ${dir} would overwrite`,
      'Name another folder',
    );
  }
}
