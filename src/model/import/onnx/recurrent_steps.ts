import type { GruLayer, LstmLayer } from '../../graph.ts';
import { type Call, describe, itemsOf } from './call.ts';
import type { DraftNode, StateElements, StatePart } from './draft.ts';
import { Fault } from './fault.ts';
import { type Constant, shortList } from './folds.ts';
import { tensorOf } from './materialize.ts';
import { BATCH_LIMIT, type Operands } from './recurrent_operands.ts';
import { isStepsOf } from './sizes.ts';
import { type Axis, joinViews, pickElements, type Source, sizeOf, type Value, type View } from './values.ts';

/** The nodes of all directions, and Y, Y_h and Y_c. */
export function outputsOf(
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
