import type { Config } from '../machine/config.ts';
import { elementsOf, type Graph, stepsOf } from '../model/graph.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import type { FloatResult, FloatStates } from '../model/reference/float_network.ts';
import { EsegenError } from '../util/errors.ts';
import { encodeNpy } from '../util/npy.ts';
import { quoteName } from '../util/quote_name.ts';
import type { Progress } from '../util/report.ts';
import { checkDistinct, makeFolderTarget, writeFiles } from '../util/write_files.ts';
import type { Layout } from './run/array_reading.ts';
import { type Engine, type SaturatedVector, saturatedVectors } from './run/engine.ts';
import { type InputSet, isFolder, lengthsOf, readInputSets } from './run/input_sets.ts';
import type { NamedPath } from './run/named_path.ts';
import { openEngine, type RunEngine } from './run/open_engine.ts';
import { checkArrayTarget, outputFiles, outputTargets, targetPaths } from './run/output_files.ts';
import { readStates, stateFiles, stateTargets } from './run/states.ts';
import { outputArrays, readUtterances, type UtteranceSet } from './run/utterances.ts';

/** What to run. */
export interface RunOptions {
  /** Model file, or design directory. */
  readonly path: string;
  /**
   * Arrays of float32 or float64, laid out as the model's users do: an `.npy` for each input; or one `.npz` with an array each, and
   * `lengths`; or one folder of `.npy` files, each run by itself.
   */
  readonly inputs: readonly NamedPath[];
  readonly engine: RunEngine;
  /** To write, float64: an `.npy` for each output that is wanted; or one `.npz` for all; or a folder for each, where inputs are one. */
  readonly out: readonly NamedPath[];
  /** What the axes in front are, where an array can be read in two ways. */
  readonly layout?: Layout | undefined;
  /** Steps of each voice, outputs behind them are zero; or of utterances one behind the other. Default those of the model, else all. */
  readonly lengths?: readonly number[] | undefined;
  /** `.npy` of states that voices start from, by the model's names or as `node.part`. */
  readonly states?: readonly NamedPath[] | undefined;
  /** `.npy` to write of states that they end with, likewise. */
  readonly stateOut?: readonly NamedPath[] | undefined;
  /** What the user says of the model file. */
  readonly model?: ImportOptions | undefined;
  /** A config, or the path of one: for the golden model of a model file. */
  readonly config?: string | Config | undefined;
  /** Calibration frames, likewise; default as in `build`. */
  readonly calibrate?: string | undefined;
  /** Called at the begin of each long stage. */
  readonly progress?: Progress | undefined;
}

/** What was run. */
export interface RunResult {
  readonly engine: RunEngine;
  readonly utterances: number;
  /** Steps of all utterances. */
  readonly steps: number;
  /** Outputs and the elements of a step of each. */
  readonly outputs: readonly { readonly name: string; readonly elements: number }[];
  /** Shares of the values beyond the formats of vectors, largest first. */
  readonly saturated: readonly SaturatedVector[];
  /** On what saturated notably, a line each. */
  readonly warnings: readonly string[];
  /** Nodes of the file that are not part of the network. */
  readonly outside: Graph['outside'];
}

/** Most values that the outputs of a set may have: 1 GiB. */
const OUTPUT_LIMIT = 2 ** 27;

/**
 * Runs a model utterance by utterance, and writes its outputs. Nothing is written where it fails.
 *
 * @throws EsegenError where an input is not valid, the engine cannot run the model, or a file cannot be written
 */
export function run(options: RunOptions): RunResult {
  const { path, inputs, engine, progress = () => {} } = options;
  progress('read');
  const { engine: opened, warnings } = openEngine(options, progress);
  const { graph } = opened;
  const sources = [path, ...[...inputs, ...(options.states ?? [])].map((file) => file.path)];
  for (const file of [options.calibrate, options.config, options.model?.layers]) {
    if (typeof file === 'string') sources.push(file);
  }
  const inFolder = inputs.length === 1 && inputs[0]!.name === null && isFolder(inputs[0]!.path);
  const targets = outputTargets(graph, options.out, inFolder, sources);
  const stateOut = stateTargets(graph, options.stateOut ?? []);
  for (const target of stateOut.values()) checkArrayTarget(target, sources);
  checkDistinct([...targetPaths(targets), ...stateOut.values()]);
  if (inFolder && (stateOut.size > 0 || (options.states ?? []).length > 0 || options.lengths !== undefined)) {
    throw new EsegenError(inputs[0]!.path, 'is a folder, whose files have no common states or lengths', 'Run one file');
  }

  const files = new Map<string, Uint8Array>();
  let [utterances, steps] = [0, 0];
  for (const set of readInputSets(graph, inputs)) {
    progress(set.file === null ? `run ${engine}` : `run ${engine} ${set.file}`);
    const voices = readUtterances(graph, set.arrays, options.layout, lengthsOf(set, options.lengths));
    const states = readStates(graph, options.states ?? [], voices.utterances.length);
    const results = runUtterances(opened, voices, states);
    const arrays = outputArrays(
      graph,
      voices,
      results.map((result) => result.outputs),
    );
    for (const [file, bytes] of outputFiles(targets, arrays, set.file, outputLengths(graph, set, results))) {
      files.set(file, bytes);
    }
    for (const [file, array] of stateFiles(
      stateOut,
      results.map((result) => result.states),
    )) {
      files.set(file, encodeNpy(array, file));
    }
    utterances += voices.utterances.length;
    for (const length of voices.lengths) steps += length;
  }
  if (targets.kind === 'folders') for (const folder of targets.paths.values()) makeFolderTarget(folder);
  writeFiles(files);
  const outputs = graph.outputs.map(({ name, tensor }) => ({ name, elements: elementsOf(graph.tensors.get(tensor)!) }));
  return {
    ...{ engine, utterances, steps, outputs, outside: graph.outside },
    saturated: saturatedVectors(opened),
    warnings: warnings(inputs.map((file) => file.path).join(', ')),
  };
}

function runUtterances(
  engine: Engine,
  { utterances, lengths, voiceSteps }: UtteranceSet,
  states: readonly FloatStates[] | null,
): readonly FloatResult[] {
  const { graph } = engine;
  for (const { name, tensor: id } of graph.outputs) {
    const tensor = graph.tensors.get(id)!;
    const all = lengths.reduce((sum, length) => sum + stepsOf(tensor, voiceSteps ?? length), 0) * elementsOf(tensor);
    if (all <= OUTPUT_LIMIT) continue;
    throw new EsegenError(
      `output ${quoteName(name)}`,
      `would have ${all} values, at most ${OUTPUT_LIMIT} are supported`,
      'Run fewer at once',
    );
  }
  return utterances.map((inputs, n) => engine.run(inputs, { states: states?.[n] }));
}

/** Steps of the first output with time, utterance by utterance, for an archive of utterances with lengths. */
function outputLengths(graph: Graph, set: InputSet, results: readonly FloatResult[]): readonly number[] | null {
  const output = graph.outputs.find(({ tensor }) => graph.tensors.get(tensor)!.time !== null);
  if (set.lengths === null || output === undefined) return null;
  return results.map(({ outputs }) => outputs.get(output.tensor)!.frames);
}
