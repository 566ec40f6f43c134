import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bordersPath, readUtteranceSteps } from '../../data/frame_sets.ts';
import { readNpz } from '../../data/npz.ts';
import type { Graph } from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import { causeOf } from '../../util/file_error.ts';
import { readNpy } from '../../util/npy.ts';
import { quoteName, quoteNames } from '../../util/quote_name.ts';
import { statPath } from '../../util/stat_path.ts';
import { matchNames, type NamedPath } from './named_path.ts';
import type { GivenLengths, InputArray } from './utterances.ts';

/** Arrays of all inputs, which are run together. */
export interface InputSet {
  /** File of a folder; null where there is no folder. */
  readonly file: string | null;
  /** By name of the input. */
  readonly arrays: ReadonlyMap<string, InputArray>;
  /** Those of an archive. */
  readonly lengths: GivenLengths | null;
  /** Those of a JSON file beside an `.npy`. */
  readonly borders: GivenLengths | null;
}

/** Whether a path is a folder, whose files are run one by one. */
export function isFolder(path: string): boolean {
  return statPath(path)?.isDirectory() === true;
}

/**
 * Reads the inputs: an `.npy` each, beside which a JSON file of the same stem may have its utterances,
 * `{"strings": [{"steps": 44}, …]}`; one `.npz` with an array each, and `lengths`; or one folder of `.npy` files.
 *
 * @returns sets in the order of their files' names; each is read when it is its turn
 * @throws EsegenError where files are missing or do not fit
 */
export function* readInputSets(graph: Graph, inputs: readonly NamedPath[]): Generator<InputSet> {
  const [first] = inputs;
  if (inputs.length === 1 && first!.name === null && isFolder(first!.path)) {
    yield* folderSets(graph, first!.path);
  } else if (inputs.length === 1 && first!.name === null && first!.path.toLowerCase().endsWith('.npz')) {
    yield archiveSet(graph, first!.path);
  } else {
    const files = matchNames('--input', 'an input', inputs, graph.inputs);
    const arrays = [...files].map(([{ name }, path]): [string, InputArray] => [name, { path, array: readNpy(path) }]);
    yield { file: null, arrays: new Map(arrays), lengths: null, borders: bordersOf([...files.values()]) };
  }
}

/**
 * Lengths of the utterances of a set: those of an archive, those of the file beside an `.npy`, or those that the user gives.
 *
 * @throws EsegenError where there are two of them
 */
export function lengthsOf({ lengths, borders }: InputSet, given?: readonly number[]): GivenLengths | null {
  if (given === undefined) return lengths ?? borders;
  if (lengths !== null) throw new EsegenError('--lengths', 'the archive has lengths', 'Leave them out');
  if (borders !== null) throw new EsegenError('--lengths', `${borders.where} has lengths`, 'Leave them out');
  return { where: '--lengths', lengths: given, divided: null };
}

/** Utterance borders beside the arrays of the inputs: those of one of them, or the same of several. */
function bordersOf(paths: readonly string[]): GivenLengths | null {
  let found: GivenLengths | null = null;
  for (const path of paths) {
    const lengths = path.toLowerCase().endsWith('.npy') ? readUtteranceSteps(path) : null;
    if (lengths === null) continue;
    const where = bordersPath(path);
    if (found !== null && String(found.lengths) !== String(lengths)) {
      throw new EsegenError(where, `has other utterances than ${found.where}`, 'Give the borders beside one input');
    }
    found ??= { where, lengths, divided: path };
  }
  return found;
}

function* folderSets(graph: Graph, folder: string): Generator<InputSet> {
  const [port] = graph.inputs;
  if (graph.inputs.length !== 1) {
    const names = quoteNames(graph.inputs.map(({ name }) => name));
    throw new EsegenError(
      folder,
      `is a folder, but the model has several inputs: ${names}`,
      'Give an .npz with an array each',
    );
  }
  for (const file of arraysIn(folder)) {
    const path = join(folder, file);
    yield { file, arrays: new Map([[port!.name, { path, array: readNpy(path) }]]), lengths: null, borders: null };
  }
}

/**
 * Names of the `.npy` files of a folder, sorted.
 *
 * @throws EsegenError where there are none
 */
export function arraysIn(folder: string): readonly string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new EsegenError(folder, `cannot be read (${causeOf(error)})`, 'Check the path and its permissions');
  }
  const files = names.filter((name) => name.endsWith('.npy')).sort();
  if (files.length === 0)
    throw new EsegenError(folder, 'holds no .npy files', 'Name a folder with an array an utterance');
  return files;
}

function archiveSet(graph: Graph, path: string): InputSet {
  const arrays = new Map(readNpz(path));
  const lengths = arrays.get('lengths');
  const isInput = (name: string) => graph.inputs.some((port) => port.name === name);
  if (!isInput('lengths')) arrays.delete('lengths');
  const [single] = graph.inputs;
  const named = [...arrays].map(([name, array]): [string, InputArray] => {
    const place = { path: `${path}: ${quoteName(name)}`, array };
    if (isInput(name)) return [name, place];
    if (graph.inputs.length === 1 && arrays.size === 1) return [single!.name, place];
    const names = quoteNames(graph.inputs.map((port) => port.name));
    throw new EsegenError(place.path, `is no input of the model; expected ${names}, and lengths`);
  });
  if (lengths === undefined || isInput('lengths'))
    return { file: null, arrays: new Map(named), lengths: null, borders: null };
  const where = `${path}: lengths`;
  if (lengths.shape.length !== 1) throw new EsegenError(where, `expected one axis, got [${lengths.shape.join(', ')}]`);
  const given = { where, lengths: [...lengths.data], divided: null };
  return { file: null, arrays: new Map(named), lengths: given, borders: null };
}
