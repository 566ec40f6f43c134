import { type Draft, type DraftTensor, sameTime } from './draft.ts';
import { Fault } from './fault.ts';
import { featuresOf, product, type Source, sizesOf, sourceElements, type View, viewElements } from './values.ts';

/**
 * The tensor of a view: that which it stands for, or a new one that gathers its elements.
 *
 * @param name for new tensors
 * @param shape how its elements are read; null where any shape will do
 */
export function tensorOf(draft: Draft, name: string, view: View, shape: readonly number[] | null): DraftTensor {
  const trimmed = trim(view);
  const tensors = trimmed.sources.map((source) => sourceTensor(draft, name, source, view));
  const [first] = tensors;
  for (const tensor of tensors) {
    if (!sameTime(tensor.time, first!.time)) throw new Fault('joins values of different steps');
  }
  const elements = viewElements(view);
  const isWhole = tensors.length === 1 && trimmed.index === null;
  const wanted = shape ?? (isWhole ? first!.shape : usualShape(view));
  if (product(wanted) !== elements) throw new Fault(`has ${elements} elements, expected ${product(wanted)}`);
  if (trimmed.index === null) {
    if (tensors.length === 1 && sameShape(first!.shape, wanted)) return first!;
    return draft.add(name, { kind: 'concat' }, tensors, wanted, view.time);
  }
  const all = trimmed.sources.reduce((sum, source) => sum + sourceElements(source), 0);
  const base = tensors.length === 1 ? first! : draft.add(name, { kind: 'concat' }, tensors, [all], view.time);
  return draft.add(name, { kind: 'gather', index: trimmed.index }, [base], wanted, view.time);
}

/** The sizes of its features. */
function usualShape({ axes }: View): readonly number[] {
  const sizes = featuresOf(axes);
  return sizes.length === 0 ? [1] : sizes;
}

/** The tensor of a view with the sizes of its axes, but for time. */
export function shapedTensor(draft: Draft, name: string, view: View): DraftTensor {
  const sizes = sizesOf(view.axes.filter((axis) => axis !== 'time'));
  return tensorOf(draft, name, view, sizes);
}

/** Leaves out sources of which nothing is used. */
function trim(view: View): View {
  const { sources, index } = view;
  if (index === null || sources.length === 1) return view;
  const starts: number[] = [];
  let all = 0;
  for (const source of sources) {
    starts.push(all);
    all += sourceElements(source);
  }
  const sourceAt = (place: number) => {
    let source = starts.length - 1;
    while (starts[source]! > place) source--;
    return source;
  };
  const used = new Set<number>();
  for (const place of index) used.add(sourceAt(place));
  if (used.size === sources.length) return view;
  const moved = new Map<number, number>();
  let start = 0;
  for (const source of [...used].sort((a, b) => a - b)) {
    moved.set(source, start);
    start += sourceElements(sources[source]!);
  }
  const places = index.map((place) => moved.get(sourceAt(place))! + place - starts[sourceAt(place)]!);
  const isWhole = places.length === start && places.every((place, n) => place === n);
  return { ...view, sources: sources.filter((_, n) => used.has(n)), index: isWhole ? null : places };
}

function sourceTensor(draft: Draft, name: string, source: Source, view: View): DraftTensor {
  if (source.kind === 'tensor') return source.tensor;
  const { node, part } = source;
  if (part === 'c') {
    throw new Fault(
      'uses the cell state of an LSTM as data, which only its own cells see',
      'Take the output of the LSTM instead',
    );
  }
  const { output, layer } = node;
  // Without an axis of time, the state behind a call is what the call gave last.
  if (output.time !== null && view.time !== null) {
    const all = product(output.shape);
    if (all === source.elements) return output;
    const index = Int32Array.from({ length: source.elements }, (_, n) => all - source.elements + n);
    return draft.add(name, { kind: 'gather', index }, [output], [source.elements], output.time);
  }
  const at = (layer.kind === 'lstm' || layer.kind === 'gru') && layer.reverse ? 'first' : 'last';
  return draft.add(name, { kind: 'pick', at }, [output], output.shape, null);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, d) => size === b[d]);
}
