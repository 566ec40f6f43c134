import { formatShape } from '../../../util/quote_name.ts';
import type { Floats, Matrix } from '../../graph.ts';
import { type Call, describe, optionalConstant } from './call.ts';
import { Fault } from './fault.ts';
import type { Constant } from './folds.ts';
import { checkAttributes, directionsOf, flag } from './recurrent_attributes.ts';

/** Largest I and H. */
const SIZE_LIMIT = 65_536;

/** Most utterances of a batch for which lengths or states are read. */
export const BATCH_LIMIT = 4096;

/** Sizes of a recurrent operator, each operand checked against them. */
export interface Operands {
  readonly directions: readonly boolean[];
  readonly inputs: number;
  readonly cells: number;
  readonly batchFirst: boolean;
  readonly w: Floats;
  readonly r: Floats;
  readonly b: Floats | null;
}

export function readOperands(call: Call, gates: number): Operands {
  checkAttributes(call);
  const directions = directionsOf(call);
  const count = directions.length;
  const w = weights(call, 1, `W [D, ${gates}H, I]`);
  checkShape(w, `W [D, ${gates}H, I]`, [count, null, null]);
  const [, rows, inputs] = w.shape as [number, number, number];
  if (rows % gates !== 0) throw new Fault(`expected ${gates}H rows in W, got ${rows}`);
  const cells = rows / gates;
  if (cells < 1 || cells > SIZE_LIMIT) throw new Fault(`W: expected H (cells) from 1 to ${SIZE_LIMIT}, got ${cells}`);
  if (inputs < 1 || inputs > SIZE_LIMIT)
    throw new Fault(`W: expected I (inputs) from 1 to ${SIZE_LIMIT}, got ${inputs}`);
  const hidden = call.node.attributes.get('hidden_size')?.i ?? cells;
  if (hidden !== cells) throw new Fault(`hidden_size is ${hidden}, but W has rows for ${cells} cells`);
  const r = weights(call, 2, `R [D, ${gates}H, H]`);
  checkShape(r, `R [D, ${gates}H, H]`, [count, gates * cells, cells]);
  const b = optionalConstant(call, 3, `biases B [D, ${2 * gates}H]`);
  if (b !== null) checkShape(b, `B [D, ${2 * gates}H]`, [count, 2 * gates * cells]);
  for (const constant of [w, r, b]) if (constant !== null) call.pool.use(constant);
  return {
    directions,
    inputs,
    cells,
    batchFirst: flag(call, 'layout'),
    w: w.values(),
    r: r.values(),
    b: b?.values() ?? null,
  };
}

export function weights(call: Call, n: number, what: string): Constant {
  const value = call.inputs[n] ?? null;
  if (value?.kind === 'known') return value.constant;
  const fix =
    value?.kind === 'view' && value.sources.some((s) => s.kind === 'tensor' && s.tensor.producer === null)
      ? 'Export the model with its weights as initializers, not as inputs'
      : 'Export the model with constant folding';
  throw new Fault(`expected constant weights ${what}, got ${describe(value)}`, fix);
}

/** @param expected sizes, null where any will do */
export function checkShape(
  { shape }: { readonly shape: readonly number[] },
  what: string,
  expected: readonly (number | null)[],
) {
  if (shape.length === expected.length && expected.every((size, d) => size === null || size === shape[d])) return;
  const sizes = expected.map((size) => size ?? 'any').join(', ');
  throw new Fault(`expected ${what} = [${sizes}], got ${formatShape(shape)}`, 'Check how it was exported');
}

export function blockOf(values: Floats, block: number, rows: number, columns: number): Matrix {
  return { rows, columns, values: values.subarray(block * rows * columns, (block + 1) * rows * columns) };
}

/** Sum of both biases of a gate. */
export function biasOf(b: Floats | null, direction: number, gates: number, gate: number, cells: number): Float64Array {
  const sum = new Float64Array(cells);
  if (b === null) return sum;
  for (const side of [0, 1]) {
    const from = ((2 * direction + side) * gates + gate) * cells;
    for (let n = 0; n < cells; n++) sum[n]! += b[from + n]!;
  }
  if (!sum.every(Number.isFinite)) throw new Fault('B: the sum of its biases is not finite', 'Check the training run');
  return sum;
}
