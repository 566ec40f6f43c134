import { windowOutputs } from '../../model/graph.ts';
import type { View } from '../../program/program.ts';
import { EsegenError } from '../../util/errors.ts';
import type { TermWindow } from '../legal_graph.ts';

/** How the value of a tensor lies in memory: [...positions, channels], channels innermost. */
export interface Shape {
  readonly channels: number;
  readonly positions: readonly number[];
  /** Elements from position to position: the channels, padded where CELL writes them position by position. */
  readonly pitch: number;
}

/** A shape with its place in a frame: behind the zeros around its positions that windows reach. */
export interface Layout extends Pick<Shape, 'channels' | 'positions'> {
  readonly halo: readonly (readonly [number, number])[];
  /** Elements from one position to the next, by axis. */
  readonly strides: readonly number[];
  /** Element of the first position behind the halo. */
  readonly origin: number;
  /** Elements of a frame, with all that surrounds it. */
  readonly elements: number;
}

/** The next multiple of a unit. */
export function roundUp(elements: number, unit: number): number {
  return Math.ceil(elements / unit) * unit;
}

/** Elements of a frame without its halo and without padding. */
export function elementsOfShape({ channels, positions }: Pick<Shape, 'channels' | 'positions'>): number {
  return positions.reduce((product, size) => product * size, channels);
}

/** Elements of a frame as it is moved: without its halo, with the padding of its channels. */
export function movedElements({ channels, positions, pitch }: Shape): number {
  return positions.length === 0 ? channels : positions.reduce((product, size) => product * size, pitch);
}

/** Lays a shape out: its first position and the rows of its innermost axis begin at multiples of a unit. */
export function layoutOf({ channels, positions, pitch }: Shape, halo: Layout['halo'], unit: number): Layout {
  const strides = new Array<number>(positions.length);
  let elements = positions.length === 0 ? channels : pitch;
  for (let axis = positions.length - 1; axis >= 0; axis--) {
    strides[axis] = axis === positions.length - 1 ? pitch : roundUp(elements, unit);
    elements = strides[axis]! * (positions[axis]! + halo[axis]![0] + halo[axis]![1]);
  }
  const before = halo.reduce((sum, [zeros], axis) => sum + zeros * strides[axis]!, 0);
  const origin = roundUp(before, unit);
  return { channels, positions, halo, strides, origin, elements: elements + origin - before };
}

/** Layout of a plain vector. */
export function plain(elements: number): Layout {
  return { channels: elements, positions: [], halo: [], strides: [], origin: 0, elements };
}

/** The halo that windows over a shape need: as far as any of them reaches. */
export function haloFor(
  { positions }: Pick<Shape, 'positions'>,
  windows: readonly (TermWindow | null)[],
): [number, number][] {
  return positions.map((size, axis) => {
    let before = 0;
    let after = 0;
    for (const window of windows) {
      const along = window?.space[axis];
      if (along === undefined) continue;
      before = Math.max(before, along.before);
      const last = (windowOutputs(along, size) - 1) * along.stride - along.before + (along.kernel - 1) * along.dilation;
      after = Math.max(after, last - size + 1);
    }
    return [before, after];
  });
}

/** Element order of a shape: element n in memory is element order[n] of the row-major [channels, ...positions]; null where they are the same. */
export function memoryOrder({ channels, positions }: Pick<Shape, 'channels' | 'positions'>): Int32Array | null {
  const places = positions.reduce((product, size) => product * size, 1);
  if (channels === 1 || places === 1) return null;
  const order = new Int32Array(channels * places);
  for (let place = 0, at = 0; place < places; place++) {
    for (let channel = 0; channel < channels; channel++) order[at++] = channel * places + place;
  }
  return order;
}

/** Runs of a view within a frame. */
export type Runs = Pick<View, 'offset' | 'pStride' | 'qStride' | 'rows' | 'rowStride' | 'run'>;

/** A window over a frame at the first position, as runs; a window that takes more than two loops is cut along its first axis. */
export interface WindowPart {
  readonly runs: Runs;
  /** Kernel elements along the first axis that this part covers. */
  readonly from: number;
  readonly to: number;
  /** First of its channels, and the one behind its last. */
  readonly firstChannel: number;
  readonly endChannel: number;
}

/** The part of a plain vector, which has no positions, from one element to another. */
export function vectorPart({ runs, firstChannel, ...rest }: WindowPart, from: number, to: number): WindowPart {
  const offset = runs.offset + from;
  return {
    ...rest,
    runs: { ...runs, offset, run: to - from },
    firstChannel: firstChannel + from,
    endChannel: firstChannel + to,
  };
}

/** What a product reads of a shape at each position: kernel, stride, dilation and zeros before, by axis. */
interface Along {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

function alongOf(shape: Pick<Shape, 'positions'>, window: TermWindow | null): readonly Along[] {
  if (window !== null) return window.space;
  return shape.positions.map((kernel) => ({ kernel, stride: 0, dilation: 1, before: 0 }));
}

/** Kernel sizes of a window by axis; those of the shape where it is read as a whole. */
export function kernelsOf(shape: Pick<Shape, 'positions'>, window: TermWindow | null): number[] {
  return alongOf(shape, window).map(({ kernel }) => kernel);
}

/**
 * The runs of a window over a frame. Loops that continue each other are one.
 *
 * @throws EsegenError where the window does not belong to the shape
 */
export function windowParts(layout: Omit<Layout, 'elements'>, window: TermWindow | null, where: string): WindowPart[] {
  const along = alongOf(layout, window);
  const axes = layout.positions.length;
  if (along.length !== axes || axes > 2 || (window !== null && window.channels !== layout.channels)) {
    const got = window === null ? 'a vector' : `${window.channels} channels and ${along.length} axes`;
    throw new EsegenError(
      where,
      `expected a window over ${layout.channels} channels and ${axes} axes, of which at most 2 are supported; got ${got}`,
    );
  }
  const { strides, origin } = layout;
  const start = origin - along.reduce((sum, { before }, axis) => sum + before * strides[axis]!, 0);
  // Where there is one position, nothing follows it.
  const steps = along.map(({ stride }, axis) => {
    const next = window !== null && windowOutputs(window.space[axis]!, layout.positions[axis]!) > 1;
    return next ? stride * strides[axis]! : 0;
  });
  const position = axes === 2 ? { qStride: steps[0]!, pStride: steps[1]! } : { qStride: 0, pStride: steps[0] ?? 0 };
  const kernel = axes === 0 ? 1 : along[0]!.kernel;
  const whole = mergedLoops(layout, along, 0, kernel);
  const channels = { firstChannel: 0, endChannel: layout.channels };
  if (whole.length <= 2) return [{ runs: runsOf(whole, start, position), from: 0, to: kernel, ...channels }];
  const step = along[0]!.dilation * strides[0]!;
  return Array.from({ length: kernel }, (_, from) => {
    const loops = mergedLoops(layout, along, from, from + 1);
    return { runs: runsOf(loops, start + from * step, position), from, to: from + 1, ...channels };
  });
}

interface Loop {
  readonly count: number;
  readonly stride: number;
}

/** Loops over a window, innermost first, those of one round left out. */
function mergedLoops(
  { channels, strides }: Pick<Layout, 'channels' | 'strides'>,
  along: readonly Along[],
  from: number,
  to: number,
): Loop[] {
  const loops: Loop[] = [{ count: channels, stride: 1 }];
  for (let axis = along.length - 1; axis >= 0; axis--) {
    const count = axis === 0 ? to - from : along[axis]!.kernel;
    const stride = along[axis]!.dilation * strides[axis]!;
    const inner = loops.at(-1)!;
    if (count === 1) continue;
    if (stride === inner.count * inner.stride) loops[loops.length - 1] = { ...inner, count: count * inner.count };
    else loops.push({ count, stride });
  }
  return loops;
}

function runsOf(
  [run, rows = { count: 1, stride: 0 }]: readonly Loop[],
  offset: number,
  position: Pick<Runs, 'pStride' | 'qStride'>,
): Runs {
  return { offset, ...position, rows: rows.count, rowStride: rows.stride, run: run!.count };
}

/** Whether every run of a part starts in group 0, at every position. */
export function startsInGroupZero({ runs: { offset, pStride, qStride, rowStride, rows } }: WindowPart, groups: number) {
  return [offset, pStride, qStride, rows > 1 ? rowStride : 0].every((elements) => elements % groups === 0);
}

/** Runs of a whole frame without its halo, as it is moved: with the padding of its channels. */
export function frameRuns({ channels, positions, strides, origin }: Omit<Layout, 'elements'>): Runs {
  const place = { offset: origin, pStride: 0, qStride: 0 };
  const [rows, row] = positions.length === 2 ? positions : [1, positions[0]];
  const run = row === undefined ? channels : row * strides.at(-1)!;
  if (rows === 1 || strides[0] === run) return { ...place, rows: 1, rowStride: 0, run: rows! * run };
  return { ...place, rows: rows!, rowStride: strides[0]!, run };
}

/** Runs of a whole frame without its halo and padding, as a port has it; in parts where they take more than two loops. */
export function portRuns(layout: Omit<Layout, 'elements'>): Runs[] {
  return windowParts(layout, null, 'frame').map(({ runs }) => ({ ...runs, pStride: 0, qStride: 0 }));
}
