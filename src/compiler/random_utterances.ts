import { createFrames } from '../data/frames.ts';
import { elementsOf, type Graph, stepsOf } from '../model/graph.ts';
import { Rng } from '../util/rng.ts';
import type { Utterances } from './passes/calibrate.ts';

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

/** Seeded normal values, for a network that comes without data. */
export function randomUtterances(graph: Graph): NetworkData {
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
