import fc from 'fast-check';
import { type Config, MATRICES, type Matrix } from '../../../src/machine/config.ts';
import { parseConfig } from '../../../src/machine/read_config.ts';
import type { Floats } from '../../../src/model/graph.ts';
import type { StackedLayer } from '../../../src/model/stacked_layer.ts';
import { createPartition, gateRows, projectionRows } from '../../../src/program/partition.ts';
import { Rng } from '../../../src/util/rng.ts';

/** Shape of a layer. */
export interface Shape {
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  readonly projection: boolean;
}

/** A layer of normally distributed weights; coarse ones are multiples of 1/2, never 0, so that there are many ties. */
export function randomLayer({ inputs, cells, outputs, projection }: Shape, seed: number, coarse = false): StackedLayer {
  const rng = new Rng(seed);
  const draw = (length: number) =>
    Float32Array.from({ length }, () => {
      const value = rng.normal();
      return coarse ? (value < 0 ? Math.floor(2 * value) : Math.floor(2 * value) + 1) / 2 : value || 1;
    });
  return {
    inputs,
    cells,
    outputs,
    weightX: draw(4 * cells * inputs),
    weightR: draw(4 * cells * outputs),
    weightP: projection ? draw(outputs * cells) : null,
    bias: new Float64Array(4 * cells),
    peepholes: null,
  };
}

/** A config; `more` are other settings as a user writes them. */
export function configOf(
  lanes: number,
  density: Config['density'] | number,
  more: Readonly<Record<string, unknown>> = {},
): Config {
  return parseConfig({ array: { lanes }, density, ...more }, 'test');
}

/** Densities in the order of MATRICES; a single one stands for all. */
export function densities(...values: readonly number[]): Config['density'] {
  const all = MATRICES.map((matrix, n) => [matrix, values[n % values.length]]);
  return configOf(1, Object.fromEntries(all) as Config['density']).density;
}

/** Densities that ESE was published with. */
export const ESE_DENSITY = densities(0.117, 0.117, 0.118, 0.115, 0.113, 0.115, 0.112, 0.115, 0.1);

/** Row-major positions that `lane` holds of a sub-matrix, and the matrix they belong to, with its number of columns. */
export function positions(layer: StackedLayer, matrix: Matrix, lanes: number, lane: number) {
  const partition = createPartition(lanes, layer.cells, layer.outputs);
  const gate = MATRICES.indexOf(matrix) % 4;
  const [weights, columns, rows] =
    matrix === 'ym'
      ? [layer.weightP, layer.cells, [...projectionRows(partition, lane)]]
      : [
          matrix.endsWith('x') ? layer.weightX : layer.weightR,
          matrix.endsWith('x') ? layer.inputs : layer.outputs,
          [...gateRows(partition, lane)].filter((row) => Math.floor(row / layer.cells) === gate),
        ];
  const at = rows.sort((a, b) => a - b).flatMap((row) => Array.from({ length: columns }, (_, c) => row * columns + c));
  return { weights, at, columns };
}

export function nonZeros(weights: Floats | null, at?: readonly number[]): number {
  if (weights === null) return 0;
  return at === undefined ? weights.filter((w) => w !== 0).length : at.filter((i) => weights[i] !== 0).length;
}

/** Small shapes of all kinds. */
export const shapes = fc
  .record({
    inputs: fc.integer({ min: 1, max: 6 }),
    cells: fc.integer({ min: 1, max: 12 }),
    outputs: fc.integer({ min: 1, max: 9 }),
    projection: fc.boolean(),
  })
  .map((shape) => (shape.projection ? shape : { ...shape, outputs: shape.cells }));

/** What a lane encodes of a matrix. */
export interface LaneColumns {
  readonly rows: number;
  /** Local rows of the non-zeros of each column, rising. */
  readonly columns: readonly (readonly number[])[];
}

/** The two or three matrices of a layer as the lanes encode them: [matrices][lanes]. */
export function encodedColumns(layer: StackedLayer, lanes: number): readonly (readonly LaneColumns[])[] {
  const { inputs, cells, outputs, weightX, weightR, weightP } = layer;
  const partition = createPartition(lanes, cells, outputs);
  const columnsOf = (weights: Floats, width: number, rowsOf: typeof gateRows): readonly LaneColumns[] =>
    Array.from({ length: lanes }, (_, lane) => {
      const rows = [...rowsOf(partition, lane)];
      const columns = Array.from({ length: width }, (_, column) =>
        rows.flatMap((row, local) => (weights[row * width + column] === 0 ? [] : [local])),
      );
      return { rows: rows.length, columns };
    });
  return [
    columnsOf(weightX, inputs, gateRows),
    columnsOf(weightR, outputs, gateRows),
    ...(weightP === null ? [] : [columnsOf(weightP, cells, projectionRows)]),
  ];
}

/** Padding words that a lane needs. */
export function paddingOf({ columns }: LaneColumns, indexBits: number): number {
  let padding = 0;
  for (const rows of columns) {
    for (const [at, row] of rows.entries()) padding += (row - (rows[at - 1] ?? -1) - 1) >> indexBits;
  }
  return padding;
}

/** Sum of magnitudes of each matrix. */
export function magnitudes({ weightX, weightR, weightP }: StackedLayer): readonly number[] {
  const sum = (weights: Floats) => {
    let total = 0;
    for (const weight of weights) total += Math.abs(weight);
    return total;
  };
  return [weightX, weightR, ...(weightP === null ? [] : [weightP])].map(sum);
}
