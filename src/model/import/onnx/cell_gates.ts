import type { Activation, Matrix } from '../../graph.ts';
import { type Affine, affineOf, functionOf, traced } from './affine.ts';
import type { DraftTensor, StateElements, StatePart } from './draft.ts';
import { product } from './values.ts';

/** A vector that is a part of an input of the file. */
export function inputPart(tensor: DraftTensor): StateElements | null {
  const { root, index } = traced(tensor);
  return root.producer === null && new Set(index).size === index.length ? { input: root, elements: index } : null;
}

export function isSame(a: StateElements, b: StateElements): boolean {
  return (
    a.input === b.input && a.elements.length === b.elements.length && a.elements.every((e, n) => e === b.elements[n])
  );
}

export function isSameFunction(a: Activation, b: Activation): boolean {
  return JSON.stringify(Object.entries(a)) === JSON.stringify(Object.entries(b));
}

/** A gate: a function of a sum of what x gives and what the state before gives. */
export interface Gate {
  readonly activation: Activation;
  readonly sum: Affine;
}

export function gateOf(tensor: DraftTensor): Gate | null {
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
export function split(
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

export interface Cell<L> {
  readonly layer: L;
  readonly sources: readonly DraftTensor[];
  readonly output: DraftTensor;
  readonly states: ReadonlyMap<StatePart, StateElements>;
}
