import { EsegenError } from '../../util/errors.ts';
import {
  type CellRule,
  type Floats,
  GRU_GATES,
  type GruGate,
  type GruLayer,
  type GruMatrix,
  LSTM_GATES,
  type LstmGate,
  type LstmLayer,
  type LstmMatrix,
  type Matrix,
} from '../graph.ts';

/** Where a layer comes from, which says how its gates are ordered. */
export type Origin = 'pytorch' | 'onnx' | 'kaldi';

/**
 * Orders of gates and peepholes by origin: PyTorch's `nn.LSTM`; ONNX's operator LSTM; Kaldi's nnet1 matrices `w_gifo_x` and
 * `w_gifo_r`, with c for g.
 */
const LSTM_ROWS: Readonly<Record<Origin, { gates: readonly LstmGate[]; peepholes: readonly ('i' | 'f' | 'o')[] }>> = {
  pytorch: { gates: ['i', 'f', 'c', 'o'], peepholes: ['i', 'f', 'o'] },
  onnx: { gates: ['i', 'o', 'f', 'c'], peepholes: ['i', 'o', 'f'] },
  kaldi: { gates: ['c', 'i', 'f', 'o'], peepholes: ['i', 'f', 'o'] },
};

/** Orders of gates: PyTorch's `nn.GRU`; ONNX's operator GRU, with n for h. */
const GRU_ROWS: Readonly<Record<Exclude<Origin, 'kaldi'>, readonly GruGate[]>> = {
  pytorch: ['r', 'z', 'n'],
  onnx: ['z', 'r', 'n'],
};

/** The arrays of one direction of an LSTM, their shapes already checked, gates on top of each other in the order of their origin. */
export interface LstmSource extends Omit<LstmLayer, 'kind' | 'weights' | 'projection' | 'bias' | 'peepholes'> {
  /** [4H, I]. */
  readonly weightX: Floats;
  /** [4H, P]. */
  readonly weightR: Floats;
  /** [P, H]; null where y = m. */
  readonly weightP: Floats | null;
  /** Each [4H]; their sum is the bias. */
  readonly biases: readonly Floats[];
  /** Three vectors [H], or null. */
  readonly peepholes: readonly Floats[] | null;
  readonly cell: CellRule;
}

/** The same of a GRU. */
export interface GruSource extends Omit<GruLayer, 'kind' | 'weights' | 'bias'> {
  /** [3H, I]. */
  readonly weightX: Floats;
  /** [3H, H]. */
  readonly weightH: Floats;
  /** Of x and of h, [3H] each; null where there are none. */
  readonly biasX: Floats | null;
  readonly biasH: Floats | null;
}

/**
 * The one place where the gates, the biases and the peepholes of an LSTM of any importer become those of the graph.
 *
 * @param where file and bias, for messages
 * @throws EsegenError where a sum of biases is beyond the number range
 */
export function lstmLayer(where: string, origin: Origin, source: LstmSource): LstmLayer {
  const { weightX, weightR, weightP, biases, peepholes, ...rest } = source;
  const { cells, inputs, outputs } = source;
  const { gates, peepholes: order } = LSTM_ROWS[origin];
  const sums = sum(where, biases, 4 * cells);
  const rows = (gate: LstmGate) => gates.indexOf(gate) * cells;
  const weights = LSTM_GATES.flatMap((gate): [LstmMatrix, Matrix][] => [
    [`${gate}x`, block(weightX, rows(gate), cells, inputs)],
    [`${gate}r`, block(weightR, rows(gate), cells, outputs)],
  ]);
  const bias = (gate: LstmGate) => sums.subarray(rows(gate), rows(gate) + cells);
  const peephole = (gate: 'i' | 'f' | 'o') => peepholes![order.indexOf(gate)]!;
  return {
    kind: 'lstm',
    ...rest,
    weights: Object.fromEntries(weights) as Record<LstmMatrix, Matrix>,
    projection: weightP === null ? null : { rows: outputs, columns: cells, values: weightP },
    bias: { i: bias('i'), f: bias('f'), c: bias('c'), o: bias('o') },
    peepholes: peepholes === null ? null : { i: peephole('i'), f: peephole('f'), o: peephole('o') },
  };
}

/**
 * The same for a GRU, whose two biases of the candidate stay apart.
 *
 * @param where file and bias, for messages
 * @throws EsegenError where a sum of biases is beyond the number range
 */
export function gruLayer(where: string, origin: Exclude<Origin, 'kaldi'>, source: GruSource): GruLayer {
  const { weightX, weightH, biasX, biasH, ...rest } = source;
  const { cells, inputs } = source;
  const gates = GRU_ROWS[origin];
  const rows = (gate: GruGate) => gates.indexOf(gate) * cells;
  const weights = GRU_GATES.flatMap((gate): [GruMatrix, Matrix][] => [
    [`${gate}x`, block(weightX, rows(gate), cells, inputs)],
    [`${gate}h`, block(weightH, rows(gate), cells, cells)],
  ]);
  const part = (values: Floats | null, gate: GruGate) =>
    values === null ? new Float64Array(cells) : values.subarray(rows(gate), rows(gate) + cells);
  const both = (gate: GruGate) => sum(where, [part(biasX, gate), part(biasH, gate)], cells);
  return {
    kind: 'gru',
    ...rest,
    weights: Object.fromEntries(weights) as Record<GruMatrix, Matrix>,
    bias: {
      r: both('r'),
      z: both('z'),
      n: Float64Array.from(part(biasX, 'n')),
      nh: Float64Array.from(part(biasH, 'n')),
    },
  };
}

/** Rows of a stack of matrices, as a view. */
function block(values: Floats, first: number, rows: number, columns: number): Matrix {
  return { rows, columns, values: values.subarray(first * columns, (first + rows) * columns) };
}

function sum(where: string, parts: readonly Floats[], length: number): Float64Array {
  const total = new Float64Array(length);
  for (const part of parts) for (let row = 0; row < length; row++) total[row]! += part[row]!;
  const overflow = total.findIndex((value) => !Number.isFinite(value));
  if (overflow >= 0) {
    throw new EsegenError(where, `the sum of its biases is not finite in row ${overflow}`, 'Check the training run');
  }
  return total;
}
