import type { Draft, DraftNode, DraftTensor, StateElements, StatePart } from './draft.ts';
import { gruCell } from './gru_cell.ts';
import { lstmCell } from './lstm_cell.ts';
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
