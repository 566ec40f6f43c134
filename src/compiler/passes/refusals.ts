import {
  type Activation,
  elementsOf,
  type Graph,
  type GruLayer,
  type LstmLayer,
  type Node,
} from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';

/** A node that the hardware will not run, and why. */
export interface Refusal {
  readonly node: Node;
  readonly reason: string;
}

/** Layers of the graph that the hardware cannot compute, all of them. */
export function refusalsOf(graph: Graph): readonly Refusal[] {
  return graph.nodes.flatMap((node) => {
    return [...reasonsOf(node), ...stepReasons(graph, node)].map((reason) => ({ node, reason }));
  });
}

/** @throws EsegenError that names every node with its reason, on a line each; nothing where there is none */
export function refuseAll(refusals: readonly Refusal[]): void {
  if (refusals.length === 0) return;
  const lines = refusals.map(({ node, reason }) => `node ${quoteName(node.name)} (${kindOf(node)}): ${reason}`);
  throw new EsegenError('model', lines.join('\nmodel: '));
}

function kindOf({ layer }: Node): string {
  return layer.kind === 'host' ? layer.operation.op : layer.kind;
}

function reasonsOf({ layer }: Node): readonly string[] {
  switch (layer.kind) {
    case 'lstm':
      return lstmReasons(layer);
    case 'gru':
      return gruReasons(layer);
    case 'linear':
    case 'conv':
      return layer.activation === null ? [] : activationReasons(layer.activation);
    case 'activation':
      return activationReasons(layer.activation);
    default:
      return [];
  }
}

/** Of a recurrent layer that takes several steps where the network takes one. */
function stepReasons(graph: Graph, { layer, inputs }: Node): readonly string[] {
  if (layer.kind !== 'lstm' && layer.kind !== 'gru') return [];
  const steps = elementsOf(graph.tensors.get(inputs[0]!)!) / layer.inputs;
  return steps === 1 ? [] : [`it takes ${steps} steps in each of the network's; the hardware takes one`];
}

function activationReasons(activation: Activation): readonly string[] {
  if (activation.kind === 'leakyRelu' && !(Math.abs(activation.alpha) < 1)) {
    return [`expected a leaky ReLU of a slope between -1 and 1, got ${activation.alpha}`];
  }
  if (activation.kind === 'clip' && !(activation.low <= activation.high)) {
    return [`expected limits in ascending order, got ${activation.low} and ${activation.high}`];
  }
  return [];
}

function lstmReasons({ cell, peepholes }: LstmLayer): readonly string[] {
  const reasons = [...gateReasons(cell.gate, cell.clip), ...tanhReasons('candidate', cell.candidate)];
  reasons.push(...tanhReasons('output', cell.output), ...limitReasons('clip', cell.clip));
  reasons.push(...limitReasons('limit of the cell state', cell.cellClip));
  if (cell.couplesGates)
    reasons.push('its input and forget gates are coupled (input_forget); the hardware computes both');
  if (peepholes !== null && ![peepholes.i, peepholes.f, peepholes.o].every((values) => values.every(Number.isFinite))) {
    reasons.push('its peephole weights are not finite');
  }
  return reasons;
}

function gruReasons({ gate, candidate, clip }: GruLayer): readonly string[] {
  return [...gateReasons(gate, clip), ...tanhReasons('candidate', candidate), ...limitReasons('clip', clip)];
}

/** Of a limit of magnitudes. */
function limitReasons(what: string, limit: number): readonly string[] {
  return limit > 0 ? [] : [`expected a ${what} above 0, got ${limit}`];
}

function tanhReasons(what: string, activation: Activation): readonly string[] {
  if (activation.kind === 'tanh') return [];
  return [`its ${what} activation is ${describe(activation)}; the hardware has tanh`];
}

function gateReasons(gate: Activation, clip: number): readonly string[] {
  if (gate.kind === 'sigmoid') return [];
  if (gate.kind !== 'hardSigmoid') {
    return [`its gate activation is ${describe(gate)}; the hardware has sigmoid and hard sigmoid`];
  }
  const { alpha, beta } = gate;
  // The slope goes into the weights, so a clip before it must not be one that shows behind it.
  const shows = clip < 1 || alpha * clip + beta < 1 || beta - alpha * clip > 0;
  return clip !== Number.POSITIVE_INFINITY && shows
    ? [`its clip of ${clip} cuts the hard sigmoid of its gates before it ends`]
    : [];
}

function describe(activation: Activation): string {
  switch (activation.kind) {
    case 'relu':
      return 'relu, which is not bounded';
    case 'leakyRelu':
      return 'a leaky ReLU, which is not bounded';
    case 'hardSigmoid':
      return 'a hard sigmoid';
    case 'clip':
      return `a clip to ${activation.low} … ${activation.high}`;
    default:
      return activation.kind;
  }
}
