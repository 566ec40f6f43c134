import type { PortValues } from '../../sim-verilator/network_stimuli.ts';
import { createFrames, type Frames } from '../data/frames.ts';
import { SignalNoise } from '../data/signal_noise.ts';
import { openDesign } from './opened/open_design.ts';
import type { HardwarePort, RtlRun } from './opened/opened_design.ts';
import { toReals, type Values } from './run/host_parts.ts';
import { checkHasMemory, checkOptions, checkTargets } from './simulation/check_options.ts';
import { type DumpedOutput, dumpOutputs } from './simulation/dump.ts';
import { inputPaths, randomUtterances, readInput } from './simulation/input_frames.ts';
import type { SimulateOptions } from './simulation/options.ts';

/** Signal to quantization-noise ratio of an output against double precision on the same inputs. */
export interface OutputNoise {
  readonly name: string;
  /** dB; null without noise or signal. */
  readonly sqnrDb: number | null;
}

/** What `simulate` found. */
export interface SimulateResult extends Omit<RtlRun, 'golden' | 'rtl' | 'warnings'> {
  /** On what saturated notably, a line each. */
  readonly warnings: readonly string[];
  /** Whether a netlist was run. */
  readonly netlist: boolean;
  readonly utterances: number;
  readonly outputs: readonly OutputNoise[];
}

const DEFAULT_FRAMES = 8;

/**
 * Runs the RTL of a design directory against the golden model, word by word, on frames or on seeded random ones. What the host computes
 * before the hardware runs in double precision. Where words of a one-layer design differ, the run is repeated with checkpoints inside
 * it, and the first difference there is reported too (not for a netlist, which has none).
 *
 * @throws EsegenError for a damaged directory, bad input, a missing simulator or Yosys, a design that stalls or whose netlist
 *   is too large
 */
export async function simulate(dir: string, options: SimulateOptions = {}): Promise<SimulateResult> {
  checkOptions(options);
  checkTargets(options);
  const design = openDesign(dir);
  const { memory = {}, input, seed = 1, stalls = 0, netlist = false } = options;
  checkHasMemory(dir, design.hasMemory, memory);
  const paths = inputPaths(input);
  const sets =
    paths.length === 0
      ? [randomUtterances(design, options.frames ?? DEFAULT_FRAMES, seed)]
      : readInput(paths, design, options);
  const before = sets.flatMap(({ utterances }) => utterances.map((values) => design.before(values)));
  const { simulator, waves, progress, notice } = options;
  const run = await design.cosimulate(before, { simulator, netlist, seed, stalls, memory, waves, progress, notice });
  const exact = before.map((values) => design.exact(values));
  if (options.dump !== undefined) {
    const sources = design.outputs.flatMap((output, n) => {
      return dumpedOf(output, design.outputs.length === 1 ? '' : String(n), run, exact);
    });
    dumpOutputs(options.dump, sets, sources);
  }
  const { golden, rtl: _rtl, warnings, ...found } = run;
  return {
    ...found,
    warnings: warnings(paths.length === 0 ? 'random frames' : paths.map(({ path }) => path).join(', ')),
    netlist,
    utterances: before.length,
    outputs: design.outputs.map((output) => ({ name: output.port.name, sqnrDb: noiseOf(output, golden, exact) })),
  };
}

function dumpedOf(output: HardwarePort, number: string, { rtl, golden }: RtlRun, exact: readonly Values[]) {
  const { port, tensor } = output;
  const integers = (values: PortValues) => asFrames(values.get(port.name)!, port.elements);
  const sources: DumpedOutput[] = [
    { name: `rtl_y${number}`, output, dtype: 'int16', utterances: rtl.map(integers) },
    { name: `golden_y${number}`, output, dtype: 'int16', utterances: golden.map(integers) },
    { name: `float_y${number}`, output, dtype: 'float64', utterances: exact.map((values) => values.get(tensor.id)!) },
  ];
  return sources;
}

function asFrames(values: Int16Array, width: number): Frames {
  const frames = createFrames(values.length / width, width);
  frames.data.set(values);
  return frames;
}

function noiseOf({ port, tensor }: HardwarePort, golden: readonly PortValues[], exact: readonly Values[]) {
  const noise = new SignalNoise();
  for (const [n, values] of exact.entries()) {
    noise.add(values.get(tensor.id)!.data, toReals(golden[n]!.get(port.name)!, port).data);
  }
  return noise.db;
}
