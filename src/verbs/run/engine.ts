import type { Frames } from '../../data/frames.ts';
import type { SaturationReport } from '../../golden/saturation.ts';
import type { Graph, TensorId } from '../../model/graph.ts';
import { FloatNetwork, type FloatResult, type FloatStates } from '../../model/reference/float_network.ts';

/** How many of the values of a vector were beyond its format. */
export interface Saturation {
  readonly values: number;
  readonly saturated: number;
}

/**
 * Computes a network, utterance by utterance: the float reference, or the golden model with what the host computes around it.
 * Values are reals on both sides.
 */
export interface Engine {
  readonly graph: Graph;
  /** By name of the vector, over all runs; empty in double precision. */
  readonly saturated: ReadonlyMap<string, Saturation>;
  /**
   * Runs one utterance.
   *
   * @param inputs values of all inputs of the graph
   * @throws EsegenError where they do not fit, or the engine cannot start from states
   */
  run(inputs: ReadonlyMap<TensorId, Frames>, options?: { readonly states?: FloatStates | undefined }): FloatResult;
}

/** Share of the values of a vector that saturates, 0 to 1. */
export interface SaturatedVector {
  readonly vector: string;
  readonly share: number;
}

/** Shares of what saturated in all runs of an engine, largest first; without vectors where nothing does. */
export function saturatedVectors({ saturated }: Pick<Engine, 'saturated'>): readonly SaturatedVector[] {
  return [...saturated]
    .filter(([, { saturated: count }]) => count > 0)
    .map(([vector, { values, saturated: count }]) => ({ vector, share: count / values }))
    .sort((a, b) => b.share - a.share);
}

/** Shares of a one-layer design, in the order of its report. */
export function sharesOf({ vectors }: SaturationReport): readonly SaturatedVector[] {
  return vectors.map(({ name, share }) => ({ vector: name, share }));
}

/** The float reference as an engine. */
export function floatEngine(graph: Graph): Engine {
  const network = new FloatNetwork(graph);
  return { graph, saturated: new Map(), run: (inputs, options) => network.run(inputs, options) };
}
