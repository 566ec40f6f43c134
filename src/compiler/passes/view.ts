import type { Matrix, TensorId } from '../../model/graph.ts';

/** A vector put together from elements of tensors: what concatenations, slices and changes of layout come to. */
export interface View {
  /** Tensors that it reads, each once, with their numbers of elements. */
  readonly sources: readonly { readonly id: TensorId; readonly elements: number }[];
  /** For each element the number of its source, and the element there. */
  readonly source: Int32Array;
  readonly element: Int32Array;
}

/** The view of a whole tensor. */
export function wholeTensor(id: TensorId, elements: number): View {
  return {
    sources: [{ id, elements }],
    source: new Int32Array(elements),
    element: Int32Array.from({ length: elements }, (_, n) => n),
  };
}

/** Elements of a view, in the order of `index`. */
export function gatherView(view: View, index: Int32Array): View {
  const source = Int32Array.from(index, (n) => view.source[n]!);
  const element = Int32Array.from(index, (n) => view.element[n]!);
  // Sources that nothing is taken of go, and the others keep their order.
  const used = new Set(source);
  const renumbered = new Map([...used].sort((a, b) => a - b).map((old, now) => [old, now]));
  return {
    sources: view.sources.filter((_, n) => used.has(n)),
    source: source.map((n) => renumbered.get(n)!),
    element,
  };
}

/** Views side by side. */
export function joinViews(views: readonly View[]): View {
  const numbers = new Map<TensorId, number>();
  const sources: View['sources'][number][] = [];
  const total = views.reduce((sum, { element }) => sum + element.length, 0);
  const source = new Int32Array(total);
  const element = new Int32Array(total);
  let at = 0;
  for (const view of views) {
    const renumbered = view.sources.map((entry) => {
      const number = numbers.get(entry.id) ?? sources.length;
      if (number === sources.length) sources.push(entry);
      numbers.set(entry.id, number);
      return number;
    });
    for (let n = 0; n < view.element.length; n++, at++) {
      source[at] = renumbered[view.source[n]!]!;
      element[at] = view.element[n]!;
    }
  }
  return { sources, source, element };
}

/** The tensor of which a view has all elements in their order; null where it is another one. */
export function tensorOf({ sources, element }: View): TensorId | null {
  const [only] = sources;
  if (sources.length !== 1 || only!.elements !== element.length) return null;
  return element.every((from, n) => from === n) ? only!.id : null;
}

/** Columns of a matrix over a view, source by source: what it multiplies of each. */
export function columnsBySource(matrix: Matrix, view: View): readonly Matrix[] {
  if (tensorOf(view) !== null) return [matrix];
  const { sources, source, element } = view;
  const { rows, columns } = matrix;
  const parts = sources.map(({ elements }) => new Float64Array(rows * elements));
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const from = source[column]!;
      parts[from]![row * sources[from]!.elements + element[column]!]! += matrix.values[at]!;
    }
  }
  return parts.map((values, n) => ({ rows, columns: sources[n]!.elements, values }));
}

/** A run of channels of one source that stand one behind the other in a view, each with all of its positions. */
export interface ChannelBlock {
  readonly source: TensorId;
  /** Channels of the source, whose positions are those of the view. */
  readonly channels: number;
  /** For each channel of the view that is of this source: which one it is there. */
  readonly from: readonly number[];
  /** And which one of the view. */
  readonly to: readonly number[];
}

/** A view of whole channels by source; null where positions of a channel are of several sources, or in another order. */
export function channelBlocks({ sources, source, element }: View, positions: number): readonly ChannelBlock[] | null {
  const blocks = sources.map(({ id, elements }) => ({
    source: id,
    channels: elements / positions,
    from: [] as number[],
    to: [] as number[],
  }));
  if (blocks.some(({ channels }) => !Number.isInteger(channels))) return null;
  for (let channel = 0; channel * positions < element.length; channel++) {
    const first = channel * positions;
    const start = element[first]!;
    if (start % positions !== 0) return null;
    for (let n = 0; n < positions; n++) {
      if (source[first + n] !== source[first] || element[first + n] !== start + n) return null;
    }
    const block = blocks[source[first]!]!;
    block.from.push(start / positions);
    block.to.push(channel);
  }
  return blocks;
}
