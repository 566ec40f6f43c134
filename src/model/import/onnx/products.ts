import { type Matrix, POINT_WINDOW } from '../../graph.ts';
import { type Call, constantInput, integer, optionalConstant, viewInput } from './call.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { Fault } from './fault.ts';
import type { Constant } from './folds.ts';
import { tensorOf } from './materialize.ts';
import { permuted } from './movable.ts';
import { type Axis, product, sizeOf, sizesOf, type Value, type View, viewOf } from './values.ts';

/** Transposes a matrix [rows, columns], row-major, and multiplies it by a number. */
function matrixOf({ values }: Constant, rows: number, columns: number, isTransposed: boolean, factor: number): Matrix {
  const given = values();
  if (!isTransposed && factor === 1) return { rows, columns, values: given };
  const result = given.slice();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[row * columns + column] = factor * given[isTransposed ? column * rows + row : row * columns + column]!;
    }
  }
  return { rows, columns, values: result };
}

/** A product along the last axis of an activation, for each of its positions. */
function productOf(call: Call, view: View, weight: Matrix, bias: Float64Array): View {
  const last = view.axes.length - 1;
  const axis = view.axes[last];
  if (axis === undefined || axis === 'time') throw new Fault('multiplies along the axis of time');
  if (sizeOf(axis) !== weight.columns) {
    throw new Fault(
      `expected ${sizeOf(axis)} rows of the matrix for an input of shape [${view.axes.join(', ')}], got ${weight.columns}`,
    );
  }
  const rest = view.axes.slice(0, last);
  const positions = product(sizesOf(rest));
  const axes: Axis[] = [...rest, weight.rows];
  if (positions === 1) {
    const tensor = tensorOf(call.draft, call.name, view, null);
    const layer = { kind: 'linear', weight, bias, activation: null } as const;
    return viewOf(call.draft.add(call.name, layer, [tensor], [weight.rows], tensor.time), axes);
  }
  // Positions share the weights: a convolution of one element over them.
  const channelsFirst = permuted(view, [last, ...rest.keys()]);
  const tensor = tensorOf(call.draft, call.name, channelsFirst, [weight.columns, positions]);
  const layer = {
    kind: 'conv',
    channels: weight.columns,
    groups: 1,
    weight,
    bias,
    space: [POINT_WINDOW],
    time: POINT_WINDOW,
    activation: null,
  } as const;
  const output = viewOf(call.draft.add(call.name, layer, [tensor], [weight.rows, positions], tensor.time), [
    weight.rows,
    ...rest,
  ]);
  return permuted(output, [...rest.keys()].map((d) => d + 1).concat(0));
}

/** Largest number of rows or columns. */
const SIZE_LIMIT = 65_536;

function checkMatrix({ shape }: Constant): void {
  if (shape.length !== 2) throw new Fault(`expected a matrix of two axes, got [${shape}]`);
  if (shape.every((size) => size >= 1 && size <= SIZE_LIMIT)) return;
  throw new Fault(`expected a matrix of 1 to ${SIZE_LIMIT} rows and columns, got [${shape}]`);
}

/** MatMul of an activation and a constant matrix on either side. */
export function matMul(call: Call): Value[] {
  if (call.inputs[0]?.kind === 'view' && call.inputs[1]?.kind === 'view') {
    throw new Fault(
      'multiplies two activations with each other as matrices',
      'Leave that part to the host with --from or --to',
    );
  }
  if (call.inputs[0]?.kind === 'known') {
    const matrix = call.inputs[0].constant;
    const view = viewInput(call, 1);
    const rank = view.axes.length;
    checkMatrix(matrix);
    const [rows, columns] = matrix.shape as [number, number];
    if (rank < 2) throw new Fault('expected an activation of two axes behind a matrix');
    const swap = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    const weight = matrixOf(matrix, rows, columns, false, 1);
    return [permuted(productOf(call, permuted(view, swap), weight, new Float64Array(rows)), swap)];
  }
  const view = viewInput(call, 0);
  const matrix = squeezed(constantInput(call, 1, 'weights'));
  checkMatrix(matrix);
  const [columns, rows] = matrix.shape as [number, number];
  const weight = matrixOf(matrix, rows, columns, true, 1);
  return [productOf(call, view, weight, new Float64Array(rows))];
}

/** A matrix without leading axes of size 1. */
function squeezed(constant: Constant): Constant {
  const { shape } = constant;
  const front = shape.slice(0, Math.max(shape.length - 2, 0));
  return front.every((size) => size === 1) ? { ...constant, shape: shape.slice(front.length) } : constant;
}

/** Gemm: alpha · A' · B' + beta · C. */
export function gemm(call: Call): Value[] {
  let view = viewInput(call, 0);
  if (view.axes.length !== 2) throw new Fault(`expected an activation of two axes, got [${view.axes.join(', ')}]`);
  if (integer(call, 'transA', 0) !== 0) view = permuted(view, [1, 0]);
  const matrix = constantInput(call, 1, 'weights');
  checkMatrix(matrix);
  const isTransposed = integer(call, 'transB', 0) === 0;
  const [p, q] = matrix.shape as [number, number];
  const [rows, columns] = isTransposed ? [q, p] : [p, q];
  const alpha = call.node.attributes.get('alpha')?.f ?? 1;
  const beta = call.node.attributes.get('beta')?.f ?? 1;
  if (!Number.isFinite(alpha) || !Number.isFinite(beta)) {
    throw new Fault(`expected a finite alpha and beta, got ${alpha} and ${beta}`);
  }
  const weight = matrixOf(matrix, rows, columns, isTransposed, alpha);
  const c = call.inputs[2] ?? null;
  if (c === null || beta === 0) return [productOf(call, view, weight, new Float64Array(rows))];
  if (c.kind === 'view') {
    const output = productOf(call, view, weight, new Float64Array(rows));
    if (beta !== 1) throw new Fault(`expected beta 1 for an activation C, got ${beta}`);
    return ELEMENTWISE.get('Add')!({ ...call, inputs: [output, c] }) as Value[];
  }
  const { shape, values } = optionalConstant(call, 2, 'bias')!;
  const size = product(shape);
  if ((size !== rows && size !== 1) || (shape.at(-1) ?? 1) !== size) {
    throw new Fault(`expected a bias of ${rows}, got [${shape}]`);
  }
  const given = values();
  const bias = Float64Array.from({ length: rows }, (_, n) => beta * given[size === 1 ? 0 : n]!);
  return [productOf(call, view, weight, bias)];
}
