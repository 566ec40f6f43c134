import {
  ESE_CELL,
  type Graph,
  type GruLayer,
  type Layer,
  LSTM_GATES,
  type LstmLayer,
  type LstmMatrix,
  type Matrix,
  type Node,
  type Tensor,
} from '../../src/model/graph.ts';
import type { Rng } from '../../src/util/rng.ts';

/** [rows, columns], normal values and zeros. */
export function randomMatrix(rows: number, columns: number, rng: Rng, density = 1): Matrix {
  const values = Float64Array.from({ length: rows * columns }, () => (rng.uniform() < density ? rng.normal() : 0));
  return { rows, columns, values };
}

/** Normal values. */
export function randomVector(length: number, rng: Rng): Float64Array {
  return Float64Array.from({ length }, () => rng.normal());
}

/** Sizes and kind of a random LSTM. */
export interface LstmShape {
  readonly inputs: number;
  readonly cells: number;
  /** null: no projection. */
  readonly outputs?: number | null;
  readonly peepholes?: boolean;
  readonly density?: number;
  readonly reverse?: boolean;
}

/** An LSTM of normal weights. */
export function randomLstm(shape: LstmShape, rng: Rng): LstmLayer {
  const { inputs, cells, outputs: projected = null, peepholes = false, density = 1, reverse = false } = shape;
  const outputs = projected ?? cells;
  const pairs = LSTM_GATES.flatMap((gate): [LstmMatrix, Matrix][] => [
    [`${gate}x`, randomMatrix(cells, inputs, rng, density)],
    [`${gate}r`, randomMatrix(cells, outputs, rng, density)],
  ]);
  return {
    kind: 'lstm',
    inputs,
    cells,
    outputs,
    weights: Object.fromEntries(pairs) as Record<LstmMatrix, Matrix>,
    projection: projected === null ? null : randomMatrix(outputs, cells, rng, density),
    bias: {
      i: randomVector(cells, rng),
      f: randomVector(cells, rng),
      c: randomVector(cells, rng),
      o: randomVector(cells, rng),
    },
    peepholes: peepholes
      ? { i: randomVector(cells, rng), f: randomVector(cells, rng), o: randomVector(cells, rng) }
      : null,
    cell: ESE_CELL,
    reverse,
    initial: null,
  };
}

/** Sizes and kind of a random GRU. */
export interface GruShape {
  readonly inputs: number;
  readonly cells: number;
  readonly resetAfter: boolean;
  readonly density?: number;
  readonly reverse?: boolean;
}

/** A GRU of normal weights. */
export function randomGru({ inputs, cells, resetAfter, density = 1, reverse = false }: GruShape, rng: Rng): GruLayer {
  const x = () => randomMatrix(cells, inputs, rng, density);
  const h = () => randomMatrix(cells, cells, rng, density);
  const bias = () => randomVector(cells, rng);
  return {
    kind: 'gru',
    inputs,
    cells,
    weights: { rx: x(), zx: x(), nx: x(), rh: h(), zh: h(), nh: h() },
    bias: { r: bias(), z: bias(), n: bias(), nh: bias() },
    resetAfter,
    gate: { kind: 'sigmoid' },
    candidate: { kind: 'tanh' },
    clip: Number.POSITIVE_INFINITY,
    reverse,
    initial: null,
  };
}

/** A tensor whose name is its id, with a value a step. */
export function tensor(id: string, shape: readonly number[], time: Tensor['time'] = []): Tensor {
  return { id, name: id, shape, time };
}

/** A node whose output is `y_` and its id. */
export function node(id: string, layer: Layer, ...inputs: readonly string[]): Node {
  return { id, name: id, layer, inputs, output: `y_${id}` };
}

/** A graph; ports are tensors by name, with time where the tensor has it, and no batch. */
export function graphOf(
  tensors: readonly Tensor[],
  nodes: readonly Node[],
  inputs: readonly string[],
  outputs: readonly string[],
): Graph {
  const byId = new Map(tensors.map((each) => [each.id, each]));
  const port = (id: string) => {
    const { name, shape, time } = byId.get(id)!;
    const axes = shape.map(() => 'shape' as const);
    return { name, tensor: id, axes: time === null ? axes : (['time', ...axes] as const) };
  };
  return {
    tensors: byId,
    nodes,
    inputs: inputs.map(port),
    outputs: outputs.map(port),
    states: [],
    sequenceLengths: null,
    outside: [],
  };
}
