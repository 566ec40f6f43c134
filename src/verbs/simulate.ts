import { cosimulate } from '../../sim-verilator/cosimulate.ts';
import { synthesizeNetlist } from '../../sim-verilator/netlist.ts';
import type { SimulatorName } from '../../sim-verilator/simulator.ts';
import type { ArrayLoad } from '../../sim-verilator/steady_state.ts';
import { type SpreadUtterances, spreadUtterances } from '../../sim-verilator/stimuli.ts';
import { createFrames, type Frames, frameAt } from '../data/frames.ts';
import { SignalNoise } from '../data/signal_noise.ts';
import { loadDesign } from '../design/load_design.ts';
import type { SaturationReport } from '../golden/saturation.ts';
import { FloatLstm } from '../model/reference/float_lstm.ts';
import type { StackedLayer } from '../model/stacked_layer.ts';
import { checkHasMemory, checkOptions, checkTargets } from './simulation/check_options.ts';
import { dumpOutputs } from './simulation/dump.ts';
import { quantizeFrames, randomUtterances, readInput } from './simulation/input_frames.ts';
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
  readonly utterances: number;
  /** Time steps: batches of frames of all voices that are not over. */
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

/** The double-precision model, utterance by utterance. */
function runFloat(layer: StackedLayer, utterances: readonly Frames[]): readonly Frames[] {
  return utterances.map((frames) => {
    const lstm = new FloatLstm(layer);
    const out = createFrames(frames.frames, layer.outputs);
    for (let t = 0; t < frames.frames; t++) lstm.step(frameAt(frames, t), frameAt(out, t));
    return out;
  });
}

/** Frames [T, P] in the order in which the design answers, utterance by utterance; those that are missing are zeros. */
function byUtterance(
  answered: Int16Array,
  width: number,
  { answers }: SpreadUtterances,
  utterances: readonly Frames[],
): readonly Frames[] {
  const result = utterances.map(({ frames }) => createFrames(frames, width));
  for (const [at, { utterance, step }] of answers.entries()) {
    frameAt(result[utterance]!, step).set(answered.subarray(at * width, (at + 1) * width));
  }
  return result;
}

/** Signal to quantization-noise ratio of integers with `frac` fraction bits against reals. */
function signalNoise(reals: readonly Frames[], integers: readonly Frames[], frac: number): SignalNoise {
  const noise = new SignalNoise();
  for (const [utterance, { data }] of reals.entries()) {
    const got = integers[utterance]!.data;
    for (let i = 0; i < data.length; i++) noise.addPair(data[i]!, got[i]! / 2 ** frac);
  }
  return noise;
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
  const graph = loaded.readGraph();
  const sets =
    options.input === undefined
      ? [randomUtterances(options.frames ?? DEFAULT_FRAMES, dimensions, seed, formats)]
      : readInput(options.input, graph, options, formats);
  const reals = sets.flatMap(({ utterances }) => utterances);
  const integers = reals.map((utterance) => quantizeFrames(utterance, formats));
  const spread = spreadUtterances(integers, dimensions.channels);

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
  const cosim = await cosimulate(loaded.dir, design, spread.stimuli, {
    ...run,
    ...(options.waves === undefined ? {} : { waves: options.waves }),
  });
  const float = runFloat(loaded.readModel().layer, reals);
  const outputsOf = (answered: Int16Array) => byUtterance(answered, dimensions.outputs, spread, reals);
  const golden = outputsOf(cosim.golden);
  if (options.dump !== undefined) {
    dumpOutputs(options.dump, graph, sets, [
      { name: 'rtl_y', dtype: 'int16', utterances: outputsOf(cosim.rtl) },
      { name: 'golden_y', dtype: 'int16', utterances: golden },
      { name: 'float_y', dtype: 'float64', utterances: float },
    ]);
  }

  const differences = [...cosim.differences];
  if (cosim.mismatches > 0 && !options.netlist) {
    const { inside } = await cosimulate(loaded.dir, design, spread.stimuli, { ...run, checkpoints: true });
    if (inside !== null) differences.push(inside);
  }
  const { steady, saturation } = cosim;
  for (const { data } of reals) saturation.addInputs(data);
  const report = saturation.report();
  return {
    saturation: report,
    warnings: saturationWarnings(report, options.input ?? 'random frames'),
    simulator: cosim.simulator,
    netlist: options.netlist ?? false,
    utterances: reals.length,
    frames: cosim.frames,
    comparedWords: cosim.comparedWords,
    mismatches: cosim.mismatches,
    cycles: cosim.cycles,
    firstFrameCycles: cosim.firstFrameCycles,
    cyclesPerFrame: steady.cyclesPerFrame,
    idealCyclesPerFrame: loaded.report.nonZeros / (dimensions.groups * dimensions.lanes),
    sqnrDb: signalNoise(float, golden, formats.yFrac).db,
    load:
      steady.load === null ? null : { ...steady.load, queueHighWater: cosim.stats.at(-1)?.counters?.highWater ?? 0 },
    differences,
  };
}
