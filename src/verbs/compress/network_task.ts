import { dirname } from 'node:path';
import type { CalibrationSet } from '../../data/calibration_set.ts';
import { readFrameSet, utterancesOf } from '../../data/frame_sets.ts';
import { createFrames, type Frames } from '../../data/frames.ts';
import { elementsOf, type Graph } from '../../model/graph.ts';
import { FloatNetwork } from '../../model/reference/float_network.ts';
import type { WordErrors } from '../../speech/ctc.ts';
import { EsegenError } from '../../util/errors.ts';
import { ctcJudge } from './ctc_judge.ts';

/** What a network is judged by. */
export interface NetworkTask {
  /** Outputs of a network over all utterances, behind each other: [steps, elements]. */
  readonly run: (graph: Graph) => readonly Frames[];
  /** Word errors of outputs by greedy CTC; null without references. */
  readonly wordErrors: ((outputs: readonly Frames[]) => WordErrors) | null;
}

/**
 * Reads evaluation data of a network with one input of flat frames and one output.
 *
 * @param path of the model; `labels.json` beside it says what its classes mean
 * @param data frames, as calibration frames
 * @param references see `readReferences`
 * @throws EsegenError where a file is not valid, or the network has other inputs or outputs
 */
export function readNetworkTask(path: string, graph: Graph, data: string, references: string | undefined): NetworkTask {
  const [input, otherInput] = graph.inputs;
  const [output, otherOutput] = graph.outputs;
  if (input === undefined || otherInput !== undefined || output === undefined || otherOutput !== undefined) {
    throw new EsegenError(path, 'has several inputs or outputs, the scan takes networks with one of each');
  }
  const set: CalibrationSet = readFrameSet(data, elementsOf(graph.tensors.get(input.tensor)!));
  const utterances = utterancesOf(set);
  const run = (network: Graph): readonly Frames[] => {
    const float = new FloatNetwork(network);
    return utterances.map((frames) => float.run(new Map([[input.tensor, frames]])).outputs.get(output.tensor)!);
  };
  if (references === undefined) return { run, wordErrors: null };
  const classes = elementsOf(graph.tensors.get(output.tensor)!);
  return { run, wordErrors: ctcJudge(path, dirname(path), classes, references, utterances.length) };
}

/** Frames of all utterances as one array. */
export function joinFrames(parts: readonly Frames[]): Frames {
  const joined = createFrames(
    parts.reduce((sum, { frames }) => sum + frames, 0),
    parts[0]?.width ?? 0,
  );
  let at = 0;
  for (const { data } of parts) {
    joined.data.set(data, at);
    at += data.length;
  }
  return joined;
}
