import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Utterances } from '../../compiler/passes/calibrate.ts';
import { type NetworkData, randomUtterances } from '../../compiler/random_utterances.ts';
import type { Graph } from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import { readNpy } from '../../util/npy.ts';
import { type Layout, readArray } from './array_reading.ts';
import { lengthsOf, readInputSets } from './input_sets.ts';
import type { NamedPath } from './named_path.ts';
import { readUtterances } from './utterances.ts';

/**
 * Data for a network, as the inputs of `run`: an `.npy` with its borders, an `.npz` with lengths, or a folder.
 *
 * @throws EsegenError where a file is not valid, or does not fit the network
 */
export function readNetworkData(graph: Graph, files: readonly NamedPath[], layout?: Layout): NetworkData {
  const utterances: Utterances[number][] = [];
  const lengths: number[] = [];
  for (const set of readInputSets(graph, files)) {
    const read = readUtterances(graph, set.arrays, layout, lengthsOf(set));
    utterances.push(...read.utterances);
    lengths.push(...read.lengths);
  }
  const steps = lengths.reduce((sum, length) => sum + length, 0);
  const count = lengths.length === 1 ? '1 utterance' : `${lengths.length} utterances`;
  const names = files.map(({ path }) => path).join(', ');
  return { utterances, lengths, origin: `${names} (${steps} frames, ${count})` };
}

/**
 * Calibration data: the files that were named, `calibration.npy` beside the model if it fits, or seeded normal values.
 *
 * @param model path of the model
 * @throws EsegenError as {@link readNetworkData}
 */
export function readNetworkCalibration(model: string, named: string | undefined, graph: Graph): NetworkData {
  if (named !== undefined) return readNetworkData(graph, [{ name: null, path: named }]);
  const beside = join(dirname(model), 'calibration.npy');
  if (!existsSync(beside)) return randomUtterances(graph);
  if (fits(graph, beside)) return readNetworkData(graph, [{ name: null, path: beside }]);
  const random = randomUtterances(graph);
  return { ...random, origin: `${random.origin} (${beside} does not fit the inputs)` };
}

function fits(graph: Graph, path: string): boolean {
  const [port] = graph.inputs;
  if (graph.inputs.length !== 1) return false;
  const array = readNpy(path);
  try {
    readArray(path, array, port!, graph.tensors.get(port!.tensor)!);
    return true;
  } catch (error) {
    if (error instanceof EsegenError) return false;
    throw error;
  }
}
