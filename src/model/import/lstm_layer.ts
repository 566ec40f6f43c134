import { EsegenError } from '../../util/errors.ts';
import type { Floats, LstmLayer } from '../lstm.ts';

/** Rows of gate matrices are stacked in this order; the model's own is `ifgo`. */
type GateOrder = 'ifgo' | 'iofg' | 'gifo';

/**
 * Orders of gates and peepholes by the origin of a model: PyTorch's `nn.LSTM`; ONNX's operator LSTM, with c for g; Kaldi's
 * nnet1 matrices `w_gifo_x` and `w_gifo_r`.
 */
const ORDERS: Readonly<Record<Origin, { gates: GateOrder; peepholes: 'ifo' | 'iof' }>> = {
  pytorch: { gates: 'ifgo', peepholes: 'ifo' },
  onnx: { gates: 'iofg', peepholes: 'iof' },
  kaldi: { gates: 'gifo', peepholes: 'ifo' },
};

/** Where a model comes from, which says how its gates are ordered. */
export type Origin = 'pytorch' | 'onnx' | 'kaldi';

/** The arrays of one direction of a layer, their shapes already checked, with the gates in the order of their origin. */
export interface SourceLayer extends Omit<LstmLayer, 'bias' | 'peepholes'> {
  /** Each [4H]; their sum is the bias. */
  readonly biases: readonly Floats[];
  /** Three vectors [H], or null. */
  readonly peepholes: readonly Floats[] | null;
}

/**
 * The one place where the gates, the biases and the peepholes of all importers become those of the model.
 *
 * @param where file and bias, for messages
 * @throws EsegenError where a sum of biases is beyond the number range
 */
export function lstmLayer(where: string, origin: Origin, source: SourceLayer): LstmLayer {
  const { inputs, cells, outputs, weightX, weightR, weightP, biases, peepholes } = source;
  const { gates, peepholes: order } = ORDERS[origin];
  const peephole = (gate: string) => peepholes![order.indexOf(gate)]!;
  return {
    inputs,
    cells,
    outputs,
    weightX: reorder(gates, weightX, cells * inputs),
    weightR: reorder(gates, weightR, cells * outputs),
    weightP,
    bias: reorder(gates, sum(where, biases, 4 * cells), cells),
    peepholes: peepholes === null ? null : { i: peephole('i'), f: peephole('f'), o: peephole('o') },
  };
}

/** Four blocks of `size` values each, moved from their order to i, f, g, o. */
function reorder<T extends Floats>(order: GateOrder, values: T, size: number): T {
  if (order === 'ifgo') return values;
  const result = values.slice() as T;
  [...'ifgo'].forEach((gate, to) => {
    const from = order.indexOf(gate);
    result.set(values.subarray(from * size, (from + 1) * size), to * size);
  });
  return result;
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
