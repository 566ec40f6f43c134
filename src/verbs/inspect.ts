import { type LoadedDesign, loadDesign } from '../design/load_design.ts';
import { type MemoryGroup, memoryGroups } from '../design/memory_groups.ts';
import type { Matrix } from '../machine/config.ts';
import { hardwareModel } from '../model/import/hardware_model.ts';
import type { ImportedModel } from '../model/import/imported_model.ts';
import { importModel } from '../model/import/read_model.ts';
import type { Floats, LstmDirection, LstmLayer } from '../model/lstm.ts';
import { EsegenError } from '../util/errors.ts';
import { statPath } from '../util/stat_path.ts';

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

/** One direction of a layer. */
export interface LayerInspection {
  /** Number of the layer, from 0. */
  readonly number: number;
  readonly direction: LstmDirection;
  readonly matrices: readonly MatrixInspection[];
}

/** What is in a model file. */
export interface ModelInspection extends ImportedModel {
  readonly kind: 'model';
  readonly path: string;
  /** All directions of all layers, in the order of the model. */
  readonly layers: readonly LayerInspection[];
  /** Why the hardware cannot run the model; null where it can. */
  readonly refusal: string | null;
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
  const stat = statPath(path);
  if (stat === undefined) throw new EsegenError(path, 'does not exist', 'Name a model file or a design directory');
  if (stat.isDirectory()) {
    const loaded = loadDesign(path);
    return { kind: 'design', loaded, memories: memoryGroups(loaded.design) };
  }
  const imported = importModel(path);
  const layers = imported.model.layers.flatMap((directions, number) =>
    directions.map((direction) => ({ number, direction, matrices: inspectMatrices(direction.layer) })),
  );
  return { kind: 'model', path, ...imported, layers, refusal: refusalOf(path, imported) };
}

function refusalOf(path: string, { graph }: ImportedModel): string | null {
  try {
    hardwareModel(path, graph);
    return null;
  } catch (error) {
    if (error instanceof EsegenError) return error.what;
    throw error;
  }
}

function inspectMatrices(layer: LstmLayer): MatrixInspection[] {
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
