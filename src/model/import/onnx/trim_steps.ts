import { timeBehind, type Window, windowOutputs } from '../../graph.ts';
import type { Call } from './call.ts';
import type { Size, Source, View } from './values.ts';

/** Steps of a value where the file says how many its input has. */
export function stepCount({ steps }: Call, { time }: Pick<View, 'time'>): number | null {
  return steps === null ? null : (time ?? []).reduce((count, window) => windowOutputs(window, count), steps);
}

/** Steps that are left out at both ends of an utterance. */
export interface Cut {
  readonly first: number;
  readonly last: number;
}

/**
 * What a slice over time leaves out.
 *
 * @param end null: the end of the value
 * @returns null where it is not known, or is nothing
 */
export function cutOf(call: Call, view: View, start: Size, end: Size): Cut | null {
  const last = lastOf(call, view, end);
  if (typeof start !== 'number' || start < 0 || last === null || last < 0 || start + last === 0) return null;
  return { first: start, last };
}

function lastOf(call: Call, view: View, end: Size): number | null {
  if (end === null) return 0;
  if (typeof end === 'number') {
    const steps = stepCount(call, view);
    return end < 0 ? -end : steps === null ? null : steps - end;
  }
  const [own, other] = [gainOf(view.time ?? []), gainOf(end.time)];
  return end.factor !== 1 || own === null || other === null ? null : own - other - end.offset;
}

/** Steps that windows add, however many there are; null where that depends on their number. */
function gainOf(time: readonly Window[]): number | null {
  if (time.some(({ stride }) => stride !== 1)) return null;
  return time.reduce((sum, { kernel, dilation, before, after }) => sum + before + after - dilation * (kernel - 1), 0);
}

/**
 * A value without some of its first and last steps, where they are those of convolutions: the windows get fewer zeros around the
 * utterance. So a convolution that is padded on both sides and cut behind looks back only.
 *
 * @returns null where it is no such value
 */
export function withoutSteps(call: Call, view: View, cut: Cut): View | null {
  const sources: Source[] = [];
  for (const source of view.sources) {
    const made = source.kind === 'tensor' ? source.tensor.producer : null;
    if (made === null || made.layer.kind !== 'conv') return null;
    const { layer, inputs } = made;
    const { stride, before, after } = layer.time;
    if (stride !== 1 || before < cut.first || after < cut.last) return null;
    const time = { ...layer.time, before: before - cut.first, after: after - cut.last };
    const behind = timeBehind(inputs[0]!.time, time);
    const tensor = call.draft.add(made.name, { ...layer, time }, inputs, made.output.shape, behind);
    sources.push({ kind: 'tensor', tensor });
  }
  const [first] = sources;
  return { ...view, sources, time: first?.kind === 'tensor' ? first.tensor.time : null };
}
