import { EsegenError } from '../../../util/errors.ts';
import { ESE_CELL, type Floats, type GruLayer, type LstmLayer, type NodeId } from '../../graph.ts';
import type { MatrixName } from '../../matrices.ts';
import { gruLayer, lstmLayer } from '../cell_layers.ts';
import type { WeightTensor } from '../imported_model.ts';
import { checkSize } from '../limits.ts';
import { BIAS_NAMES, MATRIX_NAMES, PEEPHOLE_NAMES } from './lstm_tensors.ts';
import type { StateDict } from './state_dict.ts';

/** Tensor of a recurrent module: prefix, then of `nn.LSTM` and `nn.GRU` the number of the layer and `_reverse`; of a cell neither. */
const MODULE_NAME = /^(.*)(?:weight|bias)_(?:ih|hh|hr)(?:_l(\d+)(_reverse)?)?$/s;

/** What one direction of a layer may own, behind the prefix and before `_l0`, `_l0_reverse`, `_l1`, …. */
const NAMES = [MATRIX_NAMES.x, MATRIX_NAMES.r, ...BIAS_NAMES] as const;
const PEEPHOLES = Object.values(PEEPHOLE_NAMES);

const GATES = { lstm: 4, gru: 3 } as const;

/** Kinds of recurrent modules. */
export type RecurrentKind = keyof typeof GATES;

/** What the names of a module's tensors say. */
export interface RecurrentModule {
  /** In front of its tensors, with the dot: `lstm.`. */
  readonly prefix: string;
  /** Behind the names of its tensors, layer by layer, forward first; all layers have the same directions. */
  readonly layers: readonly (readonly string[])[];
}

/** Prefixes of all recurrent modules of a file, in its order. */
export function recurrentPrefixes(names: Iterable<string>): string[] {
  const prefixes = new Set<string>();
  for (const name of names) {
    const match = MODULE_NAME.exec(name);
    if (match !== null) prefixes.add(match[1]!);
  }
  return [...prefixes];
}

/**
 * Finds the layers and directions of the module behind a prefix.
 *
 * @throws EsegenError where there is no such module, or its layers have different directions
 */
export function findModule(state: StateDict, prefix: string): RecurrentModule {
  const suffixes = new Set<string>();
  const numbers = new Set<number>();
  for (const name of state.tensors.keys()) {
    const match = MODULE_NAME.exec(name);
    if (match === null || match[1] !== prefix) continue;
    if (match[2] === undefined) suffixes.add('cell');
    else {
      suffixes.add(match[3] ?? '');
      numbers.add(Number(match[2]));
    }
  }
  const isCell = suffixes.delete('cell');
  if (isCell && numbers.size > 0) {
    const what = 'has the tensors of a cell and of a layer, expected one of the two';
    throw new EsegenError(state.at(prefix), what, 'Give the modules different names');
  }
  if (isCell) return { prefix, layers: [['']] };
  if (numbers.size === 0) {
    const what = 'no tensor weight_ih_l0 or weight_ih stands behind this prefix';
    throw new EsegenError(state.at(prefix), what, 'Name the prefix of an nn.LSTM or nn.GRU');
  }
  const count = Math.max(...numbers) + 1;
  checkSize(state.at(prefix), 'layers', count);
  const directions = suffixes.has('_reverse') ? ['', '_reverse'] : [''];
  const layers = Array.from({ length: count }, (_, n) => directions.map((direction) => `_l${n}${direction}`));
  return { prefix, layers };
}

/** Kind of a module by the shape of its first recurrent matrix, which is square but for the gates. */
export function kindOf(state: StateDict, { prefix, layers }: RecurrentModule): RecurrentKind {
  const suffix = layers[0]![0]!;
  if (state.has(`${prefix}${MATRIX_NAMES.p}${suffix}`)) return 'lstm';
  const [rows, columns] = state.shape(`${prefix}${MATRIX_NAMES.r}${suffix}`, '[4H, P]');
  if (columns === 0 || rows === undefined || columns === undefined) return 'lstm';
  if (rows === columns) {
    throw new EsegenError(
      state.at(`${prefix}${MATRIX_NAMES.r}${suffix}`),
      `shape [${rows}, ${columns}] is that of a plain RNN, which is not supported`,
      'Train the model with nn.LSTM or nn.GRU',
    );
  }
  return rows === 3 * columns ? 'gru' : 'lstm';
}

/** Refuses what has the module's prefix and is not part of it. */
export function checkOwnNames(state: StateDict, kind: RecurrentKind, { prefix, layers }: RecurrentModule): void {
  const bases: readonly string[] = kind === 'gru' ? NAMES : [...NAMES, MATRIX_NAMES.p, ...PEEPHOLES];
  const known = new Set(layers.flat().flatMap((suffix) => bases.map((base) => base + suffix)));
  if (kind === 'lstm') for (const name of PEEPHOLES) known.add(name);
  const first = layers[0]![0]!;
  for (const full of state.tensors.keys()) {
    if (!full.startsWith(prefix)) continue;
    const name = full.slice(prefix.length);
    // Without a prefix (or inside a prefix), a dot leads into another module.
    if (known.has(name) || name.includes('.')) continue;
    throw new EsegenError(
      state.at(full),
      `unknown tensor of the ${kind.toUpperCase()}, expected only ${bases.map((base) => base + first).join(', ')}`,
      'Rename or remove it; leaving it out silently would change what the layer computes',
    );
  }
}

/**
 * One direction of a layer:
 *
 * - `weight_ih` [4H, I], `weight_hh` [4H, P], gate order i, f, g, o; of a GRU [3H, I], [3H, H], order r, z, n;
 * - both or none of `bias_ih` and `bias_hh`, [4H] or [3H];
 * - of an LSTM optionally `weight_hr` [P, H] (`proj_size`; without it P = H) and the peepholes `weight_ci`, `weight_cf`,
 *   `weight_co`: H values each, all three or none; for the first layer also without a suffix.
 *
 * @param inputs I as what stands before the layer gives it
 * @param cellClip limit of the cell state of an LSTM
 * @throws EsegenError naming the tensor that is missing, unknown or has another shape
 */
export function readDirection(
  state: StateDict,
  kind: RecurrentKind,
  prefix: string,
  suffix: string,
  inputs: number,
  cellClip: number = ESE_CELL.cellClip,
): LstmLayer | GruLayer {
  const name = (base: string) => `${prefix}${base}${suffix}`;
  const gates = GATES[kind];
  const letters = `${gates}H`;
  const [weightX, weightH, weightP] = [name(MATRIX_NAMES.x), name(MATRIX_NAMES.r), name(MATRIX_NAMES.p)];
  const projected = kind === 'lstm' && state.has(weightP);
  const [rows] = state.shape(weightX, `[${letters}, I]`) as readonly [number, number];
  if (rows % gates !== 0) {
    const what = `expected shape [${letters}, I], got ${rows} rows, which is not a multiple of ${gates}`;
    throw new EsegenError(state.at(weightX), what, 'Check how the model was exported');
  }
  const cells = rows / gates;
  const outputs = projected ? state.shape(weightP, '[P, H]')[0]! : cells;
  checkSize(state.at(weightX), 'H (cells)', cells);
  if (projected) checkSize(state.at(weightP), 'P (outputs)', outputs);
  const recurrent = kind === 'gru' ? `[${letters}, H]` : `[${letters}, P]`;
  state.shape(weightH, recurrent);
  const shared = {
    inputs,
    cells,
    reverse: suffix.endsWith('_reverse'),
    initial: null,
    weightX: state.floats(weightX, `[${letters}, I]`, [rows, inputs]),
  };
  const matrixH = state.floats(weightH, recurrent, [rows, outputs]);
  const biases = readBiases(state, name, letters, rows);
  const at = state.at(name(BIAS_NAMES[0]));
  if (kind === 'gru') {
    const [biasX = null, biasH = null] = biases;
    const rule = { gate: ESE_CELL.gate, candidate: ESE_CELL.candidate, clip: ESE_CELL.clip, resetAfter: true };
    return gruLayer(at, 'pytorch', { ...shared, ...rule, weightH: matrixH, biasX, biasH });
  }
  return lstmLayer(at, 'pytorch', {
    ...shared,
    outputs,
    weightR: matrixH,
    weightP: projected ? state.floats(weightP, '[P, H]', [outputs, cells]) : null,
    biases,
    peepholes: readPeepholes(state, prefix, suffix, cells),
    cell: { ...ESE_CELL, cellClip },
  });
}

/** Where the matrices of a direction are, gate by gate on top of each other. */
export function recurrentTensors(
  layer: LstmLayer | GruLayer,
  prefix: string,
  suffix: string,
  node: NodeId,
): readonly WeightTensor[] {
  const tensor = (base: string, matrices: readonly MatrixName[]) => ({
    tensor: `${prefix}${base}${suffix}`,
    node,
    matrices,
  });
  if (layer.kind === 'gru') return [tensor('weight_ih', ['rx', 'zx', 'nx']), tensor('weight_hh', ['rh', 'zh', 'nh'])];
  return [
    tensor('weight_ih', ['ix', 'fx', 'cx', 'ox']),
    tensor('weight_hh', ['ir', 'fr', 'cr', 'or']),
    ...(layer.projection === null ? [] : [tensor('weight_hr', ['ym'])]),
  ];
}

/** Of x, then of the recurrent side; none of either. */
function readBiases(state: StateDict, name: (base: string) => string, letters: string, rows: number): Floats[] {
  const names = BIAS_NAMES.map(name);
  if (!names.some((bias) => state.has(bias))) return [];
  return names.map((bias) => state.floats(bias, `[${letters}]`, [rows]));
}

function readPeepholes(state: StateDict, prefix: string, suffix: string, cells: number): readonly Floats[] | null {
  const names = PEEPHOLES.map((base) => {
    const [plain, suffixed] = [prefix + base, prefix + base + suffix];
    if (suffix !== '_l0' || !state.has(plain)) return suffixed;
    if (state.has(suffixed)) {
      throw new EsegenError(state.at(plain), `stands beside ${base}${suffix}, expected one of the two`, 'Remove one');
    }
    return plain;
  });
  if (!names.some((name) => state.has(name))) return null;
  return names.map((name) => state.vector(name, '[H] (peepholes come as all three or none)', cells));
}
