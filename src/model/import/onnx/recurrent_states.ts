import { type Call, describe, uniformOf } from './call.ts';
import type { DraftTensor, StateElements, StatePart } from './draft.ts';
import { Fault } from './fault.ts';
import type { Constant } from './folds.ts';
import { BATCH_LIMIT, checkShape, type Operands } from './recurrent_operands.ts';
import { indexOf, sizesOf, type View } from './values.ts';

/** State of all directions, [D, H]. */
type State =
  | { readonly kind: 'zero' }
  | { readonly kind: 'constant'; readonly values: Float64Array }
  | { readonly kind: 'input'; readonly input: DraftTensor; readonly elements: Int32Array };

export function stateOf(call: Call, { directions, cells, batchFirst }: Operands, n: number, what: string): State {
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
export function initialOf<P extends StatePart>(
  states: Record<P, State>,
  parts: readonly P[],
  d: number,
  cells: number,
) {
  const values = (state: State) =>
    state.kind === 'constant' ? state.values.subarray(d * cells, (d + 1) * cells) : new Float64Array(cells);
  if (parts.every((part) => states[part].kind !== 'constant')) return null;
  return Object.fromEntries(parts.map((part) => [part, values(states[part])])) as Record<P, Float64Array>;
}

export function givenStates(
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
