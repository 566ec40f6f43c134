import {
  type Activation,
  ESE_CELL,
  type GruGate,
  type GruLayer,
  type LstmGate,
  type LstmLayer,
  type Matrix,
} from '../../graph.ts';
import {
  type Affine,
  affineOf,
  functionOf,
  isSameVector,
  productOperands,
  sumOperands,
  traced,
  unwrapped,
} from './affine.ts';
import type { Draft, DraftNode, DraftTensor, StateElements, StatePart } from './draft.ts';
import { product } from './values.ts';

/**
 * Finds LSTM and GRU cells that an exporter took apart into products, sums and functions, and makes one node of each. Their
 * states are inputs of the file, so that a call is a time step.
 *
 * @param ends tensors that the outputs of the file are made of
 * @returns cell states of the LSTMs found, by the tensors that held them
 */
export function joinCells(draft: Draft, ends: readonly DraftTensor[]): Map<DraftTensor, DraftNode> {
  const cellStates = new Map<DraftTensor, DraftNode>();
  const tensors = reachable(ends);
  for (const tensor of tensors) {
    const cell = lstmCell(draft, tensor, tensors);
    if (cell !== null) {
      const { layer, sources, output, states } = cell;
      replace(draft, output, layer, sources, states);
      cellStates.set(tensor, output.producer!);
      continue;
    }
    const gru = gruCell(tensor);
    if (gru !== null) replace(draft, tensor, gru.layer, gru.sources, gru.states);
  }
  return cellStates;
}

/** All tensors that others are computed from, each behind those that it is computed from. */
function reachable(ends: readonly DraftTensor[]): DraftTensor[] {
  const order: DraftTensor[] = [];
  const seen = new Set<DraftTensor>();
  const stack = ends.map((tensor) => ({ tensor, isOpen: false }));
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    if (top.isOpen) {
      order.push(top.tensor);
      stack.pop();
    } else if (seen.has(top.tensor)) stack.pop();
    else {
      seen.add(top.tensor);
      top.isOpen = true;
      for (const tensor of top.tensor.producer?.inputs ?? []) stack.push({ tensor, isOpen: false });
    }
  }
  return order;
}

/** Gives a tensor another node to compute it. */
function replace(
  draft: Draft,
  output: DraftTensor,
  layer: DraftNode['layer'],
  sources: readonly DraftTensor[],
  states: ReadonlyMap<StatePart, StateElements>,
): void {
  const { name } = output.producer!;
  const width = sources.reduce((sum, { shape }) => sum + product(shape), 0);
  const x = sources.length === 1 ? sources[0]! : draft.add(name, { kind: 'concat' }, sources, [width], output.time);
  output.producer = { name, layer, inputs: [x], output, states };
}

/** A vector that is a part of an input of the file. */
function inputPart(tensor: DraftTensor): StateElements | null {
  const { root, index } = traced(tensor);
  return root.producer === null && new Set(index).size === index.length ? { input: root, elements: index } : null;
}

function isSame(a: StateElements, b: StateElements): boolean {
  return (
    a.input === b.input && a.elements.length === b.elements.length && a.elements.every((e, n) => e === b.elements[n])
  );
}

function isSameFunction(a: Activation, b: Activation): boolean {
  return JSON.stringify(Object.entries(a)) === JSON.stringify(Object.entries(b));
}

/** A gate: a function of a sum of what x gives and what the state before gives. */
interface Gate {
  readonly activation: Activation;
  readonly sum: Affine;
}

function gateOf(tensor: DraftTensor): Gate | null {
  const found = functionOf(tensor);
  const sum = found === null ? null : affineOf(found.of, found.index);
  return found === null || sum === null || sum.products.length > 0 ? null : { activation: found.activation, sum };
}

/** Products of gates with x and with the state before, as matrices by gate. */
interface Split {
  readonly state: StateElements;
  readonly sources: readonly DraftTensor[];
  /** [cells, elements of all sources] and [cells, cells] of each sum. */
  readonly x: readonly Matrix[];
  readonly h: readonly Matrix[];
}

/**
 * Parts sums into what comes from the state before and what comes from elsewhere.
 *
 * @param stateOf which of the parts of inputs that are as long as there are cells is the state
 */
function split(
  sums: readonly Affine[],
  stateOf: (parts: readonly StateElements[]) => StateElements | null,
): Split | null {
  const cells = sums[0]!.rows;
  const all = [...new Set(sums.flatMap(({ terms }) => [...terms.keys()]))].map((tensor) => ({
    part: inputPart(tensor),
    tensor,
  }));
  const state = stateOf(all.flatMap(({ part }) => (part !== null && part.elements.length === cells ? part : [])));
  if (state === null) return null;
  const isRecurrent = (part: StateElements | null) => part !== null && isSame(part, state);
  const sources = all.flatMap(({ part, tensor }) => (isRecurrent(part) ? [] : tensor));
  const width = sources.reduce((sum, { shape }) => sum + product(shape), 0);
  if (width === 0) return null;
  const starts = new Map<DraftTensor, number>();
  for (const [n, tensor] of sources.entries()) {
    starts.set(
      tensor,
      sources.slice(0, n).reduce((sum, { shape }) => sum + product(shape), 0),
    );
  }
  const matrices = sums.map(({ terms, rows }) => {
    const x = new Float64Array(rows * width);
    const h = new Float64Array(rows * cells);
    for (const [source, matrix] of terms) {
      const size = product(source.shape);
      const [to, stride, start] = isRecurrent(inputPart(source)) ? [h, cells, 0] : [x, width, starts.get(source)!];
      for (let row = 0; row < rows; row++) {
        for (let c = 0; c < size; c++) to[row * stride + start + c]! += matrix[row * size + c]!;
      }
    }
    return {
      x: { rows, columns: width, values: x },
      h: { rows, columns: cells, values: h },
    };
  });
  return { state, sources, x: matrices.map(({ x }) => x), h: matrices.map(({ h }) => h) };
}

interface Cell<L> {
  readonly layer: L;
  readonly sources: readonly DraftTensor[];
  readonly output: DraftTensor;
  readonly states: ReadonlyMap<StatePart, StateElements>;
}

/** c = f ⊙ c' + i ⊙ g, and h = o ⊙ tanh(c) somewhere behind it. */
function lstmCell(draft: Draft, tensor: DraftTensor, tensors: readonly DraftTensor[]): Cell<LstmLayer> | null {
  const operands = sumOperands(tensor)?.map(productOperands);
  if (operands === undefined || operands.some((pair) => pair === null)) return null;
  for (const [kept, added] of [operands, operands.toReversed()]) {
    for (const [forget, before] of [kept!, kept!.toReversed()]) {
      const c = inputPart(before!);
      const f = c === null ? null : gateOf(forget!);
      if (c === null || f === null) continue;
      for (const [input, candidate] of [added!, added!.toReversed()]) {
        const [i, g] = [gateOf(input!), gateOf(candidate!)];
        if (i === null || g === null || !isSameFunction(i.activation, f.activation)) continue;
        const found = outputGate(tensor, tensors, f.activation);
        const gates = found === null ? null : { i, f, c: g, o: found.gate };
        const layer = gates === null ? null : lstmLayer(draft, gates, found!.activation, c);
        if (layer !== null) return { ...layer, output: found!.output };
      }
    }
  }
  return null;
}

/** Of several inputs as long as the state, that which c is a part of, or the last of the file: x stands in front of states. */
function hiddenState({ inputs }: Draft, parts: readonly StateElements[], c: StateElements): StateElements | null {
  const others = parts.filter((part) => !isSame(part, c));
  const [beside] = others.filter(({ input }) => input === c.input);
  return beside ?? others.toSorted((a, b) => inputs.indexOf(b.input) - inputs.indexOf(a.input))[0] ?? null;
}

/** The product of a gate and a function of the cell state. */
function outputGate(state: DraftTensor, tensors: readonly DraftTensor[], gate: Activation) {
  for (const output of tensors) {
    const operands = output.producer?.layer.kind === 'host' ? productOperands(output) : null;
    for (const [o, m] of operands === null ? [] : [operands, operands.toReversed()]) {
      const squashed = functionOf(m!);
      if (squashed === null || squashed.index !== null || !isSameVector(squashed.of, state)) continue;
      const found = gateOf(o!);
      if (found !== null && isSameFunction(found.activation, gate)) {
        return { output, gate: found, activation: squashed.activation };
      }
    }
  }
  return null;
}

function lstmLayer(
  draft: Draft,
  gates: Record<LstmGate, Gate>,
  output: Activation,
  c: StateElements,
): Omit<Cell<LstmLayer>, 'output'> | null {
  const sums = [gates.i.sum, gates.f.sum, gates.c.sum, gates.o.sum];
  const cells = c.elements.length;
  if (sums.some(({ rows }) => rows !== cells)) return null;
  const parts = split(sums, (found) => hiddenState(draft, found, c));
  if (parts === null) return null;
  const { state, sources, x, h } = parts;
  const layer: LstmLayer = {
    kind: 'lstm',
    inputs: x[0]!.columns,
    cells,
    outputs: cells,
    weights: { ix: x[0]!, fx: x[1]!, cx: x[2]!, ox: x[3]!, ir: h[0]!, fr: h[1]!, cr: h[2]!, or: h[3]! },
    projection: null,
    bias: { i: gates.i.sum.bias, f: gates.f.sum.bias, c: gates.c.sum.bias, o: gates.o.sum.bias },
    peepholes: null,
    cell: { ...ESE_CELL, gate: gates.i.activation, candidate: gates.c.activation, output },
    reverse: false,
    initial: null,
  };
  return {
    layer,
    sources,
    states: new Map<StatePart, StateElements>([
      ['y', state],
      ['c', c],
    ]),
  };
}

/** h = (1 − z) ⊙ n + z ⊙ h', or n + z ⊙ (h' − n). */
function gruCell(tensor: DraftTensor): Omit<Cell<GruLayer>, 'output'> | null {
  const operands = sumOperands(tensor);
  if (operands === null) return null;
  for (const [first, second] of [operands, operands.toReversed()]) {
    const mixed = productOperands(first!);
    if (mixed === null) continue;
    for (const [update, rest] of [mixed, mixed.toReversed()]) {
      const candidate = updatedCandidate(update!, rest!, second!);
      if (candidate === null) continue;
      const found = gruLayer(update!, candidate.n, candidate.h);
      if (found !== null) return found;
    }
  }
  return null;
}

/** Candidate and state of z ⊙ rest + other; null where it is no GRU. */
function updatedCandidate(
  z: DraftTensor,
  rest: DraftTensor,
  other: DraftTensor,
): { n: DraftTensor; h: StateElements } | null {
  const difference = unwrapped(rest).producer;
  if (difference?.layer.kind === 'host' && difference.layer.operation.op === 'subtract') {
    const h = inputPart(difference.inputs[0]!);
    const n = unwrapped(difference.inputs[1]!);
    return h !== null && isSameVector(n, other) ? { n, h } : null;
  }
  const h = inputPart(rest);
  const pair = h === null ? null : productOperands(other);
  for (const [complement, n] of pair === null ? [] : [pair, pair.toReversed()]) {
    const node = unwrapped(complement!).producer;
    if (node?.layer.kind !== 'host' || node.layer.operation.op !== 'scale') continue;
    const { factor, offset } = node.layer.operation;
    const isComplement = factor.every((value) => value === -1) && offset.every((value) => value === 1);
    if (isComplement && isSameVector(node.inputs[0]!, z)) return { n: unwrapped(n!), h: h! };
  }
  return null;
}

function gruLayer(update: DraftTensor, candidate: DraftTensor, h: StateElements) {
  const z = gateOf(update);
  const squashed = functionOf(candidate);
  const sum = squashed === null ? null : affineOf(squashed.of, squashed.index);
  const cells = h.elements.length;
  if (z === null || squashed === null || sum === null || sum.rows !== cells || z.sum.rows !== cells) return null;
  const isState = (part: StateElements) => isSame(part, h);
  const after = sum.products.length === 1 && sum.products[0]!.factor === 1 ? resetAfter(sum.products[0]!.node) : null;
  const before = sum.products.length === 0 ? resetBefore(sum, isState) : null;
  const reset = after ?? before;
  if (reset === null || reset.r.sum.rows !== cells || !isSameFunction(reset.r.activation, z.activation)) return null;
  const parts = split([reset.r.sum, z.sum, reset.x, reset.h], (found) => found.find(isState) ?? null);
  if (parts === null || !parts.x[3]!.values.every((value) => value === 0)) return null;
  if (!parts.h[2]!.values.every((value) => value === 0)) return null;
  const [rx, zx, nx] = parts.x;
  const [rh, zh, , nh] = parts.h;
  const bias: Record<GruGate | 'nh', Float64Array> = {
    r: reset.r.sum.bias,
    z: z.sum.bias,
    n: reset.x.bias,
    nh: reset.h.bias,
  };
  const layer = {
    kind: 'gru',
    inputs: rx!.columns,
    cells,
    weights: { rx: rx!, zx: zx!, nx: nx!, rh: rh!, zh: zh!, nh: nh! },
    bias,
    resetAfter: after !== null,
    gate: z.activation,
    candidate: squashed.activation,
    clip: Number.POSITIVE_INFINITY,
    reverse: false,
    initial: null,
  } as const;
  return { layer, sources: parts.sources, states: new Map<StatePart, StateElements>([['h', h]]) };

  /** n = tanh(Wnx·x + bn + r ⊙ (Wnh·h' + bnh)). */
  function resetAfter(node: DraftNode): { r: Gate; x: Affine; h: Affine } | null {
    for (const [gate, rest] of [node.inputs, node.inputs.toReversed()]) {
      const [r, inner] = [gateOf(gate!), affineOf(rest!)];
      if (r !== null && inner !== null && inner.products.length === 0)
        return { r, x: { ...sum!, products: [] }, h: inner };
    }
    return null;
  }
}

/** n = tanh(Wnx·x + bn + Wnh·(r ⊙ h')). */
function resetBefore(sum: Affine, isState: (part: StateElements) => boolean): { r: Gate; x: Affine; h: Affine } | null {
  for (const [source, matrix] of sum.terms) {
    const pair = productOperands(source);
    for (const [gate, rest] of pair === null ? [] : [pair, pair.toReversed()]) {
      const [r, part] = [gateOf(gate!), inputPart(rest!)];
      if (r === null || part === null || !isState(part)) continue;
      const others = new Map(sum.terms);
      others.delete(source);
      const h: Affine = {
        rows: sum.rows,
        terms: new Map([[rest!, matrix]]),
        bias: new Float64Array(sum.rows),
        products: [],
      };
      return { r, x: { ...sum, terms: others }, h };
    }
  }
  return null;
}
