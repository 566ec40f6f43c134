import type { Frames } from '../../data/frames.ts';
import type { SaturationReport } from '../../golden/saturation.ts';
import type { Graph, TensorId } from '../../model/graph.ts';
import type { FloatResult, FloatStates } from '../../model/reference/float_network.ts';

/**
 * Computes a network, utterance by utterance: the float reference, or the golden model with what the host computes around it.
 * Values are reals on both sides.
 */
export interface Engine {
  /** What saturated in all runs so far; only of an engine in integers. */
  saturation?(): SaturationReport;
  readonly graph: Graph;
  /**
   * Runs one utterance.
   *
   * @param inputs values of all inputs of the graph
   * @throws EsegenError where they do not fit, or the engine cannot start from states
   */
  run(inputs: ReadonlyMap<TensorId, Frames>, options?: { readonly states?: FloatStates | undefined }): FloatResult;
}
