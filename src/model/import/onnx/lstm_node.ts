import { EsegenError } from '../../../util/errors.ts';
import { formatShape, quoteName } from '../../../util/quote_name.ts';
import type { Activation, CellRule, Floats, InitialState, LstmDirection } from '../../lstm.ts';
import { checkSize } from '../limits.ts';
import { lstmLayer } from '../lstm_layer.ts';
import type { Constants } from './constants.ts';
import type { Constant } from './folds.ts';
import { nodeAt } from './graph.ts';
import type { OnnxNode } from './proto.ts';

/** One LSTM operator. */
export interface OnnxLstm {
  readonly node: OnnxNode;
  /** One or two; forward first. */
  readonly directions: readonly LstmDirection[];
  /** Whether x and y have the batch before the time (`layout` 1). */
  readonly batchFirst: boolean;
  /** Name of an initial state that is only known at run time; null where there is none. */
  readonly stateInput: string | null;
  /** Constant `sequence_lens`; null where there are none, or they are given at run time. */
  readonly sequenceLengths: readonly number[] | null;
}

/** Attributes of the operator from set 7 on. */
const ATTRIBUTES = new Set([
  'activation_alpha',
  'activation_beta',
  'activations',
  'clip',
  'direction',
  'hidden_size',
  'input_forget',
  'layout',
]);

/** Most utterances of a batch for which lengths or states are read. */
const BATCH_LIMIT = 4096;

/**
 * Reads an LSTM operator (https://onnx.ai/onnx/operators/onnx__LSTM.html):
 *
 * - W [D, 4H, I] and R [D, 4H, H], gate order i, o, f, c; B [D, 8H], the biases of W, then those of R; P [D, 3H], peepholes
 *   in the order i, o, f; D directions;
 * - initial_h and initial_c [D, N, H] ([N, D, H] with layout 1), the same for all N;
 * - all attributes; of the activation functions Sigmoid, Tanh, Relu and HardSigmoid.
 *
 * @throws EsegenError naming the node, for weights that are no constants, wrong shapes and unknown attributes
 */
export function readLstmNode(constants: Constants, node: OnnxNode): OnnxLstm {
  const at = nodeAt(constants.graph.path, node);
  for (const name of node.attributes.keys()) {
    if (!ATTRIBUTES.has(name)) throw new EsegenError(at, `has the unknown attribute ${quoteName(name)}`);
  }
  const reverse = directionsOf(at, node);
  const count = reverse.length;
  const input = (index: number) => node.inputs[index] ?? '';

  const w = weights(constants, at, node, 1, 'W [D, 4H, I]')!;
  const [, gateRows, inputs] = shapeOf(at, w, 'W [D, 4H, I]', [count, null, null]);
  if (gateRows! % 4 !== 0) throw new EsegenError(at, `expected 4H rows in W, got ${gateRows}`);
  const cells = gateRows! / 4;
  checkSize(`${at}: W`, 'I (inputs)', inputs!);
  checkSize(`${at}: W`, 'H (cells)', cells);
  const hidden = node.attributes.get('hidden_size')?.i ?? cells;
  if (hidden !== cells) throw new EsegenError(at, `hidden_size is ${hidden}, but W has rows for ${cells} cells`);
  const r = weights(constants, at, node, 2, 'R [D, 4H, H]')!;
  shapeOf(at, r, 'R [D, 4H, H]', [count, 4 * cells, cells]);
  const b = weights(constants, at, node, 3, 'B [D, 8H]');
  if (b !== null) shapeOf(at, b, 'B [D, 8H]', [count, 8 * cells]);
  const p = weights(constants, at, node, 7, 'P [D, 3H]');
  if (p !== null) shapeOf(at, p, 'P [D, 3H]', [count, 3 * cells]);

  const batchFirst = flag(at, node, 'layout');
  const states = [5, 6].map((index) => initialState(constants, at, input(index), { count, cells, batchFirst }));
  const stateInput = [5, 6].map(input).find((_, n) => states[n] === 'runtime') ?? null;
  const rules = cellRules(at, node, count);
  const x = w!.values();
  const y = r.values();
  const bias = b?.values() ?? null;
  const peepholes = p?.values() ?? null;
  const directions = reverse.map((isReverse, d): LstmDirection => {
    const part = (values: Floats, size: number, n = 0) => values.subarray(d * size + n, (d + 1) * size);
    return {
      layer: lstmLayer(`${at}: B`, 'onnx', {
        inputs: inputs!,
        cells,
        outputs: cells,
        weightX: part(x, 4 * cells * inputs!),
        weightR: part(y, 4 * cells * cells),
        weightP: null,
        biases: bias === null ? [] : [part(bias, 8 * cells).subarray(0, 4 * cells), part(bias, 8 * cells, 4 * cells)],
        peepholes:
          peepholes === null
            ? null
            : [0, 1, 2].map((n) => part(peepholes, 3 * cells).subarray(n * cells, (n + 1) * cells)),
      }),
      cell: rules[d]!,
      reverse: isReverse,
      initial: initialOf(states, d, cells),
    };
  });
  return { node, directions, batchFirst, stateInput, sequenceLengths: sequenceLengths(constants, at, input(4)) };
}

function directionsOf(at: string, { attributes }: OnnxNode): readonly boolean[] {
  const direction = attributes.get('direction')?.s ?? 'forward';
  if (direction === 'forward') return [false];
  if (direction === 'reverse') return [true];
  if (direction === 'bidirectional') return [false, true];
  throw new EsegenError(at, `expected direction forward, reverse or bidirectional, got ${quoteName(direction)}`);
}

function flag(at: string, { attributes }: OnnxNode, name: string): boolean {
  const value = attributes.get(name)?.i ?? 0;
  if (value !== 0 && value !== 1) throw new EsegenError(at, `expected ${name} 0 or 1, got ${value}`);
  return value === 1;
}

/** A constant input; null where it is optional and left out. */
function weights(constants: Constants, at: string, node: OnnxNode, index: number, what: string): Constant | null {
  const name = node.inputs[index] ?? '';
  if (name === '' && index > 2) return null;
  const found = name === '' ? null : constants.find(name);
  if (found !== null) return found;
  const producer = constants.graph.producers.get(name);
  const source = producer === undefined ? 'no constant' : `the result of a ${quoteName(producer.opType)} node`;
  throw new EsegenError(
    at,
    `expected constant weights ${what}, got ${source}`,
    'Export the model with constant folding and without quantization',
  );
}

/** @param expected sizes, null where any will do */
function shapeOf(
  at: string,
  { shape }: Constant,
  what: string,
  expected: readonly (number | null)[],
): readonly number[] {
  if (shape.length === expected.length && expected.every((size, d) => size === null || size === shape[d])) return shape;
  const sizes = expected.map((size) => size ?? 'any').join(', ');
  throw new EsegenError(at, `expected ${what} = [${sizes}], got ${formatShape(shape)}`, 'Check how it was exported');
}

type State = { readonly values: Floats } | 'zero' | 'runtime';

/** State of all directions, [D, H], if all utterances of a batch start from the same. */
function initialState(
  constants: Constants,
  at: string,
  name: string,
  { count, cells, batchFirst }: { count: number; cells: number; batchFirst: boolean },
): State {
  const same = name === '' ? 0 : constants.uniform(name);
  if (same === 0) return 'zero';
  const constant = constants.find(name);
  if (constant === null) return same === null ? 'runtime' : { values: new Float64Array(count * cells).fill(same) };
  const batchAxis = batchFirst ? 0 : 1;
  const batch = constant.shape[batchAxis] ?? 0;
  const expected = batchFirst ? [null, count, cells] : [count, null, cells];
  shapeOf(at, constant, 'an initial state', expected);
  checkBatch(at, batch);
  const given = constant.values();
  const values = new Float64Array(count * cells);
  for (let d = 0; d < count; d++) {
    for (let n = 0; n < batch; n++) {
      const from = (batchFirst ? n * count + d : d * batch + n) * cells;
      for (let h = 0; h < cells; h++) {
        const value = given[from + h]!;
        if (n > 0 && values[d * cells + h] !== value) {
          throw new EsegenError(
            at,
            'expected one initial state for all utterances of a batch',
            'Export it with batch 1',
          );
        }
        values[d * cells + h] = value;
      }
    }
  }
  return { values };
}

function initialOf([y, c]: readonly State[], direction: number, cells: number): InitialState | null {
  const part = (state: State | undefined) =>
    typeof state === 'object'
      ? state.values.subarray(direction * cells, (direction + 1) * cells)
      : new Float64Array(cells);
  return typeof y === 'object' || typeof c === 'object' ? { y: part(y), c: part(c) } : null;
}

function sequenceLengths(constants: Constants, at: string, name: string): readonly number[] | null {
  if (name === '') return null;
  const constant = constants.find(name);
  if (constant === null) {
    // One length for a batch of any size.
    const same = constants.uniform(name);
    return same === null || !Number.isSafeInteger(same) || same < 0 ? null : [same];
  }
  const [batch] = shapeOf(at, constant, 'sequence_lens [N]', [null]);
  checkBatch(at, batch!);
  const lengths = [...constant.values()];
  if (constant.dtype !== 'I64' || lengths.some((length) => length < 0)) {
    throw new EsegenError(at, 'expected non-negative integers as sequence_lens');
  }
  return lengths;
}

function checkBatch(at: string, batch: number): void {
  if (batch >= 1 && batch <= BATCH_LIMIT) return;
  throw new EsegenError(at, `expected a batch of 1 to ${BATCH_LIMIT}, got ${batch}`, 'Export the model with batch 1');
}

/** Cells by direction: each takes three of the `activations`, for the gates (f), the cell gate (g) and the cell state (h). */
function cellRules(at: string, node: OnnxNode, count: number): CellRule[] {
  const { attributes } = node;
  const names = attributes.get('activations')?.strings ?? [];
  if (names.length !== 0 && names.length !== 3 * count) {
    throw new EsegenError(at, `expected ${3 * count} activations, got ${names.length}`);
  }
  const clip = attributes.has('clip') ? attributes.get('clip')!.f : Number.POSITIVE_INFINITY;
  if (!(clip > 0)) throw new EsegenError(at, `expected a clip above 0, got ${clip}`);
  const couplesGates = flag(at, node, 'input_forget');
  const given = names.length === 0 ? Array.from({ length: count }, () => ['Sigmoid', 'Tanh', 'Tanh']).flat() : names;
  const alphas = [...(attributes.get('activation_alpha')?.floats ?? [])];
  const betas = [...(attributes.get('activation_beta')?.floats ?? [])];
  const functions = given.map((name) => activation(at, name, alphas, betas));
  return Array.from({ length: count }, (_, d) => ({
    gate: functions[3 * d]!,
    candidate: functions[3 * d + 1]!,
    output: functions[3 * d + 2]!,
    clip,
    cellClip: Number.POSITIVE_INFINITY,
    couplesGates,
  }));
}

/** `alphas` and `betas` are taken in turn by the functions that have such parameters. */
function activation(at: string, name: string, alphas: number[], betas: number[]): Activation {
  switch (name.toLowerCase()) {
    case 'sigmoid':
      return { kind: 'sigmoid' };
    case 'tanh':
      return { kind: 'tanh' };
    case 'relu':
      return { kind: 'relu' };
    case 'hardsigmoid': {
      const [alpha, beta] = [alphas.shift() ?? 0.2, betas.shift() ?? 0.5];
      if (Number.isFinite(alpha) && Number.isFinite(beta)) return { kind: 'hardSigmoid', alpha, beta };
      throw new EsegenError(at, 'expected finite activation_alpha and activation_beta');
    }
    default:
      throw new EsegenError(
        at,
        `expected the activations Sigmoid, Tanh, Relu or HardSigmoid, got ${quoteName(name)}`,
        'Train the LSTM with one of these',
      );
  }
}
