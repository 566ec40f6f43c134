import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Utterances } from '../../compiler/passes/calibrate.ts';
import { createFrames } from '../../data/frames.ts';
import { elementsOf, type Graph, stepsOf } from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import { readNpy } from '../../util/npy.ts';
import { Rng } from '../../util/rng.ts';
import { type Layout, readArray } from './array_reading.ts';
import { lengthsOf, readInputSets } from './input_sets.ts';
import type { NamedPath } from './named_path.ts';
import { readUtterances } from './utterances.ts';

/** Utterances for the formats of a network. */
export interface NetworkData {
  readonly utterances: Utterances;
  /** Steps of each. */
  readonly lengths: readonly number[];
  /** Where they come from, for the summary. */
  readonly origin: string;
}

/** Least steps of random data that every layer sees. */
const RANDOM_STEPS = 64;
/** Most steps of random data. */
const RANDOM_STEPS_LIMIT = 2 ** 14;
/** Random utterances for a network that has one value an utterance, so that the peak of its outputs is not that of one try. */
const RANDOM_UTTERANCES = 16;
const RANDOM_SEED = 20170222;

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
  if (!existsSync(beside)) return randomData(graph);
  if (fits(graph, beside)) return readNetworkData(graph, [{ name: null, path: beside }]);
  const random = randomData(graph);
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

function randomData(graph: Graph): NetworkData {
  const rng = new Rng(RANDOM_SEED);
  const tensors = [...graph.tensors.values()];
  const isShort = (steps: number) =>
    tensors.some((tensor) => tensor.time !== null && stepsOf(tensor, steps) < RANDOM_STEPS);
  let steps = RANDOM_STEPS;
  while (isShort(steps) && steps < RANDOM_STEPS_LIMIT) steps *= 2;
  const count = tensors.some(({ time }) => time === null) ? RANDOM_UTTERANCES : 1;
  const utterances = Array.from({ length: count }, () => {
    const inputs = graph.inputs.map(({ tensor: id }) => {
      const tensor = graph.tensors.get(id)!;
      const frames = createFrames(stepsOf(tensor, steps), elementsOf(tensor));
      for (let i = 0; i < frames.data.length; i++) frames.data[i] = rng.normal();
      return [id, frames] as const;
    });
    return new Map(inputs);
  });
  const origin = `${count * steps} seeded normal frames${count === 1 ? '' : `, ${count} utterances`}`;
  return { utterances, lengths: Array<number>(count).fill(steps), origin };
}
