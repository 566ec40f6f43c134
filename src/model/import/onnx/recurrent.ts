import type { CellRule, Floats, GruLayer, LstmLayer } from '../../graph.ts';
import { type Call, optionalConstant } from './call.ts';
import { activationsOf, clipOf, flag } from './recurrent_attributes.ts';
import { biasOf, blockOf, checkShape, readOperands } from './recurrent_operands.ts';
import { givenStates, initialOf, stateOf } from './recurrent_states.ts';
import { outputsOf } from './recurrent_steps.ts';
import type { Value } from './values.ts';

/**
 * LSTM (https://onnx.ai/onnx/operators/onnx__LSTM.html): W [D, 4H, I] and R [D, 4H, H], gates in the order i, o, f, c; B [D, 8H],
 * the biases of W, then those of R; P [D, 3H], peepholes in the order i, o, f.
 */
export function lstm(call: Call): Value[] {
  const operands = readOperands(call, 4);
  const { directions, inputs, cells } = operands;
  const count = directions.length;
  const p = optionalConstant(call, 7, 'peepholes P');
  if (p !== null) checkShape(p, 'P [D, 3H]', [count, 3 * cells]);
  const peepholes = p?.values() ?? null;
  const clip = clipOf(call);
  const couplesGates = flag(call, 'input_forget');
  const functions = activationsOf(call, count, ['Sigmoid', 'Tanh', 'Tanh']);
  const states = { y: stateOf(call, operands, 5, 'initial_h'), c: stateOf(call, operands, 6, 'initial_c') };
  return outputsOf(call, operands, ['y', 'c'], (reverse, d) => {
    const [gate, candidate, output] = functions[d]!;
    const cell: CellRule = {
      gate: gate!,
      candidate: candidate!,
      output: output!,
      clip,
      cellClip: Number.POSITIVE_INFINITY,
      couplesGates,
    };
    const matrix = (values: Floats, block: number, columns: number) => blockOf(values, 4 * d + block, cells, columns);
    const bias = (block: number) => biasOf(operands.b, d, 4, block, cells);
    const peephole = (block: number) => peepholes!.subarray((3 * d + block) * cells, (3 * d + block + 1) * cells);
    const [i, o, f, c] = [0, 1, 2, 3];
    const { w, r } = operands;
    const layer: LstmLayer = {
      kind: 'lstm',
      inputs,
      cells,
      outputs: cells,
      weights: {
        ix: matrix(w, i, inputs),
        fx: matrix(w, f, inputs),
        cx: matrix(w, c, inputs),
        ox: matrix(w, o, inputs),
        ir: matrix(r, i, cells),
        fr: matrix(r, f, cells),
        cr: matrix(r, c, cells),
        or: matrix(r, o, cells),
      },
      projection: null,
      bias: { i: bias(i), f: bias(f), c: bias(c), o: bias(o) },
      peepholes: peepholes === null ? null : { i: peephole(0), o: peephole(1), f: peephole(2) },
      cell,
      reverse,
      initial: initialOf(states, ['y', 'c'], d, cells),
    };
    return { layer, given: givenStates(states, d, cells) };
  });
}

/**
 * GRU (https://onnx.ai/onnx/operators/onnx__GRU.html): W [D, 3H, I] and R [D, 3H, H], gates in the order z, r, h; B [D, 6H].
 */
export function gru(call: Call): Value[] {
  const operands = readOperands(call, 3);
  const { directions, inputs, cells, w, r } = operands;
  const clip = clipOf(call);
  const resetAfter = flag(call, 'linear_before_reset');
  const functions = activationsOf(call, directions.length, ['Sigmoid', 'Tanh']);
  const states = { h: stateOf(call, operands, 5, 'initial_h') };
  return outputsOf(call, operands, ['h'], (reverse, d) => {
    const matrix = (values: Floats, block: number, columns: number) => blockOf(values, 3 * d + block, cells, columns);
    const side = (block: number, ofR: number) => {
      const from = (6 * d + 3 * ofR + block) * cells;
      return operands.b === null ? new Float64Array(cells) : Float64Array.from(operands.b.subarray(from, from + cells));
    };
    const [gate, candidate] = functions[d]!;
    const initial = initialOf(states, ['h'], d, cells);
    const layer: GruLayer = {
      kind: 'gru',
      inputs,
      cells,
      weights: {
        zx: matrix(w, 0, inputs),
        rx: matrix(w, 1, inputs),
        nx: matrix(w, 2, inputs),
        zh: matrix(r, 0, cells),
        rh: matrix(r, 1, cells),
        nh: matrix(r, 2, cells),
      },
      bias: {
        z: biasOf(operands.b, d, 3, 0, cells),
        r: biasOf(operands.b, d, 3, 1, cells),
        n: side(2, 0),
        nh: side(2, 1),
      },
      resetAfter,
      gate: gate!,
      candidate: candidate!,
      clip,
      reverse,
      initial,
    };
    return { layer, given: givenStates(states, d, cells) };
  });
}
