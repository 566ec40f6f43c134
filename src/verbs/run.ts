import { compileForAnyPart } from '../compiler/compile.ts';
import { readCalibration } from '../data/frame_sets.ts';
import { createFrames, type Frames, frameAt } from '../data/frames.ts';
import { loadDesign } from '../design/design_dir.ts';
import { GoldenModel } from '../golden/array.ts';
import { Saturation, type SaturationReport } from '../golden/saturation.ts';
import { type Config, parseConfig, readConfig } from '../machine/config.ts';
import { checkCellClip, hardwareModel } from '../model/import/hardware_model.ts';
import { importModel } from '../model/import/read_model.ts';
import { ESE_CELL, type InitialState, type LstmModel, type TrainedModel } from '../model/lstm.ts';
import { FloatModel } from '../model/reference/float_model.ts';
import type { Design } from '../program/design.ts';
import { EsegenError } from '../util/errors.ts';
import { encodeNpy, type NpyArray, readNpy } from '../util/npy.ts';
import type { Progress } from '../util/report.ts';
import { statPath } from '../util/stat_path.ts';
import { checkFileTarget, writeFiles } from '../util/write_files.ts';
import { quantizeFrames } from './simulation/input_frames.ts';

/** What computes: the double-precision model, or the golden model in integers. */
export const RUN_ENGINES = ['float', 'golden'] as const;
export type RunEngine = (typeof RUN_ENGINES)[number];

/** What to run. */
export interface RunOptions {
  /** Model file, or design directory. */
  readonly path: string;
  /** Frames, `.npy` of float32 or float64: one voice [T, I], or a batch [T, B, I]. */
  readonly input: string;
  readonly engine: RunEngine;
  /** `.npy` to write, float64: [T, P] or [T, B, P], as the input; outputs of both directions side by side. */
  readonly out: string;
  /** A config, or the path of one: for the golden model of a model file. */
  readonly config?: string | Config | undefined;
  /** Calibration frames, likewise; default as in `build`. */
  readonly calibrate?: string | undefined;
  /** Frames of each voice, [B]; outputs behind them are zero. Default those of the model, else T. */
  readonly lengths?: readonly number[] | undefined;
  /** Initial y and c, `.npy`, [D, P] and [D, H] or [D, B, P] and [D, B, H] for D layers times directions; float engine only. */
  readonly initialY?: string | undefined;
  readonly initialC?: string | undefined;
  /** Called at the begin of each long stage. */
  readonly progress?: Progress | undefined;
}

/** What was run. */
export interface RunResult {
  readonly engine: RunEngine;
  readonly frames: number;
  readonly voices: number;
  readonly outputs: number;
  /** What saturated in the golden model; null where the float model ran. */
  readonly saturation: SaturationReport | null;
}

/** Most values that a result may have: 1 GiB. */
const OUTPUT_LIMIT = 2 ** 27;

/** Runs one voice; `states` by layer and direction. */
type Engine = (frames: Frames, length: number, states: readonly InitialState[] | null) => Frames;

/** A model that can be run. */
interface Runnable {
  readonly model: TrainedModel;
  readonly engine: Engine;
  readonly saturation: () => SaturationReport | null;
}

/**
 * Runs a model on frames, voice by voice, and writes its outputs. Nothing is written where it fails.
 *
 * @throws EsegenError where an input is not valid, the golden model cannot run the model, or `out` cannot be written
 */
export function run(options: RunOptions): RunResult {
  const { path, input, engine, out, progress = () => {} } = options;
  const named = [input, options.calibrate, options.initialY, options.initialC].filter((file) => file !== undefined);
  checkFileTarget(out, [path, ...named, ...(typeof options.config === 'string' ? [options.config] : [])]);
  progress('read');
  const { model, engine: runVoice, saturation } = open(options, progress);
  const { frames, voices, batched } = readBatch(input, model);
  const lengths = lengthsOf(model, options.lengths, frames[0]!.frames, voices);
  const states = readStates(model, options, voices);
  const outputs = model.layers.at(-1)!.reduce((sum, { layer }) => sum + layer.outputs, 0);
  const steps = frames[0]!.frames;
  if (steps * voices * outputs > OUTPUT_LIMIT) {
    throw new EsegenError(
      input,
      `makes ${steps} x ${voices} x ${outputs} outputs, at most ${OUTPUT_LIMIT} are supported`,
    );
  }

  progress(`run ${engine}`);
  const data = new Float64Array(steps * voices * outputs);
  for (const [voice, x] of frames.entries()) {
    const y = runVoice(x, lengths[voice]!, states?.[voice] ?? null);
    for (let t = 0; t < steps; t++) data.set(frameAt(y, t), (t * voices + voice) * outputs);
  }
  const shape = batched ? [steps, voices, outputs] : [steps, outputs];
  writeFiles(new Map([[out, encodeNpy({ dtype: 'float64', shape, data }, out)]]));
  return { engine, frames: steps, voices, outputs, saturation: saturation() };
}

function open({ path, engine, config, calibrate, initialY, initialC }: RunOptions, progress: Progress): Runnable {
  const stat = statPath(path);
  if (stat === undefined) throw new EsegenError(path, 'does not exist', 'Name a model file or a design directory');
  if (engine === 'golden' && (initialY !== undefined || initialC !== undefined)) {
    throw new EsegenError('initial states', 'the hardware starts from zeros', 'Use the float engine');
  }
  if (stat.isDirectory()) {
    if (config !== undefined)
      throw new EsegenError('--config', `${path} is a design and has its config`, 'Leave it out');
    if (calibrate !== undefined)
      throw new EsegenError('--calibrate', `${path} is a design and has its number formats`, 'Leave it out');
    const { design, readModel } = loadDesign(path);
    const model = trained(readModel());
    return engine === 'golden' ? golden(model, design) : float(model);
  }
  const { graph, model } = importModel(path);
  if (engine === 'float') {
    if (config === undefined && calibrate === undefined) return float(model);
    throw new EsegenError('--config, --calibrate', 'have no effect on the float engine', 'Leave them out');
  }
  if (config === undefined) {
    const fix = 'Name a config with --config, or a design directory';
    throw new EsegenError(path, 'the golden model needs number formats, which a model file has not', fix);
  }
  const { layer } = hardwareModel(path, graph);
  const parsed = typeof config === 'string' ? readConfig(config) : parseConfig(config, 'config');
  const calibration = readCalibration(path, calibrate, layer.inputs);
  const { design, report } = compileForAnyPart(layer, parsed, calibration, progress);
  checkCellClip(path, graph, report.peaks.c);
  return golden(model, design);
}

/** A model of the hardware as the file it could have come from. */
function trained({ layer, outputLayer }: LstmModel): TrainedModel {
  const direction = { layer, cell: ESE_CELL, reverse: false, initial: null };
  return { layers: [[direction]], outputLayer, stateInput: null, sequenceLengths: null };
}

function float(model: TrainedModel): Runnable {
  const reference = new FloatModel(model);
  return {
    model,
    engine: (frames, length, states) => reference.run(frames, states === null ? { length } : { length, states }),
    saturation: () => null,
  };
}

/** Outputs as reals: integers over a power of two, exact. */
function golden(model: TrainedModel, design: Design): Runnable {
  const saturation = new Saturation();
  const machine = new GoldenModel(design, null, saturation);
  const { formats, dimensions } = design;
  const unit = 2 ** -formats.yFrac;
  const engine: Engine = (frames, length) => {
    const x = quantizeFrames(frames, formats);
    const y = createFrames(frames.frames, dimensions.outputs);
    saturation.addInputs(frames.data.subarray(0, length * frames.width), formats);
    machine.reset();
    for (let t = 0; t < length; t++) {
      const step = machine.step(x.data.subarray(t * x.width, (t + 1) * x.width));
      const row = frameAt(y, t);
      for (let n = 0; n < row.length; n++) row[n] = step[n]! * unit;
    }
    return y;
  };
  return { model, engine, saturation: () => saturation.report(formats) };
}

function isFloats(array: NpyArray): array is NpyArray & { readonly dtype: 'float32' | 'float64' } {
  return array.dtype === 'float32' || array.dtype === 'float64';
}

/** The frames of every voice. */
function readBatch(path: string, model: TrainedModel) {
  const array = readNpy(path);
  const inputs = model.layers[0]![0]!.layer.inputs;
  const { shape } = array;
  const batched = shape.length === 3;
  const [steps = 0] = shape;
  const voices = batched ? shape[1]! : 1;
  if (!isFloats(array) || (shape.length !== 2 && !batched) || shape.at(-1) !== inputs || steps < 1 || voices < 1) {
    const got = `${array.dtype} [${shape.join(', ')}]`;
    throw new EsegenError(
      path,
      `expected frames [T, ${inputs}] or [T, B, ${inputs}] of float32 or float64, got ${got}`,
    );
  }
  const frames = Array.from({ length: voices }, (_, voice) => {
    const own = createFrames(steps, inputs);
    for (let t = 0; t < steps; t++) {
      const at = (t * voices + voice) * inputs;
      own.data.set(array.data.subarray(at, at + inputs), t * inputs);
    }
    return own;
  });
  return { frames, voices, batched };
}

/** Frames of each voice: as given, or as the model fixes them. */
function lengthsOf(
  { sequenceLengths }: TrainedModel,
  given: readonly number[] | undefined,
  steps: number,
  voices: number,
): readonly number[] {
  if (given !== undefined && sequenceLengths !== null) {
    throw new EsegenError('--lengths', 'the model fixes the lengths of its utterances', 'Leave it out');
  }
  const lengths = given ?? sequenceLengths ?? new Array<number>(voices).fill(steps);
  const where = given === undefined ? 'sequence lengths of the model' : '--lengths';
  if (lengths.length !== voices || lengths.some((n) => !Number.isInteger(n) || n < 0 || n > steps)) {
    const what = `expected ${voices} lengths from 0 to ${steps} frames`;
    throw new EsegenError(where, `${what}, got ${lengths.slice(0, 8).join(', ')}${lengths.length > 8 ? ', …' : ''}`);
  }
  return lengths;
}

/** Initial states by voice, then by layer and direction; null where none are given. */
function readStates(
  model: TrainedModel,
  { initialY, initialC }: RunOptions,
  voices: number,
): readonly (readonly InitialState[])[] | null {
  if (initialY === undefined && initialC === undefined) return null;
  if (initialY === undefined || initialC === undefined) {
    throw new EsegenError('initial states', 'expected both y and c', 'Give --initial-y and --initial-c');
  }
  const directions = model.layers.flat();
  const { outputs, cells } = directions[0]!.layer;
  if (directions.some(({ layer }) => layer.outputs !== outputs || layer.cells !== cells)) {
    throw new EsegenError('initial states', 'the layers of the model differ in size, so one array cannot hold them');
  }
  const y = readState(initialY, directions.length, voices, outputs);
  const c = readState(initialC, directions.length, voices, cells);
  return Array.from({ length: voices }, (_, voice) =>
    directions.map((_direction, n) => ({ y: y(n, voice), c: c(n, voice) })),
  );
}

/** Gives the state of a direction and voice. */
function readState(path: string, directions: number, voices: number, size: number) {
  const array = readNpy(path);
  const { shape } = array;
  const fits = shape[0] === directions && shape.at(-1) === size;
  const batched = shape.length === 3 && shape[1] === voices;
  if (!isFloats(array) || !fits || !(batched || (shape.length === 2 && voices === 1))) {
    const what = `expected float32 or float64 [${directions}, ${voices}, ${size}]`;
    throw new EsegenError(path, `${what}, got ${array.dtype} [${shape.join(', ')}]`);
  }
  return (direction: number, voice: number) => {
    const at = (direction * voices + voice) * size;
    return array.data.subarray(at, at + size);
  };
}
