import type { Rng } from '../../../src/rng.ts';
import { type Attribute, floats, integers, type NodeSpec, type TensorBytes } from './onnx_writer.ts';

/** What an LSTM operator is made of. */
export interface LstmSpec {
  /** Prefix of its value names. */
  readonly name: string;
  readonly inputs: number;
  readonly cells: number;
  readonly direction: 'forward' | 'reverse' | 'bidirectional';
  readonly bias: boolean;
  readonly peepholes: boolean;
  readonly states: boolean;
  readonly lengths: readonly number[] | null;
  readonly layout: 0 | 1;
  readonly clip: number | null;
  readonly inputForget: boolean;
  /** Three names a direction; null for the default ones. */
  readonly activations: readonly string[] | null;
  readonly alphas: readonly number[];
  readonly betas: readonly number[];
}

/** The arrays of an operator, in ONNX's layout. */
export interface LstmArrays {
  readonly w: Float32Array;
  readonly r: Float32Array;
  readonly b: Float32Array | null;
  readonly p: Float32Array | null;
  /** Initial states, [D, H]. */
  readonly h0: Float32Array | null;
  readonly c0: Float32Array | null;
}

/** A plain forward LSTM with biases. */
export const PLAIN: LstmSpec = {
  name: 'lstm',
  inputs: 3,
  cells: 5,
  direction: 'forward',
  bias: true,
  peepholes: false,
  states: false,
  lengths: null,
  layout: 0,
  clip: null,
  inputForget: false,
  activations: null,
  alphas: [],
  betas: [],
};

export function directionCount({ direction }: LstmSpec): number {
  return direction === 'bidirectional' ? 2 : 1;
}

export function randomArrays(rng: Rng, spec: LstmSpec): LstmArrays {
  const { inputs, cells } = spec;
  const count = directionCount(spec);
  const normal = (length: number) => Float32Array.from({ length }, () => 0.5 * rng.normal());
  return {
    w: normal(count * 4 * cells * inputs),
    r: normal(count * 4 * cells * cells),
    b: spec.bias ? normal(count * 8 * cells) : null,
    p: spec.peepholes ? normal(count * 3 * cells) : null,
    h0: spec.states ? normal(count * cells) : null,
    c0: spec.states ? normal(count * cells) : null,
  };
}

/** The node and its initializers; its output is `<name>.y`, and `<name>.h` the last output. */
export function lstmNode(spec: LstmSpec, arrays: LstmArrays, x = 'x'): { node: NodeSpec; initializers: TensorBytes[] } {
  const { name, inputs, cells, layout } = spec;
  const count = directionCount(spec);
  const state = (key: string, values: Float32Array | null) =>
    values === null ? null : floats(`${name}.${key}`, layout === 0 ? [count, 1, cells] : [1, count, cells], values);
  const parts: readonly [string, TensorBytes | null][] = [
    ['W', floats(`${name}.W`, [count, 4 * cells, inputs], arrays.w)],
    ['R', floats(`${name}.R`, [count, 4 * cells, cells], arrays.r)],
    ['B', arrays.b === null ? null : floats(`${name}.B`, [count, 8 * cells], arrays.b)],
    ['lengths', spec.lengths === null ? null : integers(`${name}.lengths`, spec.lengths)],
    ['h0', state('h0', arrays.h0)],
    ['c0', state('c0', arrays.c0)],
    ['P', arrays.p === null ? null : floats(`${name}.P`, [count, 3 * cells], arrays.p)],
  ];
  const attributes: Record<string, Attribute> = { hidden_size: { i: cells } };
  if (spec.direction !== 'forward') attributes.direction = { s: spec.direction };
  if (layout === 1) attributes.layout = { i: 1 };
  if (spec.clip !== null) attributes.clip = { f: spec.clip };
  if (spec.inputForget) attributes.input_forget = { i: 1 };
  if (spec.activations !== null) attributes.activations = { strings: spec.activations };
  if (spec.alphas.length > 0) attributes.activation_alpha = { floats: spec.alphas };
  if (spec.betas.length > 0) attributes.activation_beta = { floats: spec.betas };
  return {
    node: {
      op: 'LSTM',
      name,
      inputs: [x, ...parts.map(([key, value]) => (value === null ? '' : `${name}.${key}`))],
      outputs: [`${name}.y`, `${name}.h`],
      attributes,
    },
    initializers: parts.flatMap(([, value]) => (value === null ? [] : [value])),
  };
}
