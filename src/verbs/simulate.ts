import { join } from 'node:path';
import { type CosimResult, cosimulate } from '../../sim-verilator/cosimulate.ts';
import { synthesizeNetlist } from '../../sim-verilator/netlist.ts';
import type { MemoryBehaviour, SimulatorName } from '../../sim-verilator/simulator.ts';
import type { ArrayLoad } from '../../sim-verilator/steady_state.ts';
import { sideBySide } from '../../sim-verilator/stimuli.ts';
import { createFrames, type Frames, frameAt, type IntegerFrames } from '../data/frames.ts';
import { type LoadedDesign, loadDesign } from '../design/design_dir.ts';
import type { Formats } from '../machine/formats.ts';
import type { LstmLayer } from '../model/lstm.ts';
import { FloatLstm } from '../model/reference/float_lstm.ts';
import type { Dimensions } from '../program/dimensions.ts';
import { EsegenError } from '../util/errors.ts';
import { quantize } from '../util/fixed.ts';
import { readNpy, writeNpy } from '../util/npy.ts';
import type { Report } from '../util/report.ts';
import { Rng } from '../util/rng.ts';
import { checkFileTarget, checkFolderTarget, makeFolder } from '../util/write_files.ts';

/** What `simulate` runs, and how. */
export interface SimulateOptions extends Report {
  /** Frames, `.npy` [T, I], with several channels [T, B, I]: float32/float64, rounded on the way in, or int16 in the design's format. Default: seeded random frames. */
  readonly input?: string | undefined;
  /** Default verilator; icarus for a netlist. */
  readonly simulator?: SimulatorName | undefined;
  /** Synthesizes the design to gates with Yosys, and runs the netlist in place of the RTL. */
  readonly netlist?: boolean | undefined;
  /** Number of frames; default all of `input`, or 8 random ones. */
  readonly frames?: number | undefined;
  /** Seed of random frames and stalls; default 1. */
  readonly seed?: number | undefined;
  /** Probability of an idle input cycle and of output back-pressure, 0 to below 1; default 0. */
  readonly stalls?: number | undefined;
  /** How external memory behaves, for a design with its weights there. */
  readonly memory?: MemoryBehaviour | undefined;
  /** File that gets the waves (FST). */
  readonly waves?: string | undefined;
  /** Directory that gets rtl_y.npy, golden_y.npy (int16) and float_y.npy (float64), [T, P] each, with several channels [T, B, P]. */
  readonly dump?: string | undefined;
}

/** What is counted inside the RTL: per frame in steady state, and the largest level of an activation queue. */
export interface RtlLoad extends ArrayLoad {
  readonly queueHighWater: number;
}

/** What `simulate` found. */
export interface SimulateResult {
  readonly simulator: SimulatorName;
  /** Whether a netlist was run. */
  readonly netlist: boolean;
  readonly frames: number;
  readonly comparedWords: number;
  readonly mismatches: number;
  /** Cycles from reset to the last output word. */
  readonly cycles: number;
  /** Cycles from reset to the end of the first time step. */
  readonly firstFrameCycles: number;
  /** Cycles from one output frame to the next in steady state. */
  readonly cyclesPerFrame: number;
  /** Weights that are not zero over the number of PEs: what the array would take if it never waited. */
  readonly idealCyclesPerFrame: number;
  /** Signal to quantization-noise ratio of y against the double-precision model on the same inputs, dB. */
  readonly sqnrDb: number;
  /** What is counted inside the RTL; null for a netlist. */
  readonly load: RtlLoad | null;
  /** The first differences, one line each. */
  readonly differences: readonly string[];
}

const DEFAULT_FRAMES = 8;

/** Frames in integers and in reals: the reals are what the integers were rounded from, where there were any. */
interface InputFrames {
  readonly integers: IntegerFrames;
  readonly reals: Frames;
}

/** Frames of integers, with their reals. */
function fromIntegers(data: Int16Array, width: number, { xFrac }: Formats): InputFrames {
  const frames = data.length / width;
  const reals = createFrames(frames, width);
  for (let i = 0; i < data.length; i++) reals.data[i] = data[i]! / 2 ** xFrac;
  return { integers: { frames, width, data }, reals };
}

/** Rounds frames to the format of x. */
export function quantizeFrames(frames: Frames, { xFrac, vectorBits }: Formats): IntegerFrames {
  const data = Int16Array.from(frames.data, (v) => quantize(v, xFrac, vectorBits));
  return { frames: frames.frames, width: frames.width, data };
}

function randomFrames(count: number, width: number, seed: number, formats: Formats): InputFrames {
  const rng = new Rng(seed);
  const reals = createFrames(count, width);
  for (let i = 0; i < reals.data.length; i++) reals.data[i] = rng.normal();
  return fromIntegers(quantizeFrames(reals, formats).data, width, formats);
}

function readFrames(
  path: string,
  { inputs: width, channels }: Dimensions,
  limit: number | undefined,
  formats: Formats,
): InputFrames {
  const array = readNpy(path);
  const expected = channels === 1 ? ['T', width] : ['T', channels, width];
  const [rows = 0] = array.shape;
  const fits = array.shape.length === expected.length && expected.slice(1).every((n, i) => n === array.shape[i + 1]);
  if (!fits || rows < 1) {
    throw new EsegenError(path, `expected frames of shape [${expected.join(', ')}], got [${array.shape.join(', ')}]`);
  }
  const frames = limit === undefined ? rows : Math.min(rows, limit);
  if (limit !== undefined && limit > rows) {
    throw new EsegenError(path, `holds ${rows} frames, ${limit} were asked for`, 'Ask for fewer with --frames');
  }
  const length = frames * channels * width;
  if (array.dtype === 'int16') {
    const data = array.data.slice(0, length);
    const bound = 2 ** (formats.vectorBits - 1);
    const wide = data.findIndex((v) => v < -bound || v >= bound);
    if (wide >= 0) {
      throw new EsegenError(path, `element ${wide} is ${data[wide]}, expected ${formats.vectorBits}-bit integers`);
    }
    return fromIntegers(data, width, formats);
  }
  if (array.dtype === 'int32') {
    throw new EsegenError(path, 'expected float32, float64 or int16, got int32', 'Convert the frames');
  }
  const reals = { frames: frames * channels, width, data: Float64Array.from(array.data.subarray(0, length)) };
  return { integers: quantizeFrames(reals, formats), reals };
}

/** The double-precision model over voices that run side by side: row t * channels + c is frame t of voice c. */
function runFloat(layer: LstmLayer, frames: Frames, channels: number): Frames {
  const out = createFrames(frames.frames, layer.outputs);
  for (let channel = 0; channel < channels; channel++) {
    const lstm = new FloatLstm(layer);
    for (let row = channel; row < frames.frames; row += channels) lstm.step(frameAt(frames, row), frameAt(out, row));
  }
  return out;
}

/** Signal to quantization-noise ratio in dB of integers with `frac` fraction bits against reals; Infinity for no noise. */
export function sqnrDb(real: Float64Array, integers: Int16Array, frac: number): number {
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < real.length; i++) {
    signal += real[i]! ** 2;
    noise += (real[i]! - integers[i]! / 2 ** frac) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

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
function checkHasMemory(dir: string, { dram }: Dimensions, memory: MemoryBehaviour): void {
  const given = Object.entries(memory).find(([, value]) => value !== undefined);
  if (dram || given === undefined) return;
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

function checkOptions(options: SimulateOptions): void {
  const { frames, seed, stalls, memory } = options;
  checkMemory(memory ?? {});
  if (options.netlist) checkNetlist(options);
  if (frames !== undefined && !(Number.isInteger(frames) && frames >= 1)) {
    throw new EsegenError('--frames', `expected a whole number of at least 1, got ${frames}`);
  }
  if (seed !== undefined && !Number.isInteger(seed)) {
    throw new EsegenError('--seed', `expected a whole number, got ${seed}`);
  }
  if (stalls !== undefined && !(stalls >= 0 && stalls <= 0.95)) {
    throw new EsegenError('--stalls', `expected a probability from 0 to 0.95, got ${stalls}`);
  }
}

/** Refuses places for results before the simulation, not after it. */
function checkTargets({ input, waves, dump: dir }: SimulateOptions): void {
  if (waves !== undefined) checkFileTarget(waves, input === undefined ? [] : [input]);
  if (dir !== undefined) checkFolderTarget(dir);
}

function dump(dir: string, { golden, rtl }: CosimResult, float: Frames, loaded: LoadedDesign): void {
  const { channels, outputs } = loaded.design.dimensions;
  const steps = float.frames / channels;
  const shape = channels === 1 ? [steps, outputs] : [steps, channels, outputs];
  makeFolder(dir);
  writeNpy(join(dir, 'rtl_y.npy'), { dtype: 'int16', shape, data: rtl });
  writeNpy(join(dir, 'golden_y.npy'), { dtype: 'int16', shape, data: golden });
  writeNpy(join(dir, 'float_y.npy'), { dtype: 'float64', shape, data: float.data });
}

/**
 * Runs the RTL of a design directory against the golden model, word by word. Where they differ, the run is repeated with
 * checkpoints inside the design, and the first difference there is reported too (not for a netlist, which has none).
 *
 * @throws EsegenError for a damaged directory, bad input, a missing simulator or Yosys, a design that stalls or whose netlist
 *   is too large
 */
export async function simulate(dir: string, options: SimulateOptions = {}): Promise<SimulateResult> {
  checkOptions(options);
  checkTargets(options);
  const loaded = loadDesign(dir);
  const { design } = loaded;
  const { formats, dimensions } = design;
  checkHasMemory(dir, dimensions, options.memory ?? {});
  const seed = options.seed ?? 1;
  const input =
    options.input === undefined
      ? randomFrames((options.frames ?? DEFAULT_FRAMES) * dimensions.channels, dimensions.inputs, seed, formats)
      : readFrames(options.input, dimensions, options.frames, formats);
  const stimuli = sideBySide(input.integers, dimensions.channels);

  const { progress, notice } = options;
  if (options.netlist) progress?.('synthesizing the netlist with Yosys');
  const run = {
    progress,
    notice,
    simulator: options.simulator ?? (options.netlist ? ('icarus' as const) : ('verilator' as const)),
    ...(options.netlist ? { netlist: await synthesizeNetlist(loaded) } : {}),
    seed,
    stalls: options.stalls ?? 0,
    memory: options.memory ?? {},
  };
  const cosim = await cosimulate(loaded.dir, design, stimuli, {
    ...run,
    ...(options.waves === undefined ? {} : { waves: options.waves }),
  });
  const float = runFloat(loaded.readModel().layer, input.reals, dimensions.channels);
  if (options.dump !== undefined) dump(options.dump, cosim, float, loaded);

  const differences = [...cosim.differences];
  if (cosim.mismatches > 0 && !options.netlist) {
    const { inside } = await cosimulate(loaded.dir, design, stimuli, { ...run, checkpoints: true });
    if (inside !== null) differences.push(inside);
  }
  const { steady } = cosim;
  return {
    simulator: cosim.simulator,
    netlist: options.netlist ?? false,
    frames: cosim.frames,
    comparedWords: cosim.comparedWords,
    mismatches: cosim.mismatches,
    cycles: cosim.cycles,
    firstFrameCycles: cosim.firstFrameCycles,
    cyclesPerFrame: steady.cyclesPerFrame,
    idealCyclesPerFrame: loaded.report.nonZeros / (dimensions.groups * dimensions.lanes),
    sqnrDb: sqnrDb(float.data, cosim.golden, formats.yFrac),
    load:
      steady.load === null ? null : { ...steady.load, queueHighWater: cosim.stats.at(-1)?.counters?.highWater ?? 0 },
    differences,
  };
}
