import { z } from 'zod';
import { EsegenError } from '../util/errors.ts';
import { readJson } from '../util/read_json.ts';
import { expected, parseWith, section } from '../util/schema.ts';
import { AXES, type Axes, type AxisKind, type AxisValue, axesSchema } from './axes.ts';
import { DEFAULT_OBJECTIVES, OBJECTIVES, type Objective } from './objectives.ts';

/** What a space file says. */
export interface Space {
  /** Keys of the config that all points share, as in a config file. */
  readonly config: Readonly<Record<string, unknown>>;
  /** In the order of {@link AXES}. */
  readonly axes: Axes;
  /** What the front is of. */
  readonly objectives: readonly Objective[];
}

/** A point of the grid: a model and a value on every axis. */
export interface GridPoint {
  /** Number in the grid, from 0; the model counts slowest, the last axis fastest. */
  readonly point: number;
  /** Number of the model. */
  readonly model: number;
  readonly set: Readonly<Record<string, AxisValue>>;
}

/** Most points of a grid. */
const LARGEST_GRID = 1_000_000;

const OBJECTIVE_LIST = expected(`a list of 2 to 5 of ${OBJECTIVES.join(', ')}`);

const SCHEMA = z
  .strictObject(
    {
      config: z.record(z.string(), z.unknown(), section('keys of a config')).default({}),
      axes: axesSchema(),
      objectives: z
        .array(z.enum(OBJECTIVES, { error: OBJECTIVE_LIST }), { error: OBJECTIVE_LIST })
        .min(2, { error: OBJECTIVE_LIST })
        .max(5, { error: OBJECTIVE_LIST })
        .refine((list) => new Set(list).size === list.length, { error: OBJECTIVE_LIST })
        .default([...DEFAULT_OBJECTIVES]),
    },
    section('config, axes and objectives'),
  )
  .superRefine(({ config, axes }, context) => {
    for (const { name } of AXES) {
      if (axes[name] === undefined || keyOf(config, name) === undefined) continue;
      const message = `is an axis and in the config, expected one of both`;
      context.addIssue({ code: 'custom', path: ['axes', name], message });
    }
  });

/**
 * Checks a space.
 *
 * @param value what `JSON.parse` made of its file
 * @throws EsegenError with a line for every problem
 */
export function parseSpace(value: unknown, where: string): Space {
  return parseWith(SCHEMA, value, where);
}

/** Reads a space file; as {@link parseSpace}. */
export function readSpace(path: string): Space {
  return parseSpace(readJson(path), path);
}

/**
 * All points of a space.
 *
 * @param models how many there are
 * @throws EsegenError where there are too many
 */
export function gridOf({ axes }: Space, models: number): GridPoint[] {
  const lists = Object.entries(axes);
  const size = lists.reduce((product, [, values]) => product * values.length, models);
  if (size > LARGEST_GRID) {
    throw new EsegenError('--space', `expected at most ${LARGEST_GRID} points, got ${size}`, 'Leave out values');
  }
  return Array.from({ length: size }, (_, point) => {
    let rest = point;
    const set: [string, AxisValue][] = [];
    for (const [name, values] of lists.toReversed()) {
      set.unshift([name, values[rest % values.length]!]);
      rest = Math.floor(rest / values.length);
    }
    return { point, model: rest, set: Object.fromEntries(set) };
  });
}

/** The config of a point as a config file has it; `block` is none of its keys. */
export function configOfPoint({ config }: Space, { set }: Pick<GridPoint, 'set'>): Record<string, unknown> {
  const made: Record<string, unknown> = { ...config };
  for (const [name, value] of Object.entries(set)) {
    if (name === 'block') continue;
    const [outer, inner] = name.split('.') as [string, string | undefined];
    if (inner === undefined) made[outer] = value;
    else made[outer] = { ...(made[outer] as object | undefined), [inner]: value };
  }
  return made;
}

/** The values of a point on the axes of some kinds, as a text: what points have in common. */
export function keyOfAxes({ model, set }: GridPoint, ...kinds: readonly AxisKind[]): string {
  return JSON.stringify([
    model,
    ...AXES.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => set[name] ?? null),
  ]);
}

function keyOf(config: Readonly<Record<string, unknown>>, name: string): unknown {
  const [outer, inner] = name.split('.') as [string, string | undefined];
  const value = config[outer];
  if (inner === undefined) return value;
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[inner] : undefined;
}
