import { type Activation, ESE_CELL, type LstmGate, type LstmLayer } from '../../graph.ts';
import { functionOf, isSameVector, productOperands, sumOperands } from './affine.ts';
import { type Cell, type Gate, gateOf, inputPart, isSame, isSameFunction, split } from './cell_gates.ts';
import type { Draft, DraftTensor, StateElements, StatePart } from './draft.ts';

/** c = f ⊙ c' + i ⊙ g, and h = o ⊙ tanh(c) somewhere behind it. */
export function lstmCell(draft: Draft, tensor: DraftTensor, tensors: readonly DraftTensor[]): Cell<LstmLayer> | null {
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
