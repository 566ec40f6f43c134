import { EsegenError } from '../../util/errors.ts';
import { formatShape, quoteName, quoteNames } from '../../util/quote_name.ts';
import { ESE_CELL, type Floats, type LstmDirection, type OutputLayer, type TrainedModel } from '../lstm.ts';
import { checkSize } from './limits.ts';
import { lstmLayer } from './lstm_layer.ts';
import type { SourceTensor } from './source_tensor.ts';

/** `<prefix>weight_ih_l0`, of any layer and direction: prefix, layer number, `_reverse`. */
const LSTM_NAME = /^(.*)(?:weight|bias)_(?:ih|hh|hr)_l(\d+)(_reverse)?$/s;

/** What one direction of a layer may own, behind the prefix and before `_l0`, `_l0_reverse`, `_l1`, …. */
const NAMES = ['weight_ih', 'weight_hh', 'weight_hr', 'bias_ih', 'bias_hh'];
const PEEPHOLE_NAMES = ['weight_ci', 'weight_cf', 'weight_co'] as const;

/**
 * Builds the model from tensors with the names of PyTorch's `nn.LSTM`, behind one common prefix such as `lstm.`:
 *
 * - `weight_ih_l0` [4H, I], `weight_hh_l0` [4H, P] (gate order i, f, g, o);
 * - optional `weight_hr_l0` [P, H] (`proj_size`; without it P = H), `bias_ih_l0` and `bias_hh_l0` [4H];
 * - optional peepholes `weight_ci_l0`, `weight_cf_l0`, `weight_co_l0` (also without `_l0`): H values each, all three or none;
 * - the same with `_reverse` behind it for the second direction, and with `_l1`, `_l2`, … for stacked layers;
 * - optional output layer `fc.weight` [classes, P] (P of both directions) and `fc.bias` [classes], beside the LSTM or at the top.
 *
 * I, H and P go from 1 to 4096, classes from 1 to 65,536, layers to 64. Tensors of other modules are left alone, but one
 * with the LSTM's own prefix that is not in this list is refused: it would change what the layer computes.
 *
 * @param where file name for messages
 * @throws EsegenError naming the tensor, for a missing or unknown tensor, a wrong shape, dtype or value, several LSTMs, a GRU
 *   or a plain RNN
 */
export function lstmFromTensors(where: string, tensors: ReadonlyMap<string, SourceTensor>): TrainedModel {
  const prefix = lstmPrefix(where, [...tensors.keys()]);
  const reader = new Reader(where, prefix, tensors);
  const { layerCount, suffixes } = findDirections(reader);
  checkOwnNames(reader, layerCount, suffixes);
  const layers: LstmDirection[][] = [];
  let inputs: number | null = null;
  for (let number = 0; number < layerCount; number++) {
    const directions = suffixes.map((suffix) => readDirection(reader, `_l${number}${suffix}`, inputs));
    layers.push(directions);
    inputs = directions.reduce((sum, { layer }) => sum + layer.outputs, 0);
  }
  return {
    layers,
    outputLayer: readOutputLayer(where, prefix, tensors, inputs!),
    stateInput: null,
    sequenceLengths: null,
  };
}

/** Tensors behind one prefix, read with their shape checked. */
class Reader {
  constructor(
    readonly where: string,
    readonly prefix: string,
    readonly tensors: ReadonlyMap<string, SourceTensor>,
  ) {}

  /** Place of a tensor for messages. */
  at(name: string): string {
    return `${this.where}: ${quoteName(this.prefix + name)}`;
  }

  has(name: string): boolean {
    return this.tensors.has(this.prefix + name);
  }

  /** Names behind the prefix. */
  names(): string[] {
    return [...this.tensors.keys()]
      .filter((name) => name.startsWith(this.prefix))
      .map((name) => name.slice(this.prefix.length));
  }

  /** Shape of a tensor that must be there and have two dimensions. */
  matrix(name: string, meaning: string): [rows: number, columns: number] {
    const { shape } = this.get(name, meaning);
    if (shape.length !== 2) throw this.wrongShape(name, meaning);
    return [shape[0]!, shape[1]!];
  }

  /** Values of a tensor that must have exactly this shape; `meaning` says it in letters, e.g. `[4H, I]`. */
  floats(name: string, meaning: string, expected: readonly number[]): Floats {
    const tensor = this.get(name, meaning);
    if (tensor.shape.length !== expected.length || tensor.shape.some((size, d) => size !== expected[d])) {
      throw this.wrongShape(name, `${meaning} = ${formatShape(expected)}`);
    }
    return tensor.floats();
  }

  /** Values of a vector, whatever dimensions of size 1 it carries besides. */
  vector(name: string, meaning: string, length: number): Floats {
    const tensor = this.get(name, meaning);
    const rest = tensor.shape.filter((size) => size !== 1);
    const fits = length === 1 ? rest.length === 0 : rest.length === 1 && rest[0] === length;
    if (!fits) throw this.wrongShape(name, `${meaning} = [${length}]`);
    return tensor.floats();
  }

  private get(name: string, meaning: string): SourceTensor {
    const tensor = this.tensors.get(this.prefix + name);
    if (tensor === undefined) {
      throw new EsegenError(this.at(name), `missing, expected a tensor ${meaning}`, 'Export the whole state_dict');
    }
    return tensor;
  }

  private wrongShape(name: string, expected: string): EsegenError {
    const got = formatShape(this.get(name, expected).shape);
    return new EsegenError(this.at(name), `expected shape ${expected}, got ${got}`, 'Check how the model was exported');
  }
}

/**
 * What stands before the names of the LSTM's tensors.
 *
 * @param names of all tensors of the file
 * @throws EsegenError where there is no LSTM, or there are several
 */
export function lstmPrefix(where: string, names: readonly string[]): string {
  const prefixes = new Set<string>();
  for (const name of names) {
    const match = LSTM_NAME.exec(name);
    if (match !== null) prefixes.add(match[1]!);
  }
  if (prefixes.size > 1) {
    throw new EsegenError(
      where,
      `expected one LSTM, got ${prefixes.size}, with the prefixes ${quoteNames([...prefixes])}`,
      'Export the LSTM to build into a file of its own',
    );
  }
  const [prefix] = prefixes;
  if (prefix === undefined) {
    throw new EsegenError(
      where,
      `expected tensors named like PyTorch's nn.LSTM (weight_ih_l0, weight_hh_l0, …), got ${quoteNames(names)}`,
      'Save the state_dict of a model that holds an nn.LSTM',
    );
  }
  return prefix;
}

/** How many layers there are, and the suffixes of their directions: all layers have the same. */
function findDirections(reader: Reader): { layerCount: number; suffixes: readonly string[] } {
  const numbers = new Set<number>();
  const suffixes = new Set(['']);
  for (const name of reader.names()) {
    const match = LSTM_NAME.exec(name);
    if (match === null) continue;
    numbers.add(Number(match[2]));
    suffixes.add(match[3] ?? '');
  }
  const layerCount = Math.max(...numbers) + 1;
  checkSize(`${reader.where}: ${quoteName(reader.prefix)}`, 'layers', layerCount);
  return { layerCount, suffixes: [...suffixes] };
}

/** Refuses what has the LSTM's prefix and is not part of it. */
function checkOwnNames(reader: Reader, layerCount: number, suffixes: readonly string[]): void {
  const bases: readonly string[] = [...NAMES, ...PEEPHOLE_NAMES];
  const known = new Set<string>(PEEPHOLE_NAMES);
  for (let number = 0; number < layerCount; number++) {
    for (const suffix of suffixes) for (const base of bases) known.add(`${base}_l${number}${suffix}`);
  }
  for (const name of reader.names()) {
    // Without a prefix (or inside a prefix), a dot leads into another module.
    if (known.has(name) || name.includes('.')) continue;
    throw new EsegenError(
      reader.at(name),
      `unknown tensor of the LSTM, expected only ${bases.map((base) => `${base}_l0`).join(', ')}`,
      'Rename or remove it; leaving it out silently would change what the layer computes',
    );
  }
}

/** @param expected I as the layer before gives it, or null for the first layer */
function readDirection(reader: Reader, suffix: string, expected: number | null): LstmDirection {
  const weightX = `weight_ih${suffix}`;
  const weightR = `weight_hh${suffix}`;
  const weightP = `weight_hr${suffix}`;
  const biasX = `bias_ih${suffix}`;
  const biasR = `bias_hh${suffix}`;
  const [gateRows, inputs] = reader.matrix(weightX, '[4H, I]');
  const [recurrentRows, recurrentColumns] = reader.matrix(weightR, '[4H, P]');
  const projected = reader.has(weightP);
  if (!projected) refuseOtherCells(reader, weightR, recurrentRows, recurrentColumns);
  if (gateRows % 4 !== 0) {
    const what = `expected shape [4H, I], got ${gateRows} rows, which is not a multiple of 4`;
    throw new EsegenError(reader.at(weightX), what, 'Check how the model was exported');
  }
  const cells = gateRows / 4;
  const outputs = projected ? reader.matrix(weightP, '[P, H]')[0] : cells;
  checkSize(reader.at(weightX), 'I (inputs)', inputs);
  checkSize(reader.at(weightX), 'H (cells)', cells);
  if (projected) checkSize(reader.at(weightP), 'P (outputs)', outputs);

  const layer = lstmLayer(reader.at(biasX), 'pytorch', {
    inputs,
    cells,
    outputs,
    weightX: reader.floats(weightX, '[4H, I]', [gateRows, expected ?? inputs]),
    weightR: reader.floats(weightR, '[4H, P]', [gateRows, outputs]),
    weightP: projected ? reader.floats(weightP, '[P, H]', [outputs, cells]) : null,
    biases: [biasX, biasR].filter((name) => reader.has(name)).map((name) => reader.floats(name, '[4H]', [gateRows])),
    peepholes: readPeepholes(reader, suffix, cells),
  });
  return { layer, cell: ESE_CELL, reverse: suffix.endsWith('_reverse'), initial: null };
}

/** GRUs and plain RNNs use the same tensor names; their recurrent matrix gives them away. */
function refuseOtherCells(reader: Reader, name: string, rows: number, columns: number): void {
  if (columns === 0 || (rows !== 3 * columns && rows !== columns)) return;
  const kind = rows === columns ? 'plain RNN' : 'GRU';
  throw new EsegenError(
    reader.at(name),
    `shape [${rows}, ${columns}] is that of a ${kind}, which is not supported yet`,
    'Train the model with nn.LSTM',
  );
}

function readPeepholes(reader: Reader, suffix: string, cells: number): readonly Floats[] | null {
  const names = PEEPHOLE_NAMES.map((name) => {
    const suffixed = name + suffix;
    if (suffix !== '_l0' || !reader.has(name)) return suffixed;
    if (reader.has(suffixed)) {
      throw new EsegenError(reader.at(name), `stands beside ${suffixed}, expected one of the two`, 'Remove one');
    }
    return name;
  });
  if (!names.some((name) => reader.has(name))) return null;
  return names.map((name) => reader.vector(name, '[H] (peepholes come as all three or none)', cells));
}

/** The output layer sits beside the module that holds the LSTM (`net.lstm.` → `net.fc.`) or at the top. */
function readOutputLayer(
  where: string,
  prefix: string,
  tensors: ReadonlyMap<string, SourceTensor>,
  outputs: number,
): OutputLayer | null {
  const parent = prefix.slice(0, prefix.lastIndexOf('.', prefix.length - 2) + 1);
  const readers = [...new Set([`${parent}fc.`, 'fc.'])]
    .map((candidate) => new Reader(where, candidate, tensors))
    .filter((reader) => reader.has('weight') || reader.has('bias'));
  const [reader, other] = readers;
  if (reader === undefined) return null;
  if (other !== undefined) {
    throw new EsegenError(reader.at('weight'), `stands beside ${quoteName('fc.weight')}, expected one`, 'Remove one');
  }
  const [classes] = reader.matrix('weight', '[classes, P]');
  checkSize(reader.at('weight'), 'classes', classes);
  return {
    classes,
    weight: reader.floats('weight', '[classes, P]', [classes, outputs]),
    bias: reader.has('bias')
      ? Float64Array.from(reader.floats('bias', '[classes]', [classes]))
      : new Float64Array(classes),
  };
}
