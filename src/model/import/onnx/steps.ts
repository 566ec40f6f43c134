import { type Call, constantInput, integer, itemsOf, listInput, sizesInput, stepsAdvice } from './call.ts';
import { Fault } from './fault.ts';
import { type Constant, FOLDS } from './folds.ts';
import { tensorOf } from './materialize.ts';
import { axisOf, EMPTY, type Movable, moved } from './movable.ts';
import { isStepsOf, isTime } from './sizes.ts';
import { cutOf, stepCount, withoutSteps } from './trim_steps.ts';
import { type Axis, product, type Size, sizesOf, type Value, type View, viewOf, withAxes } from './values.ts';

/** The value with time as an axis of size 1, as numbers of its elements, through a fold on constants. */
export function refold(call: Call, value: Movable, operands: readonly Constant[], output: number) {
  return refoldOf(call, value, operands)(output);
}

/** The same for each output of a node; its elements are numbered once. */
function refoldOf(call: Call, value: Movable, operands: readonly Constant[]) {
  const sizes = sizesOf(value.axes);
  const numbers = Float64Array.from({ length: product(sizes) }, (_, n) => n);
  const index: Constant = { dtype: 'I64', shape: sizes, values: () => numbers };
  return (output: number) => {
    const result = FOLDS.get(call.node.opType)!(call.node, [index, ...operands], output);
    if (result === null) throw new Fault(`does not fit its input of shape [${value.axes.join(', ')}]`);
    return { shape: result.shape, places: value.kind === 'filled' ? null : result.values() };
  };
}

/** Axes with new sizes, but for time and a batch that stay. */
export function resized(axes: readonly Axis[], sizes: readonly number[]): Axis[] {
  return sizes.map((size, d) => (axes[d] === 'time' || (axes[d] === 'batch' && size === 1) ? axes[d] : size));
}

function listConstant(values: readonly number[]): Constant {
  return { dtype: 'I64', shape: [values.length], values: () => Float64Array.from(values) };
}

/** The value of the first or of the last step, with size 1 where time was. */
function pickStep(call: Call, value: View, at: 'first' | 'last'): View {
  const tensor = tensorOf(call.draft, call.name, value, null);
  const picked = call.draft.add(call.name, { kind: 'pick', at }, [tensor], tensor.shape, null);
  return viewOf(
    picked,
    value.axes.map((axis) => (axis === 'time' ? 1 : axis)),
  );
}

/** Which step a place along time is; null where it is neither the first nor the last. */
function stepAt(call: Call, value: View, place: Size): 'first' | 'last' | null {
  if (place === 0) return 'first';
  if (place === -1 || (isTime(place) && place.factor === 1 && place.offset === -1)) return 'last';
  const steps = stepCount(call, value);
  return place === null || steps === null || place !== steps - 1 ? null : 'last';
}

const TO_THE_END = 2 ** 31 - 1;

export function slice(call: Call, value: Movable): Value[] {
  const from = (n: number, name: string) =>
    call.inputs[n] ? sizesInput(call, n, name) : (call.node.attributes.get(name)?.ints ?? null);
  const starts = from(1, 'starts');
  const ends = from(2, 'ends');
  if (starts === null || ends === null) throw new Fault('expected starts and ends, got none');
  const axes = (listInput(call, 3, 'axes') ?? [...starts.keys()]).map((axis) => axisOf(axis, value.axes.length));
  const steps = listInput(call, 4, 'steps') ?? starts.map(() => 1);
  let result = value;
  const numbers = (list: readonly Size[]) =>
    list.map((item, n) => (value.axes[axes[n] ?? -1] === 'time' ? null : item));
  const [low, high] = [numbers(starts), numbers(ends)];
  for (const [n, axis] of axes.entries()) {
    if (value.axes[axis] !== 'time') continue;
    const [start, end] = [starts[n]!, ends[n]!];
    const reachesEnd =
      (typeof end === 'number' && end >= (stepCount(call, value.kind === 'view' ? value : EMPTY) ?? TO_THE_END)) ||
      isStepsOf(end, value.kind === 'view' ? value : EMPTY);
    if (steps[n] === 1 && start === 0 && reachesEnd) {
      low[n] = 0;
      high[n] = 1;
      continue;
    }
    if (result.kind === 'filled') throw new Fault('takes some steps of a constant');
    if (steps[n]! < 0) {
      const fix = 'Export the layer behind it as a recurrent node of the direction "reverse" or "bidirectional"';
      throw new Fault('turns the steps of an utterance around', fix);
    }
    const cut = steps[n] === 1 ? cutOf(call, result, start, reachesEnd ? null : end) : null;
    const shorter = cut === null ? null : withoutSteps(call, result, cut);
    if (shorter !== null) {
      result = shorter;
      low[n] = 0;
      high[n] = 1;
      continue;
    }
    const at = stepAt(call, result, start);
    const isOne = at === 'last' ? reachesEnd : start === 0 && end === 1;
    if (at === null || !isOne) {
      throw new Fault('takes some steps of an utterance, expected all, the first or the last', stepsAdvice(call));
    }
    result = pickStep(call, result, at);
    low[n] = 0;
    high[n] = 1;
  }
  const plain = (list: readonly Size[]) =>
    list.map((item) => {
      if (typeof item !== 'number') throw new Fault('cuts at a place that depends on the number of steps');
      return item;
    });
  const operands = [plain(low), plain(high), axes, steps].map(listConstant);
  const { shape, places } = refold(call, result, operands, 0);
  return [moved(result, places, resized(result.axes, shape))];
}

export function split(call: Call, value: Movable): Value[] {
  const axis = axisOf(integer(call, 'axis', 0), value.axes.length);
  const { outputs } = call.node;
  if (value.axes[axis] === 'time') {
    if (outputs.length === 1) return [value];
    throw new Fault('splits an utterance into its steps', 'Export the layer itself instead of its unrolled steps');
  }
  const sizes = call.inputs[1] ? [constantInput(call, 1, 'sizes')] : [];
  const parts = refoldOf(call, value, sizes);
  return outputs.map((_, output) => {
    const { shape, places } = parts(output);
    return moved(value, places, resized(value.axes, shape));
  });
}

export function gather(call: Call, value: Movable): Value[] {
  const { axes } = value;
  const axis = axisOf(integer(call, 'axis', 0), axes.length);
  const chosen = call.inputs[1] ?? null;
  if (axes[axis] !== 'time') {
    const index = constantInput(call, 1, 'places');
    const { shape, places } = refold(call, value, [index], 0);
    const kept = (d: number) => (d < axis ? axes[d] : axes[d - index.shape.length + 1]);
    const isNew = (d: number) => d >= axis && d < axis + index.shape.length;
    return [
      moved(
        value,
        places,
        shape.map((size, d) => {
          const before = isNew(d) ? undefined : kept(d);
          return before === 'time' || before === 'batch' ? before : size;
        }),
      ),
    ];
  }
  const items = chosen === null ? null : itemsOf(chosen);
  const rank =
    chosen?.kind === 'known' ? chosen.constant.shape.length : chosen?.kind === 'sizes' ? chosen.shape.length : 2;
  const at = value.kind === 'view' && items?.length === 1 ? stepAt(call, value, items[0]!) : null;
  if (value.kind !== 'view' || at === null || rank > 1) {
    throw new Fault('takes some steps of an utterance, expected the first or the last');
  }
  const picked = pickStep(call, value, at);
  return [
    rank === 1
      ? picked
      : withAxes(
          picked,
          picked.axes.filter((_, d) => d !== axis),
        ),
  ];
}
