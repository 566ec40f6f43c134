import { join } from 'node:path';
import { type CosimResult, cosimulate } from '../../sim-verilator/cosimulate.ts';
import { synthesizeNetlist } from '../../sim-verilator/netlist.ts';
import type { SimulatorName } from '../../sim-verilator/simulator.ts';
import type { ArrayLoad } from '../../sim-verilator/steady_state.ts';
import { sideBySide } from '../../sim-verilator/stimuli.ts';
import { createFrames, type Frames, frameAt } from '../data/frames.ts';
import { SignalNoise } from '../data/signal_noise.ts';
import { type LoadedDesign, loadDesign } from '../design/load_design.ts';
import type { SaturationReport } from '../golden/saturation.ts';
import { FloatLstm } from '../model/reference/float_lstm.ts';
import type { StackedLayer } from '../model/stacked_layer.ts';
import { writeNpy } from '../util/npy.ts';
import { makeFolderTarget } from '../util/write_files.ts';
import { checkHasMemory, checkOptions, checkTargets } from './simulation/check_options.ts';
import { randomFrames, readFrames } from './simulation/input_frames.ts';
import type { SimulateOptions } from './simulation/options.ts';
import { saturationWarnings } from './warnings.ts';

/** What is counted inside the RTL: per frame in steady state, and the largest level of an activation queue. */
export interface RtlLoad extends ArrayLoad {
  readonly queueHighWater: number;
}

/** What `simulate` found. */
export interface SimulateResult {
  /** What saturated in the golden model; x where the frames were reals. */
  readonly saturation: SaturationReport;
  /** On what saturated notably, a line each. */
  readonly warnings: readonly string[];
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
  /** Signal to quantization-noise ratio of y against the double-precision model on the same inputs, dB; null without noise or signal. */
  readonly sqnrDb: number | null;
  /** What is counted inside the RTL; null for a netlist. */
  readonly load: RtlLoad | null;
  /** The first differences, one line each. */
  readonly differences: readonly string[];
}

const DEFAULT_FRAMES = 8;

/** The double-precision model over voices that run side by side: row t * channels + c is frame t of voice c. */
function runFloat(layer: StackedLayer, frames: Frames, channels: number): Frames {
  const out = createFrames(frames.frames, layer.outputs);
  for (let channel = 0; channel < channels; channel++) {
    const lstm = new FloatLstm(layer);
    for (let row = channel; row < frames.frames; row += channels) lstm.step(frameAt(frames, row), frameAt(out, row));
  }
  return out;
}

/** Signal to quantization-noise ratio of integers with `frac` fraction bits against reals. */
function signalNoise(reals: Float64Array, integers: Int16Array, frac: number): SignalNoise {
  const noise = new SignalNoise();
  for (let i = 0; i < reals.length; i++) noise.addPair(reals[i]!, integers[i]! / 2 ** frac);
  return noise;
}

function dump(dir: string, { golden, rtl }: CosimResult, float: Frames, loaded: LoadedDesign): void {
  const { channels, outputs } = loaded.design.dimensions;
  const steps = float.frames / channels;
  const shape = channels === 1 ? [steps, outputs] : [steps, channels, outputs];
  makeFolderTarget(dir);
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
  const { steady, saturation } = cosim;
  saturation.addInputs(input.reals.data);
  const report = saturation.report();
  return {
    saturation: report,
    warnings: saturationWarnings(report, options.input ?? 'random frames'),
    simulator: cosim.simulator,
    netlist: options.netlist ?? false,
    frames: cosim.frames,
    comparedWords: cosim.comparedWords,
    mismatches: cosim.mismatches,
    cycles: cosim.cycles,
    firstFrameCycles: cosim.firstFrameCycles,
    cyclesPerFrame: steady.cyclesPerFrame,
    idealCyclesPerFrame: loaded.report.nonZeros / (dimensions.groups * dimensions.lanes),
    sqnrDb: signalNoise(float.data, cosim.golden, formats.yFrac).db,
    load:
      steady.load === null ? null : { ...steady.load, queueHighWater: cosim.stats.at(-1)?.counters?.highWater ?? 0 },
    differences,
  };
}
