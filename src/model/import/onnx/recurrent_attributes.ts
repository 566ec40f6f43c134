import { quoteName } from '../../../util/quote_name.ts';
import type { Activation } from '../../graph.ts';
import { type Call, integer } from './call.ts';
import { Fault } from './fault.ts';

/** Attributes that LSTM and GRU have from operator set 7 on, and before. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  LSTM: ['input_forget', 'layout', 'output_sequence'],
  GRU: ['linear_before_reset', 'layout', 'output_sequence'],
};
const COMMON = ['activation_alpha', 'activation_beta', 'activations', 'clip', 'direction', 'hidden_size'];

export function checkAttributes({ node }: Call): void {
  for (const name of node.attributes.keys()) {
    if (COMMON.includes(name) || ATTRIBUTES[node.opType]!.includes(name)) continue;
    throw new Fault(`has the unknown attribute ${quoteName(name)}`);
  }
}

/** Whether each direction runs in reverse. */
export function directionsOf({ node }: Call): readonly boolean[] {
  const direction = node.attributes.get('direction')?.s ?? 'forward';
  if (direction === 'forward') return [false];
  if (direction === 'reverse') return [true];
  if (direction === 'bidirectional') return [false, true];
  throw new Fault(`expected direction forward, reverse or bidirectional, got ${quoteName(direction)}`);
}

export function flag(call: Call, name: string): boolean {
  const value = integer(call, name, 0);
  if (value !== 0 && value !== 1) throw new Fault(`expected ${name} 0 or 1, got ${value}`);
  return value === 1;
}

export function clipOf({ node }: Call): number {
  const clip = node.attributes.get('clip')?.f ?? Number.POSITIVE_INFINITY;
  if (!(clip > 0)) throw new Fault(`expected a clip above 0, got ${clip}`);
  return clip;
}

/** Activation functions of all directions, as many for each as in `usual`. */
export function activationsOf({ node }: Call, count: number, usual: readonly string[]): Activation[][] {
  const { attributes } = node;
  const names = attributes.get('activations')?.strings ?? [];
  const each = usual.length;
  if (names.length !== 0 && names.length !== each * count) {
    throw new Fault(`expected ${each * count} activations, got ${names.length}`);
  }
  const given = names.length === 0 ? Array.from({ length: count }, () => usual).flat() : names;
  const alphas = [...(attributes.get('activation_alpha')?.floats ?? [])];
  const betas = [...(attributes.get('activation_beta')?.floats ?? [])];
  if (![...alphas, ...betas].every(Number.isFinite)) {
    throw new Fault('expected finite activation_alpha and activation_beta');
  }
  const functions = given.map((name) => activation(name, alphas, betas));
  return Array.from({ length: count }, (_, d) => functions.slice(each * d, each * (d + 1)));
}

/** `alphas` and `betas` are taken in turn by the functions that have such parameters. */
function activation(name: string, alphas: number[], betas: number[]): Activation {
  switch (name.toLowerCase()) {
    case 'sigmoid':
      return { kind: 'sigmoid' };
    case 'tanh':
      return { kind: 'tanh' };
    case 'relu':
      return { kind: 'relu' };
    case 'leakyrelu':
      return { kind: 'leakyRelu', alpha: alphas.shift() ?? 0.01 };
    case 'hardsigmoid':
      return { kind: 'hardSigmoid', alpha: alphas.shift() ?? 0.2, beta: betas.shift() ?? 0.5 };
    case 'affine': {
      const [alpha, beta] = [alphas.shift() ?? 1, betas.shift() ?? 0];
      if (alpha === 1 && beta === 0) {
        return { kind: 'clip', low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
      }
      throw new Fault(`has the activation Affine with alpha ${alpha} and beta ${beta}, expected 1 and 0`);
    }
    default:
      throw new Fault(
        `expected the activations Sigmoid, Tanh, Relu, LeakyRelu, HardSigmoid or Affine, got ${quoteName(name)}`,
        'Train it with one of these',
      );
  }
}
