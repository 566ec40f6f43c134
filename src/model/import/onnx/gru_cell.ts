import type { GruGate, GruLayer } from '../../graph.ts';
import { type Affine, affineOf, functionOf, isSameVector, productOperands, sumOperands, unwrapped } from './affine.ts';
import { type Cell, type Gate, gateOf, inputPart, isSame, isSameFunction, split } from './cell_gates.ts';
import type { DraftNode, DraftTensor, StateElements, StatePart } from './draft.ts';

/** h = (1 − z) ⊙ n + z ⊙ h', or n + z ⊙ (h' − n). */
export function gruCell(tensor: DraftTensor): Omit<Cell<GruLayer>, 'output'> | null {
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
