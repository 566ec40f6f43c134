import { statSync } from 'node:fs';
import { readModel } from './compiler/import/read_model.ts';
import { withSafetensors } from './compiler/import/safetensors.ts';
import type { Matrix } from './config.ts';
import { type LoadedDesign, loadDesign } from './design_dir.ts';
import { EsegenError } from './errors.ts';
import { type MemoryGroup, memoryGroups } from './generate.ts';
import type { Floats, LstmModel } from './model.ts';

/** A sub-matrix of a model. */
export interface MatrixInspection {
  readonly name: Matrix;
  readonly rows: number;
  readonly columns: number;
  readonly nonZeros: number;
  /** Share of weights that are not zero. */
  readonly density: number;
  /** Largest magnitude. */
  readonly peak: number;
}

/** What is in a model file. */
export interface ModelInspection {
  readonly kind: 'model';
  readonly path: string;
  /** Every tensor of the file, those that are not of the LSTM included. */
  readonly tensors: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[];
  readonly model: LstmModel;
  readonly matrices: readonly MatrixInspection[];
}

/** What is in a design directory, all of whose files have been checked. */
export interface DesignInspection {
  readonly kind: 'design';
  readonly loaded: LoadedDesign;
  readonly memories: readonly MemoryGroup[];
}

/**
 * Looks into a model file or a design directory.
 *
 * @throws EsegenError where it is neither, or is damaged
 */
export function inspect(path: string): ModelInspection | DesignInspection {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new EsegenError(path, 'does not exist', 'Name a model file or a design directory');
  if (stat.isDirectory()) {
    const loaded = loadDesign(path);
    return { kind: 'design', loaded, memories: memoryGroups(loaded.design) };
  }
  const model = readModel(path);
  const tensors = withSafetensors(path, (file) =>
    [...file.tensors.values()].map(({ name, dtype, shape }) => ({ name, dtype, shape })),
  );
  return { kind: 'model', path, tensors, model, matrices: inspectMatrices(model) };
}

function inspectMatrices({ layer }: LstmModel): MatrixInspection[] {
  const { inputs, cells, outputs, weightX, weightR, weightP } = layer;
  const gates = (names: readonly Matrix[], weights: Floats, columns: number) =>
    names.map((name, gate) => inspectMatrix(name, weights, gate * cells, cells, columns));
  return [
    ...gates(['ix', 'fx', 'cx', 'ox'], weightX, inputs),
    ...gates(['ir', 'fr', 'cr', 'or'], weightR, outputs),
    ...(weightP === null ? [] : [inspectMatrix('ym', weightP, 0, outputs, cells)]),
  ];
}

function inspectMatrix(
  name: Matrix,
  weights: Floats,
  firstRow: number,
  rows: number,
  columns: number,
): MatrixInspection {
  let nonZeros = 0;
  let peak = 0;
  for (let at = firstRow * columns; at < (firstRow + rows) * columns; at++) {
    const magnitude = Math.abs(weights[at]!);
    if (magnitude > 0) nonZeros++;
    if (magnitude > peak) peak = magnitude;
  }
  return { name, rows, columns, nonZeros, density: nonZeros / (rows * columns), peak };
}
