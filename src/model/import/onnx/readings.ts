import { EsegenError } from '../../../util/errors.ts';
import { quoteName } from '../../../util/quote_name.ts';
import type { OnnxInput } from './proto_types.ts';
import type { Axis } from './values.ts';

/** What the axes of the inputs are taken for. A file does not say it, so that all are tried that make sense. */
export interface Reading {
  /** By the names of the inputs; those that are no activations are left out. */
  readonly axes: ReadonlyMap<string, readonly Axis[]>;
  /** Steps that the file's sizes are for; null where it leaves them open, or has no axis of time. */
  readonly steps: number | null;
  /** Why it cannot be, by input. */
  readonly faults: readonly EsegenError[];
  /**
   * Whether it passes over what the file says: takes an axis that is named as the batch for time, or none of those whose size is open.
   * Only recurrent layers can tell that it is right.
   */
  readonly isBold: boolean;
}

/** An input with the sizes that a user has given. */
export interface SizedInput extends OnnxInput {
  /** Whether each size was given by the user. */
  readonly isGiven: readonly boolean[];
}

/** Element types of activations: FLOAT, FLOAT16, DOUBLE, BFLOAT16, or none given. */
const FLOAT_TYPES = [0, 1, 10, 11, 16];

/** Most readings that are tried. */
const READING_LIMIT = 16;

/** Names that exporters give to the size of a batch. */
const BATCH_NAME = /batch|^(n|b|bs)$/i;

export function isActivation({ dataType, dims }: OnnxInput): boolean {
  return FLOAT_TYPES.includes(dataType) && dims.length > 0;
}

/**
 * The readings of the inputs, the likeliest first: an axis of time of open size, one of fixed size, none (a call of the model is
 * one time step), one of size 1.
 */
export function readingsOf(path: string, inputs: readonly SizedInput[]): Reading[] {
  const data = inputs.filter(isActivation);
  const places = data.flatMap((input) =>
    input.dims.map((size, axis) => ({ input, axis, size, label: input.dimNames[axis] ?? '' })),
  );
  const free = places.filter(({ input, axis }) => !input.isGiven[axis] && input.dims.length > 1);
  const open = free.filter(({ size }) => size === null);
  const [named, others] = [open.filter(isBatch), open.filter((place) => !isBatch(place))];
  // Of two open axes in front, the second is time in most files that have no recurrent layer to tell it.
  others.sort((a, b) => Number(b.axis === 1) - Number(a.axis === 1));
  const fixed = free.filter(({ size }) => size !== null && size > 1);
  const single = free.filter(({ size }) => size === 1);
  const none = { axes: new Map(data.map((input) => [input.name, axesOf(input, null)])), steps: null };
  const timed = (list: readonly Place[]) => list.slice(0, READING_LIMIT).map((place) => readingFor(data, place));
  const plain = others.length > 0 ? timed(others) : [...timed(fixed), none];
  const bold = others.length > 0 ? [...timed(fixed), none, ...timed(named)] : timed(named);
  const all = [
    ...plain.map((reading) => ({ ...reading, isBold: false })),
    ...[...bold, ...timed(single)].map((reading) => ({ ...reading, isBold: true })),
  ];
  return all.slice(0, READING_LIMIT).map((reading) => ({ ...reading, faults: faultsOf(path, data, reading.axes) }));
}

interface Place {
  readonly input: SizedInput;
  readonly axis: number;
  readonly size: number | null;
  readonly label: string;
}

function isBatch({ label }: Place): boolean {
  return BATCH_NAME.test(label);
}

/** One axis is time, and those of the other inputs that have its name. */
function readingFor(data: readonly SizedInput[], { input, axis, size, label }: Place): Pick<Reading, 'axes' | 'steps'> {
  const axes = data.map((other): [string, Axis[]] => {
    if (other === input) return [other.name, axesOf(other, axis)];
    const same = label === '' ? -1 : other.dims.findIndex((s, d) => s === null && other.dimNames[d] === label);
    return [other.name, axesOf(other, same < 0 ? null : same)];
  });
  return { axes: new Map(axes), steps: size };
}

/** The first other axis of open size is the batch, or else a first or second one of size 1. */
function axesOf({ dims }: SizedInput, time: number | null): Axis[] {
  const open = dims.findIndex((size, d) => size === null && d !== time);
  const single = dims.findIndex((size, d) => size === 1 && d !== time && d < Math.min(2, dims.length - 1));
  const batch = open >= 0 ? open : single;
  return dims.map((size, d): Axis => (d === time ? 'time' : d === batch ? 'batch' : (size ?? Number.NaN)));
}

function faultsOf(path: string, data: readonly SizedInput[], axes: Reading['axes']): EsegenError[] {
  return data.flatMap(({ name }) => {
    const open = axes.get(name)!.findIndex((axis) => Number.isNaN(axis));
    if (open < 0) return [];
    const what = `leaves the size of axis ${open} open, which is neither the batch nor time`;
    return [new EsegenError(`${path}: input ${quoteName(name)}`, what, `Give its sizes with --shape`)];
  });
}
