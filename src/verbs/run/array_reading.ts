import { createFrames, type Frames } from '../../data/frames.ts';
import type { Port, PortAxis, Tensor } from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import type { NpyArray } from '../../util/npy.ts';
import { quoteName } from '../../util/quote_name.ts';

/** What a user can say of an array: which of its axes are time (T) and batch (B), and in which order. */
export const LAYOUTS = ['T', 'B', 'TB', 'BT'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** What an axis of an array stands for; a number is an axis of the tensor's shape. */
type Role = 'time' | 'batch' | 'one' | number;

/**
 * A way to read arrays:
 *
 * - `model`: as the users of the model's file lay them out;
 * - `calls`: the same for every time step, one behind the other, where a call of the model is one step;
 * - `plain`: time and batch in front in the order of the layout, then the value of a step.
 */
export interface Reading {
  readonly style: 'model' | 'calls' | 'plain';
  /** null: neither time nor batch. */
  readonly layout: Layout | null;
}

/** Values of an input, voice by voice. */
export interface ReadVoices {
  readonly reading: Reading;
  /** Equally many steps each. */
  readonly voices: readonly Frames[];
}

interface Candidate extends Reading {
  readonly roles: readonly Role[];
}

/** Sizes and strides that a reading gives an array. */
interface View {
  readonly voices: number;
  readonly steps: number;
  readonly voiceStride: number;
  readonly stepStride: number;
  /** Strides of the shape's axes. */
  readonly strides: readonly number[];
}

/**
 * Reads the array of an input. The model says how it is laid out; arrays that leave out axes of size 1 or the batch, or that have
 * time in front where a call of the model is one step, are told by their sizes.
 *
 * @param layout what the user says of the array; an array that can be read in two ways needs it
 * @throws EsegenError where the array does not fit the input, or can be read in two ways
 */
export function readArray(path: string, array: NpyArray, port: Port, tensor: Tensor, layout?: Layout): ReadVoices {
  const all = candidatesOf(port, tensor, layout);
  const asked = layout === undefined ? all : all.filter((candidate) => candidate.layout === layout);
  const fitting = asked.flatMap((candidate) => {
    const view = viewOf(array.shape, candidate.roles, tensor.shape);
    return view === null ? [] : [{ candidate, view }];
  });
  const [first] = fitting;
  const isFloat = array.dtype === 'float32' || array.dtype === 'float64';
  if (first === undefined || !isFloat) {
    const forms = [...new Set(asked.map(({ roles }) => formOf(roles, tensor.shape)))];
    const expected = forms.length === 0 ? `an array with layout ${layout}` : forms.slice(0, 5).join(' or ');
    const what = `expected ${expected} of float32 or float64 for the input ${quoteName(port.name)}`;
    const noValues = array.shape.includes(0) ? 'An array needs a step and a voice at least' : '';
    const fix = isFloat ? noValues : 'Save it with np.save(path, a.astype("float32"))';
    throw new EsegenError(path, `${what}, got ${array.dtype} [${array.shape.join(', ')}]`, fix);
  }
  // A layout with time is the model's word; one without leaves open whether many values are steps or voices.
  const isTold = first.candidate.style === 'model' && (port.axes.includes('time') || tensor.time === null);
  const rivals = isTold ? [] : fitting.filter(({ view }) => keyOf(view) !== keyOf(first.view));
  if (rivals.length > 0) {
    const ways = [first, ...rivals].map(({ candidate, view }) => `${candidate.layout} (${sizesOf(view)})`);
    throw new EsegenError(
      path,
      `[${array.shape.join(', ')}] for the input ${quoteName(port.name)} can be read as ${[...new Set(ways)].join(' or ')}`,
      'Say which with --layout',
    );
  }
  const { style, layout: found } = first.candidate;
  return { reading: { style, layout: found }, voices: copyVoices(array.data, first.view, tensor.shape) };
}

/**
 * Lays out an output as the inputs were read.
 *
 * @param voices values of the output, equally many steps each
 */
export function layOut(voices: readonly Frames[], port: Port, tensor: Tensor, { style, layout }: Reading): NpyArray {
  const roles = outputRoles(voices, port, tensor, style, layout);
  const steps = voices[0]!.frames;
  const shape = roles.map((role) => sizeOf(role, tensor.shape, voices.length, steps));
  const view = viewOf(shape, roles, tensor.shape)!;
  const data = new Float64Array(shape.reduce((product, size) => product * size, 1));
  const offsets = offsetsOf(view.strides, tensor.shape);
  for (const [voice, frames] of voices.entries()) {
    for (let t = 0; t < steps; t++) {
      const at = voice * view.voiceStride + t * view.stepStride;
      for (let i = 0; i < offsets.length; i++) data[at + offsets[i]!] = frames.data[t * frames.width + i]!;
    }
  }
  return { dtype: 'float64', shape, data };
}

function outputRoles(
  voices: readonly Frames[],
  port: Port,
  tensor: Tensor,
  style: Reading['style'],
  layout: Layout | null,
): readonly Role[] {
  const timed = tensor.time !== null;
  const value = tensor.shape.map((_, axis) => axis);
  if (style === 'plain') {
    const front = layout === null ? [] : [...layout].map((letter): Role => (letter === 'T' ? 'time' : 'batch'));
    return [...front.filter((role) => timed || role !== 'time'), ...value];
  }
  const own = rolesOf(port.axes).filter((role) => timed || role !== 'time');
  const lacksTime = timed && !own.includes('time') && (style === 'calls' || voices[0]!.frames !== 1);
  const lacksBatch = voices.length > 1 && !own.includes('batch');
  return [...(lacksTime ? (['time'] as const) : []), ...(lacksBatch ? (['batch'] as const) : []), ...own];
}

/** Axes of a port, those of the shape numbered. */
function rolesOf(axes: readonly PortAxis[]): readonly Role[] {
  let next = 0;
  return axes.map((axis) => (axis === 'shape' ? next++ : axis));
}

/** All ways to read an array for a port, those that the model says first. */
function candidatesOf(port: Port, { shape, time }: Tensor, layout: Layout | undefined): readonly Candidate[] {
  const own = rolesOf(port.axes);
  const value = shape.map((_, axis) => axis);
  const wide = value.filter((axis) => shape[axis] !== 1);
  const squeezed = wide.length === 0 ? value : wide;
  const models: [Reading['style'], readonly Role[]][] = [['model', own]];
  if (time !== null && !own.includes('time')) models.push(['calls', ['time', ...own]]);
  const without = (roles: readonly Role[], ...left: readonly Role[]) => roles.filter((role) => !left.includes(role));
  const fewer = models.flatMap(([, roles]) => [
    without(roles, 'batch'),
    without(roles, 'one'),
    without(roles, 'batch', 'one'),
  ]);
  const plain = frontsOf(own.includes('time'), time !== null, layout).flatMap((front) => [
    [...front, ...value],
    [...front, ...squeezed],
  ]);
  const all: [Reading['style'], readonly Role[]][] = [
    ...models,
    ...[...fewer, ...plain].map((roles): [Reading['style'], readonly Role[]] => ['plain', roles]),
  ];
  return all.map(([style, roles]) => ({ style, roles, layout: layoutOf(roles) }));
}

/** What may stand in front of the value of a step. */
function frontsOf(portHasTime: boolean, timed: boolean, layout: Layout | undefined): readonly (readonly Role[])[] {
  if (!timed) return [[], ['batch']];
  const fronts: readonly (readonly Role[])[] = [['time'], ['time', 'batch']];
  // Calls stand in front of all else; a batch in front of them is no reading of a model by the call, unless one says so.
  if (portHasTime || layout === 'BT') return [...fronts, ['batch', 'time']];
  return [...fronts, ['batch']];
}

function layoutOf(roles: readonly Role[]): Layout | null {
  const letters = roles.map((role) => (role === 'time' ? 'T' : role === 'batch' ? 'B' : '')).join('');
  return LAYOUTS.find((layout) => layout === letters) ?? null;
}

/** null where the sizes do not fit; axes of the shape that a reading leaves out have size 1. */
function viewOf(sizes: readonly number[], roles: readonly Role[], shape: readonly number[]): View | null {
  if (sizes.length !== roles.length) return null;
  let [voices, steps, voiceStride, stepStride] = [1, 1, 0, 0];
  const strides = shape.map(() => 0);
  let stride = 1;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const size = sizes[axis]!;
    const role = roles[axis]!;
    if (role === 'time') [steps, stepStride] = [size, stride];
    else if (role === 'batch') [voices, voiceStride] = [size, stride];
    else if (size !== (role === 'one' ? 1 : shape[role]!)) return null;
    else if (role !== 'one' && size > 1) strides[role] = stride;
    stride *= size;
  }
  return voices < 1 || steps < 1 ? null : { voices, steps, voiceStride, stepStride, strides };
}

/** Equal for views that give the same values. */
function keyOf({ voices, steps, voiceStride, stepStride, strides }: View): string {
  return JSON.stringify([voices, steps, voices > 1 ? voiceStride : 0, steps > 1 ? stepStride : 0, strides]);
}

function sizesOf({ voices, steps }: View): string {
  return `${steps === 1 ? '1 step' : `${steps} steps`} of ${voices === 1 ? '1 voice' : `${voices} voices`}`;
}

function sizeOf(role: Role, shape: readonly number[], voices: number, steps: number): number {
  if (role === 'time') return steps;
  if (role === 'batch') return voices;
  return role === 'one' ? 1 : shape[role]!;
}

function formOf(roles: readonly Role[], shape: readonly number[]): string {
  const names = roles.map((role) =>
    role === 'time' ? 'T' : role === 'batch' ? 'B' : role === 'one' ? 1 : shape[role],
  );
  return `[${names.join(', ')}]`;
}

/** Where the elements of a value stand, from its first one on. */
function offsetsOf(strides: readonly number[], shape: readonly number[]): Int32Array {
  const offsets = new Int32Array(shape.reduce((product, size) => product * size, 1));
  let repeat = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    for (let i = 0; i < offsets.length; i++) offsets[i]! += (Math.floor(i / repeat) % size) * strides[axis]!;
    repeat *= size;
  }
  return offsets;
}

function copyVoices(data: ArrayLike<number>, view: View, shape: readonly number[]): readonly Frames[] {
  const offsets = offsetsOf(view.strides, shape);
  return Array.from({ length: view.voices }, (_, voice) => {
    const frames = createFrames(view.steps, offsets.length);
    for (let t = 0; t < view.steps; t++) {
      const at = voice * view.voiceStride + t * view.stepStride;
      for (let i = 0; i < offsets.length; i++) frames.data[t * frames.width + i] = data[at + offsets[i]!]!;
    }
    return frames;
  });
}
