import { z } from 'zod';
import { EsegenError } from '../util/errors.ts';
import type { AxisValue } from './axes.ts';

/** What is known of any point. */
interface Point {
  /** Number in the grid, from 0. */
  readonly point: number;
  /** Name of the model. */
  readonly model: string;
  /** Its value on every axis of the space. */
  readonly set: Readonly<Record<string, AxisValue>>;
  readonly clockMHz: number;
  readonly part: string;
}

/** A point that cannot be built, and why. */
export interface RefusedPoint extends Point {
  readonly reason: string;
}

/** A design that can be built. */
export interface BuiltPoint extends Point {
  /** Which hardware `build` makes of it. */
  readonly machine: 'layer' | 'network';
  /** Cycles of so many steps, as the cycle model predicts: of one in steady state, or of an utterance. All channels have a frame. */
  readonly cycles: number;
  readonly steps: number;
  /** Microseconds to an answer: of a step where the design answers steps, else of an utterance of the mean length of the data. */
  readonly latencyUs: number;
  /** Microseconds of an utterance of the mean length of the data, all channels side by side. */
  readonly timeUs: number;
  /** Microseconds a frame of input, all channels side by side: a million over it are frames a second. */
  readonly frameUs: number;
  /** Of the golden model against the model as given in double precision, over the sample; null where nothing is lost. */
  readonly sqnrDb: number | null;
  /** Words of the sample, and errors in them; null without labels. */
  readonly errors: number | null;
  readonly words: number | null;
  readonly errorRate: number | null;
  /** Estimated resources, with the names of `Resources`. */
  readonly lut: number;
  readonly lutram: number;
  readonly ff: number;
  readonly bram: number;
  readonly uram: number;
  readonly dsp: number;
  /** Whether its part has them; null where the part is not listed. */
  readonly fits: boolean | null;
  /** Words of all lanes, padding included, and their bits. */
  readonly storedWords: number;
  readonly storedBits: number;
  /** Bits of words that all lanes take in a step. */
  readonly movedBits: number;
  /** Share of the weights that is not zero. */
  readonly density: number;
}

export type PointRecord = BuiltPoint | RefusedPoint;

export function isBuilt(record: PointRecord): record is BuiltPoint {
  return !('reason' in record);
}

const point = {
  point: z.int().min(0),
  model: z.string(),
  set: z.record(z.string(), z.union([z.number(), z.string()])),
  clockMHz: z.number(),
  part: z.string(),
};
const count = z.number().min(0);

const schema: z.ZodType<PointRecord> = z.union([
  z.strictObject({ ...point, reason: z.string() }),
  z.strictObject({
    ...point,
    machine: z.enum(['layer', 'network']),
    ...{ cycles: count, steps: count, latencyUs: count, timeUs: count, frameUs: count, sqnrDb: z.number().nullable() },
    ...{ errors: count.nullable(), words: count.nullable(), errorRate: count.nullable() },
    ...{ lut: count, lutram: count, ff: count, bram: count, uram: count, dsp: count, fits: z.boolean().nullable() },
    ...{ storedWords: count, storedBits: count, movedBits: count, density: count },
  }),
]);

/** A point as a line of a file, without the end of the line: its keys have one order, whether it was made or read. */
export function formatRecord(record: PointRecord): string {
  return JSON.stringify(schema.parse(record));
}

/**
 * Reads a line of a file of points.
 *
 * @param where file and line for messages
 * @throws EsegenError where it is no point
 */
export function parseRecord(line: string, where: string): PointRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw damaged(where);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw damaged(where);
  return parsed.data;
}

function damaged(where: string): EsegenError {
  return new EsegenError(where, 'expected a point of an exploration', 'Remove the line: its point is made again');
}
