import type { NetworkStates } from '../../golden/network.ts';
import type { NodeId } from '../../model/graph.ts';
import type { FloatResult, FloatStates } from '../../model/reference/float_network.ts';
import type { RecurrentResult, StatePart } from '../../model/reference/recurrent.ts';
import { type Program, vectorElements } from '../../program/program.ts';
import { EsegenError } from '../../util/errors.ts';
import { quantize } from '../../util/fixed.ts';

/**
 * Given states in the formats of a program's vectors.
 *
 * @param nodeOf node of the program for a node of the graph, where they have different names
 * @throws EsegenError where the program has no such state
 */
export function givenStates(
  program: Program,
  states: FloatStates,
  nodeOf = (node: NodeId): string => node,
): NetworkStates {
  const integers = new Map<string, Int32Array>();
  for (const [node, parts] of states) {
    for (const [part, values] of Object.entries(parts)) {
      const state = program.states.find((each) => each.node === nodeOf(node) && each.part === part);
      if (state === undefined) {
        throw new EsegenError(`state ${node}.${part}`, 'is no state of the hardware', 'Use the float engine');
      }
      const vector = program.vectors[state.vector]!;
      const { frac, bits } = vector.format;
      const data = Int32Array.from({ length: vectorElements(vector) }, (_, i) => quantize(values[i]!, frac, bits));
      integers.set(`${state.node}.${part}`, data);
    }
  }
  return integers;
}

/** States that a run left, as reals, exact; their spectra follow from them. */
export function leftStates(
  { states: ports, vectors }: Program,
  states: NetworkStates,
  nodeOf = (node: string): NodeId => node,
): FloatResult['states'] {
  const result = new Map<NodeId, RecurrentResult['state']>();
  for (const { node, part, vector } of ports) {
    if (part === 'yf' || part === 'hf') continue;
    const unit = 2 ** -vectors[vector]!.format.frac;
    const values = Float64Array.from(states.get(`${node}.${part}`)!, (value) => value * unit);
    result.set(nodeOf(node), { ...result.get(nodeOf(node)), [part satisfies StatePart]: values });
  }
  return result;
}
