import { formatShape } from '../../../util/quote_name.ts';
import type { CellRule, Floats, GruLayer, LstmLayer, Matrix } from '../../graph.ts';
import { type Call, describe, itemsOf, optionalConstant, uniformOf } from './call.ts';
import type { DraftNode, DraftTensor, StateElements, StatePart } from './draft.ts';
import { Fault } from './fault.ts';
import { type Constant, shortList } from './folds.ts';
import { tensorOf } from './materialize.ts';
import { activationsOf, checkAttributes, clipOf, directionsOf, flag } from './recurrent_attributes.ts';
import { isStepsOf } from './sizes.ts';
import {
  type Axis,
  indexOf,
  joinViews,
  pickElements,
  type Source,
  sizeOf,
  sizesOf,
  type Value,
  type View,
} from './values.ts';

/** Largest I and H. */
const SIZE_LIMIT = 65_536;

/** Most utterances of a batch for which lengths or states are read. */
const BATCH_LIMIT = 4096;

/** Sizes of a recurrent operator, each operand checked against them. */
interface Operands {
  readonly directions: readonly boolean[];
  readonly inputs: number;
  readonly cells: number;
  readonly batchFirst: boolean;
  readonly w: Floats;
  readonly r: Floats;
  readonly b: Floats | null;
}

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

function readOperands(call: Call, gates: number): Operands {
  checkAttributes(call);
  const directions = directionsOf(call);
  const count = directions.length;
  const w = weights(call, 1, `W [D, ${gates}H, I]`);
  checkShape(w, `W [D, ${gates}H, I]`, [count, null, null]);
  const [, rows, inputs] = w.shape as [number, number, number];
  if (rows % gates !== 0) throw new Fault(`expected ${gates}H rows in W, got ${rows}`);
  const cells = rows / gates;
  if (cells < 1 || cells > SIZE_LIMIT) throw new Fault(`W: expected H (cells) from 1 to ${SIZE_LIMIT}, got ${cells}`);
  if (inputs < 1 || inputs > SIZE_LIMIT)
    throw new Fault(`W: expected I (inputs) from 1 to ${SIZE_LIMIT}, got ${inputs}`);
  const hidden = call.node.attributes.get('hidden_size')?.i ?? cells;
  if (hidden !== cells) throw new Fault(`hidden_size is ${hidden}, but W has rows for ${cells} cells`);
  const r = weights(call, 2, `R [D, ${gates}H, H]`);
  checkShape(r, `R [D, ${gates}H, H]`, [count, gates * cells, cells]);
  const b = optionalConstant(call, 3, `biases B [D, ${2 * gates}H]`);
  if (b !== null) checkShape(b, `B [D, ${2 * gates}H]`, [count, 2 * gates * cells]);
  for (const constant of [w, r, b]) if (constant !== null) call.pool.use(constant);
  return {
    directions,
    inputs,
    cells,
    batchFirst: flag(call, 'layout'),
    w: w.values(),
    r: r.values(),
    b: b?.values() ?? null,
  };
}

function weights(call: Call, n: number, what: string): Constant {
  const value = call.inputs[n] ?? null;
  if (value?.kind === 'known') return value.constant;
  const fix =
    value?.kind === 'view' && value.sources.some((s) => s.kind === 'tensor' && s.tensor.producer === null)
      ? 'Export the model with its weights as initializers, not as inputs'
      : 'Export the model with constant folding';
  throw new Fault(`expected constant weights ${what}, got ${describe(value)}`, fix);
}

/** @param expected sizes, null where any will do */
function checkShape(
  { shape }: { readonly shape: readonly number[] },
  what: string,
  expected: readonly (number | null)[],
) {
  if (shape.length === expected.length && expected.every((size, d) => size === null || size === shape[d])) return;
  const sizes = expected.map((size) => size ?? 'any').join(', ');
  throw new Fault(`expected ${what} = [${sizes}], got ${formatShape(shape)}`, 'Check how it was exported');
}

function blockOf(values: Floats, block: number, rows: number, columns: number): Matrix {
  return { rows, columns, values: values.subarray(block * rows * columns, (block + 1) * rows * columns) };
}

/** Sum of both biases of a gate. */
function biasOf(b: Floats | null, direction: number, gates: number, gate: number, cells: number): Float64Array {
  const sum = new Float64Array(cells);
  if (b === null) return sum;
  for (const side of [0, 1]) {
    const from = ((2 * direction + side) * gates + gate) * cells;
    for (let n = 0; n < cells; n++) sum[n]! += b[from + n]!;
  }
  if (!sum.every(Number.isFinite)) throw new Fault('B: the sum of its biases is not finite', 'Check the training run');
  return sum;
}

/** State of all directions, [D, H]. */
type State =
  | { readonly kind: 'zero' }
  | { readonly kind: 'constant'; readonly values: Float64Array }
  | { readonly kind: 'input'; readonly input: DraftTensor; readonly elements: Int32Array };

function stateOf(call: Call, { directions, cells, batchFirst }: Operands, n: number, what: string): State {
  const value = call.inputs[n] ?? null;
  const count = directions.length;
  const expected = batchFirst ? [null, count, cells] : [count, null, cells];
  const name = `${what} ${batchFirst ? '[N, D, H]' : '[D, N, H]'}`;
  if (value === null) return { kind: 'zero' };
  if (value.kind === 'filled') {
    return value.value === 0
      ? { kind: 'zero' }
      : { kind: 'constant', values: new Float64Array(count * cells).fill(value.value) };
  }
  if (value.kind === 'known') {
    checkShape(value.constant, name, expected);
    if (uniformOf(value) === 0) return { kind: 'zero' };
    return { kind: 'constant', values: sameForBatch(value.constant, batchFirst, count, cells, what) };
  }
  if (value.kind !== 'view') throw new Fault(`expected ${name}, got ${describe(value)}`);
  if (value.axes.includes('time')) throw new Fault(`expected ${name}, got a value for each step`);
  checkShape({ shape: sizesOf(value.axes) }, name, expected.with(batchFirst ? 0 : 1, 1));
  const used = tensorsOf(value);
  const [input] = used;
  if (used.length !== 1 || input!.producer !== null) {
    throw new Fault(`expected ${what} from one input of the model or constant, got what other nodes compute`);
  }
  return { kind: 'input', input: input!, elements: indexOf(value) };
}

/** Tensors that the elements of a view come from. */
function tensorsOf(view: View): DraftTensor[] {
  return view.sources.map((source) => {
    if (source.kind === 'tensor') return source.tensor;
    throw new Fault('starts from the last state of another layer', 'Export the model with states as inputs');
  });
}

function sameForBatch(
  { shape, values }: Constant,
  batchFirst: boolean,
  count: number,
  cells: number,
  what: string,
): Float64Array {
  const batch = shape[batchFirst ? 0 : 1]!;
  if (batch < 1 || batch > BATCH_LIMIT) {
    throw new Fault(`expected a batch of 1 to ${BATCH_LIMIT}, got ${batch}`, 'Export the model with batch 1');
  }
  const given = values();
  const result = new Float64Array(count * cells);
  for (let d = 0; d < count; d++) {
    for (let n = 0; n < batch; n++) {
      const from = (batchFirst ? n * count + d : d * batch + n) * cells;
      for (let h = 0; h < cells; h++) {
        const value = given[from + h]!;
        if (n > 0 && result[d * cells + h] !== value) {
          throw new Fault(`expected one ${what} for all utterances of a batch`, 'Export it with batch 1');
        }
        result[d * cells + h] = value;
      }
    }
  }
  return result;
}

/** Constant initial states of a direction; null where they are zeros. */
function initialOf<P extends StatePart>(states: Record<P, State>, parts: readonly P[], d: number, cells: number) {
  const values = (state: State) =>
    state.kind === 'constant' ? state.values.subarray(d * cells, (d + 1) * cells) : new Float64Array(cells);
  if (parts.every((part) => states[part].kind !== 'constant')) return null;
  return Object.fromEntries(parts.map((part) => [part, values(states[part])])) as Record<P, Float64Array>;
}

function givenStates(
  states: Partial<Record<StatePart, State>>,
  d: number,
  cells: number,
): Map<StatePart, StateElements> {
  const given = new Map<StatePart, StateElements>();
  for (const [part, state] of Object.entries(states) as [StatePart, State][]) {
    if (state.kind !== 'input') continue;
    given.set(part, { input: state.input, elements: state.elements.slice(d * cells, (d + 1) * cells) });
  }
  return given;
}

/** The nodes of all directions, and Y, Y_h and Y_c. */
function outputsOf(
  call: Call,
  operands: Operands,
  parts: readonly StatePart[],
  make: (reverse: boolean, d: number) => { layer: LstmLayer | GruLayer; given: Map<StatePart, StateElements> },
): Value[] {
  const { directions, inputs, cells, batchFirst } = operands;
  const x = call.inputs[0] ?? null;
  if (x?.kind !== 'view') throw new Fault(`expected an activation as X, got ${describe(x)}`);
  if (x.axes.length !== 3) throw new Fault(`expected X of three axes, got [${x.axes.join(', ')}]`);
  const [time, batch] = batchFirst ? [x.axes[1]!, x.axes[0]!] : [x.axes[0]!, x.axes[1]!];
  const width = x.axes[2]!;
  if (width === 'time' || sizeOf(width) !== inputs) {
    throw new Fault(
      `expected X of ${inputs} elements a step, as W is for, got [${x.axes.join(', ')}]`,
      'Check how it was exported',
    );
  }
  if (batch === 'time' || sizeOf(batch) !== 1) {
    throw new Fault(
      `expected a batch of 1, got X of [${x.axes.join(', ')}]`,
      'Export the model with a batch of one or an open size',
    );
  }
  noteLengths(call, x, time);
  const steps = sizeOf(time);
  const tensor = tensorOf(call.draft, call.name, x, null);
  const sources: Source[] = [];
  const nodes: DraftNode[] = [];
  for (const [d, reverse] of directions.entries()) {
    const { layer, given } = make(reverse, d);
    if (time !== 'time') checkCalls(given, parts, reverse, steps);
    const shape = steps === 1 ? [cells] : [steps, cells];
    const output = call.draft.add(call.name, layer, [tensor], shape, tensor.time, given);
    sources.push({ kind: 'tensor', tensor: output });
    nodes.push(output.producer!);
  }
  const views = sources.map(
    (source): View => ({
      kind: 'view',
      sources: [source],
      index: null,
      axes: [steps, cells],
      time: tensor.time,
    }),
  );
  const count = directions.length;
  const order: Axis[] = batchFirst ? ['batch', time, count, cells] : [time, count, 'batch', cells];
  const y = ySteps(views, order, steps, cells);
  const finals = parts.map(
    (part): View => ({
      kind: 'view',
      sources: nodes.map((node) => ({ kind: 'final', node, part, elements: cells })),
      index: null,
      axes: batchFirst ? ['batch', count, cells] : [count, 'batch', cells],
      time: time === 'time' ? null : tensor.time,
    }),
  );
  return [y, ...finals];
}

/** Y: all directions of a step side by side. */
function ySteps(views: readonly View[], axes: readonly Axis[], steps: number, cells: number): View {
  const joined = joinViews(views, axes);
  if (steps === 1 || views.length === 1) return { ...joined, axes };
  const count = views.length;
  const places = Int32Array.from({ length: steps * count * cells }, (_, n) => {
    const [step, d, cell] = [Math.floor(n / (count * cells)), Math.floor(n / cells) % count, n % cells];
    return (d * steps + step) * cells + cell;
  });
  return pickElements(joined, places, axes);
}

/** Without an axis of time a call is a step, so that its states come from the call before. */
function checkCalls(
  given: ReadonlyMap<StatePart, StateElements>,
  parts: readonly StatePart[],
  reverse: boolean,
  steps: number,
): void {
  if (parts.some((part) => !given.has(part))) {
    throw new Fault(
      'runs over an axis that is not time, and starts from a state of its own in each call',
      'Leave the number of steps open in the shape of the input',
    );
  }
  if (reverse && steps > 1) throw new Fault('runs in reverse over the steps of a call');
}

/** Lengths that are the number of steps, or that the run gives, are none. */
function noteLengths(call: Call, x: View, time: Axis): void {
  const value = call.inputs[4] ?? null;
  if (value === null || value.kind === 'opaque' || value.kind === 'view') return;
  const items = itemsOf(value);
  if (value.kind === 'sizes' && items?.every((item) => isStepsOf(item, x))) return;
  const lengths = value.kind === 'known' ? longList(value.constant) : null;
  if (lengths === null || lengths.some((length) => !Number.isInteger(length) || length < 0)) {
    throw new Fault(`expected sequence_lens of non-negative integers, got ${describe(value)}`);
  }
  if (lengths.length < 1 || lengths.length > BATCH_LIMIT) {
    throw new Fault(`expected a batch of 1 to ${BATCH_LIMIT}, got ${lengths.length}`, 'Export the model with batch 1');
  }
  if (time !== 'time') {
    if (lengths.every((length) => length === time)) return;
    throw new Fault(`has sequence_lens [${lengths.slice(0, 8)}] for ${time} steps a call`);
  }
  call.noteLengths(lengths);
}

function longList(constant: Constant): number[] | null {
  if (constant.dtype !== 'I64' || constant.shape.length !== 1) return null;
  return shortList(constant) === null && constant.shape[0]! > BATCH_LIMIT ? null : [...constant.values()];
}
