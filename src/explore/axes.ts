import { z } from 'zod';
import { expected } from '../util/schema.ts';

/** A value of an axis. */
export type AxisValue = number | string;

/** What an axis decides: the numbers of the model; the hardware, and with it the cycles; or neither. */
export type AxisKind = 'model' | 'hardware' | 'free';

/** A key of the config that an exploration varies, or `block`. */
interface AxisInfo {
  readonly name: string;
  readonly kind: AxisKind;
  readonly words: boolean;
}

function numbers(kind: AxisKind, ...names: string[]): AxisInfo[] {
  return names.map((name) => ({ name, kind, words: false }));
}

function words(kind: AxisKind, ...names: string[]): AxisInfo[] {
  return names.map((name) => ({ name, kind, words: true }));
}

/**
 * All axes in the order in which points are counted: the last one is the fastest. `block` is no key of a config: it is the block to which
 * recurrent layers are projected, as `esegen prune --block` does; 0: they stay. All others are keys of a config.
 */
export const AXES: readonly AxisInfo[] = [
  ...numbers('model', 'block', 'density'),
  ...words('model', 'encoding'),
  ...numbers('model', 'indexBits', 'weightBits', 'vectorBits'),
  ...numbers('hardware', 'array.channels', 'array.groups', 'array.lanes', 'elemLanes', 'inputBeat', 'outputBeat'),
  ...words('hardware', 'activationQueue', 'accumulatorMemory', 'weights'),
  ...numbers('hardware', 'memoryBusBits', 'fifoDepth'),
  ...numbers('free', 'clockMHz'),
  ...words('free', 'part'),
];

/** Values of each axis that a space names. */
export type Axes = Readonly<Record<string, readonly AxisValue[]>>;

/** Most values of an axis. */
const LONGEST_AXIS = 64;

function listOf<T extends AxisValue>(value: z.ZodType<T>, what: string) {
  const error = expected(`a list of 1 to ${LONGEST_AXIS} different ${what}`);
  return z
    .array(value, { error })
    .min(1, { error })
    .max(LONGEST_AXIS, { error })
    .refine((list) => new Set(list).size === list.length, { error })
    .optional();
}

/** Schema of the axes of a space file. */
export function axesSchema() {
  const number = z.number({ error: expected('a number') });
  const word = z.string({ error: expected('a text') });
  const shape = Object.fromEntries(
    AXES.map(({ name, words: isWord }) => [name, isWord ? listOf(word, 'texts') : listOf(number, 'numbers')]),
  );
  const error = expected(`an object of ${AXES.map(({ name }) => name).join(', ')}`);
  return z
    .strictObject(shape, { error: (issue) => (issue.code === 'invalid_type' ? error(issue) : undefined) })
    .transform((given): Axes => {
      const named = AXES.flatMap(({ name }) => (given[name] === undefined ? [] : [[name, given[name]]]));
      return Object.fromEntries(named) as Axes;
    });
}
