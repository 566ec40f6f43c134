import type { Floats } from '../../src/model/graph.ts';
import type { Peepholes, StackedLayer } from '../../src/model/stacked_layer.ts';
import type { Rng } from '../../src/util/rng.ts';

/** What a random layer is made of. */
export interface LayerShape {
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  readonly projection: boolean;
  readonly peepholes: boolean;
  /** Lanes that will share the rows; for masks that leave lanes empty. */
  readonly lanes: number;
  /** All weights are there, to be pruned to the densities of the config by the rule of its encoding. */
  readonly dense: boolean;
}

/** How the non-zeros of a sub-matrix are spread. */
const MASKS = ['even', 'even', 'full', 'zero', 'columns', 'lanes', 'rows', 'single'] as const;
type Mask = (typeof MASKS)[number];

/** How weights are drawn. */
const VALUES = ['normal', 'normal', 'peak', 'positive'] as const;
type Values = (typeof VALUES)[number];

/** A sub-matrix of rows by columns; `given` is its mask, if it is not to be random. */
function randomMatrix(
  rng: Rng,
  rows: number,
  columns: number,
  lanes: number,
  scale: number,
  given: Mask | null,
): Float64Array {
  const mask = given ?? rng.pick<Mask>(MASKS);
  const values = rng.pick<Values>(VALUES);
  const keep = maskOf(rng, mask, rows, columns, lanes);
  const matrix = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (keep(row, column)) matrix[row * columns + column] = scale * randomValue(rng, values);
    }
  }
  return matrix;
}

function randomValue(rng: Rng, values: Values): number {
  if (values === 'normal') return rng.normal();
  if (values === 'positive') return 0.1 + rng.uniform();
  return rng.uniform() < 0.5 ? -1 : 1;
}

function maskOf(
  rng: Rng,
  mask: Mask,
  rows: number,
  columns: number,
  lanes: number,
): (row: number, column: number) => boolean {
  const density = rng.uniform() < 0.5 ? 0.02 + 0.2 * rng.uniform() : rng.uniform();
  const shares = (count: number) => Array.from({ length: count }, () => (rng.uniform() < 0.4 ? 0 : rng.uniform()));
  switch (mask) {
    case 'zero':
      return () => false;
    case 'full':
      return () => true;
    case 'even':
      return () => rng.uniform() < density;
    case 'columns': {
      const share = shares(columns);
      return (_row, column) => rng.uniform() < share[column]!;
    }
    case 'lanes': {
      const share = shares(lanes);
      return (row) => rng.uniform() < share[row % lanes]!;
    }
    case 'rows': {
      const share = shares(rows);
      return (row) => rng.uniform() < share[row]!;
    }
    case 'single': {
      const only = rng.integer(0, rows - 1);
      return (row) => row === only;
    }
  }
}

/** Matrices of the four gates on top of each other; each has a mask of its own, all one scale. */
function randomGates(
  rng: Rng,
  { cells, lanes }: LayerShape,
  columns: number,
  scale: number,
  mask: Mask | null,
): Float64Array {
  const size = cells * columns;
  const gates = new Float64Array(4 * size);
  for (let gate = 0; gate < 4; gate++) {
    gates.set(randomMatrix(rng, cells, columns, lanes, scale, mask), gate * size);
  }
  return gates;
}

/** Power of two times a bit, so that scales meet and miss powers of two. */
function randomScale(rng: Rng, low: number, high: number): number {
  return 2 ** rng.integer(low, high) * (rng.uniform() < 0.3 ? 1 : 0.5 + rng.uniform());
}

function asSource(rng: Rng, values: Float64Array): Floats {
  return rng.uniform() < 0.5 ? values : Float32Array.from(values);
}

function randomPeepholes(rng: Rng, cells: number): Peepholes {
  const scale = randomScale(rng, -6, 3);
  const weights = () =>
    Float64Array.from({ length: cells }, () => (rng.uniform() < 0.2 ? 0 : scale * randomValue(rng, 'normal')));
  return { i: weights(), f: weights(), o: weights() };
}

/**
 * A layer with random weights: sub-matrices from empty to full, with empty columns, empty lanes and single rows, and scales
 * from so small that they vanish to so large that z, c and y saturate.
 */
export function randomLayer(rng: Rng, shape: LayerShape): StackedLayer {
  const { inputs, cells, outputs, projection, peepholes, lanes, dense } = shape;
  const common = rng.integer(-5, 4);
  const scale = () => (rng.uniform() < 0.06 ? randomScale(rng, -70, -10) : randomScale(rng, common - 2, common + 2));
  const mask = dense ? 'full' : null;
  const weightX = randomGates(rng, shape, inputs, scale(), mask);
  const weightR = randomGates(rng, shape, outputs, scale(), mask);
  const weightP = projection ? randomMatrix(rng, outputs, cells, lanes, scale(), mask) : null;
  const biasScale = rng.pick([0, 0.1, 1, 6, 20]);
  return {
    inputs,
    cells,
    outputs,
    weightX: asSource(rng, weightX),
    weightR: asSource(rng, weightR),
    weightP: weightP === null ? null : asSource(rng, weightP),
    bias: Float64Array.from({ length: 4 * cells }, () => biasScale * rng.normal()),
    peepholes: peepholes ? randomPeepholes(rng, cells) : null,
  };
}
