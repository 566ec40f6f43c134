import { EsegenError } from '../../errors.ts';
import type { Floats, LstmLayer, LstmModel, OutputLayer, Peepholes } from '../../model.ts';
import { formatShape, quoteName, quoteNames } from './quote_name.ts';
import type { SourceTensor } from './source_tensor.ts';

/** Largest I, H and P. */
const SIZE_LIMIT = 4096;

/** Largest number of classes of the output layer. */
const CLASS_LIMIT = 65_536;

/** `<prefix>weight_ih_l0`, of any layer and direction: prefix, layer number, `_reverse`. */
const LSTM_NAME = /^(.*)(?:weight|bias)_(?:ih|hh|hr)_l(\d+)(_reverse)?$/s;

/** What the one LSTM of a file may own, behind its prefix. */
const LAYER_NAMES = ['weight_ih_l0', 'weight_hh_l0', 'weight_hr_l0', 'bias_ih_l0', 'bias_hh_l0'];
const PEEPHOLE_NAMES = ['weight_ci', 'weight_cf', 'weight_co'] as const;

/**
 * Builds the model from tensors with the names of PyTorch's `nn.LSTM`, behind one common prefix such as `lstm.`:
 *
 * - `weight_ih_l0` [4H, I], `weight_hh_l0` [4H, P] (gate order i, f, g, o);
 * - optional `weight_hr_l0` [P, H] (`proj_size`; without it P = H), `bias_ih_l0` and `bias_hh_l0` [4H];
 * - optional peepholes `weight_ci`, `weight_cf`, `weight_co` (also with `_l0`): H values each, all three or none;
 * - optional output layer `fc.weight` [classes, P] and `fc.bias` [classes], beside the LSTM or at the top.
 *
 * I, H and P go from 1 to 4096, classes from 1 to 65,536. Tensors of other modules are left alone, but one with the
 * LSTM's own prefix that is not in this list is refused: it would change what the layer computes.
 *
 * @param where file name for messages
 * @throws EsegenError naming the tensor, for a missing or unknown tensor, a wrong shape, dtype or value, several LSTMs,
 *   stacked or bidirectional layers, a GRU or a plain RNN
 */
export function lstmFromTensors(where: string, tensors: ReadonlyMap<string, SourceTensor>): LstmModel {
  const prefix = findPrefix(where, [...tensors.keys()]);
  checkOwnNames(where, prefix, [...tensors.keys()]);
  const layer = readLayer(new Reader(where, prefix, tensors));
  return { layer, outputLayer: readOutputLayer(where, prefix, tensors, layer.outputs) };
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

function findPrefix(where: string, names: readonly string[]): string {
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

/** Refuses what has the LSTM's prefix and is not part of the supported layer. */
function checkOwnNames(where: string, prefix: string, names: readonly string[]): void {
  const known = new Set([...LAYER_NAMES, ...PEEPHOLE_NAMES, ...PEEPHOLE_NAMES.map((name) => `${name}_l0`)]);
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const own = name.slice(prefix.length);
    // Without a prefix (or inside a prefix), a dot leads into another module.
    if (known.has(own) || own.includes('.')) continue;
    const match = LSTM_NAME.exec(name);
    const at = `${where}: ${quoteName(name)}`;
    if (match?.[3] !== undefined) {
      throw new EsegenError(
        at,
        'bidirectional layers are not supported yet',
        'Train the LSTM with bidirectional=False',
      );
    }
    if (match !== null && match[2] !== '0') {
      throw new EsegenError(at, 'stacked layers are not supported yet', 'Train the LSTM with num_layers=1');
    }
    throw new EsegenError(
      at,
      `unknown tensor of the LSTM, expected only ${[...LAYER_NAMES, ...PEEPHOLE_NAMES].join(', ')}`,
      'Rename or remove it; leaving it out silently would change what the layer computes',
    );
  }
}

function readLayer(reader: Reader): LstmLayer {
  const [gateRows, inputs] = reader.matrix('weight_ih_l0', '[4H, I]');
  const [recurrentRows, recurrentColumns] = reader.matrix('weight_hh_l0', '[4H, P]');
  if (!reader.has('weight_hr_l0')) refuseOtherCells(reader, recurrentRows, recurrentColumns);
  if (gateRows % 4 !== 0) {
    const what = `expected shape [4H, I], got ${gateRows} rows, which is not a multiple of 4`;
    throw new EsegenError(reader.at('weight_ih_l0'), what, 'Check how the model was exported');
  }
  const cells = gateRows / 4;
  const outputs = reader.has('weight_hr_l0') ? reader.matrix('weight_hr_l0', '[P, H]')[0] : cells;
  checkSize(reader.at('weight_ih_l0'), 'I (inputs)', inputs, SIZE_LIMIT);
  checkSize(reader.at('weight_ih_l0'), 'H (cells)', cells, SIZE_LIMIT);
  if (reader.has('weight_hr_l0')) checkSize(reader.at('weight_hr_l0'), 'P (outputs)', outputs, SIZE_LIMIT);

  return {
    inputs,
    cells,
    outputs,
    weightX: reader.floats('weight_ih_l0', '[4H, I]', [gateRows, inputs]),
    weightR: reader.floats('weight_hh_l0', '[4H, P]', [gateRows, outputs]),
    weightP: reader.has('weight_hr_l0') ? reader.floats('weight_hr_l0', '[P, H]', [outputs, cells]) : null,
    bias: readBias(reader, gateRows),
    peepholes: readPeepholes(reader, cells),
  };
}

/** GRUs and plain RNNs use the same tensor names; their recurrent matrix gives them away. */
function refuseOtherCells(reader: Reader, rows: number, columns: number): void {
  if (columns === 0 || (rows !== 3 * columns && rows !== columns)) return;
  const kind = rows === columns ? 'plain RNN' : 'GRU';
  throw new EsegenError(
    reader.at('weight_hh_l0'),
    `shape [${rows}, ${columns}] is that of a ${kind}, which is not supported yet`,
    'Train the model with nn.LSTM',
  );
}

function readBias(reader: Reader, gateRows: number): Float64Array {
  const bias = new Float64Array(gateRows);
  for (const name of ['bias_ih_l0', 'bias_hh_l0']) {
    if (!reader.has(name)) continue;
    const part = reader.floats(name, '[4H]', [gateRows]);
    for (let row = 0; row < gateRows; row++) bias[row]! += part[row]!;
  }
  const overflow = bias.findIndex((value) => !Number.isFinite(value));
  if (overflow >= 0) {
    throw new EsegenError(reader.at('bias_ih_l0'), `value ${overflow} plus that of bias_hh_l0 is not finite`);
  }
  return bias;
}

function readPeepholes(reader: Reader, cells: number): Peepholes | null {
  const names = PEEPHOLE_NAMES.map((name) => {
    const suffixed = `${name}_l0`;
    if (reader.has(name) && reader.has(suffixed)) {
      throw new EsegenError(reader.at(name), `stands beside ${suffixed}, expected one of the two`, 'Remove one');
    }
    return reader.has(suffixed) ? suffixed : name;
  });
  if (!names.some((name) => reader.has(name))) return null;
  const [i, f, o] = names.map((name) => reader.vector(name, '[H] (peepholes come as all three or none)', cells));
  return { i: i!, f: f!, o: o! };
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
  checkSize(reader.at('weight'), 'classes', classes, CLASS_LIMIT);
  return {
    classes,
    weight: reader.floats('weight', '[classes, P]', [classes, outputs]),
    bias: reader.has('bias') ? reader.floats('bias', '[classes]', [classes]) : new Float64Array(classes),
  };
}

function checkSize(at: string, what: string, size: number, limit: number): void {
  if (size < 1 || size > limit) {
    throw new EsegenError(at, `expected ${what} from 1 to ${limit}, got ${size}`, 'Choose a smaller model');
  }
}
