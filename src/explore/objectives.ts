import { findPart } from '../machine/parts.ts';
import { RESOURCES } from '../machine/resources/counts.ts';
import { EsegenError } from '../util/errors.ts';
import type { BuiltPoint } from './record.ts';

/** What can be made small; `error` is the rate of word errors where there are labels, else the noise over the signal. */
export const OBJECTIVES = [
  'timeUs',
  'latencyUs',
  'frameUs',
  'cycles',
  'error',
  'lut',
  'lutram',
  'ff',
  'bram',
  'uram',
  'dsp',
  'storedBits',
  'movedBits',
] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** Objectives of a space that names none. */
export const DEFAULT_OBJECTIVES: readonly Objective[] = ['timeUs', 'error', 'lut'];

/** Error of a point whose output has no noise, dB. */
const EXACT_DB = 1000;

/** Value of an objective, the less the better; of an SQNR its negative. */
export function objectiveOf(point: BuiltPoint, objective: Objective): number {
  if (objective !== 'error') return point[objective];
  return point.errorRate ?? -(point.sqnrDb ?? EXACT_DB);
}

/** Values of all objectives. */
export function objectivesOf(point: BuiltPoint, objectives: readonly Objective[]): number[] {
  return objectives.map((objective) => objectiveOf(point, objective));
}

/** What a design must keep to; null: anything goes. */
export interface Constraints {
  /** It fits this part, whatever its own is. */
  readonly part: string | null;
  readonly maxLatencyUs: number | null;
  /** Least frames a second, over all voices. */
  readonly minFrames: number | null;
  /** Most word errors, a share of the words. */
  readonly maxError: number | null;
  /** Its clock is at most this one. */
  readonly clockMHz: number | null;
}

export const NO_CONSTRAINTS: Constraints = {
  part: null,
  maxLatencyUs: null,
  minFrames: null,
  maxError: null,
  clockMHz: null,
};

/**
 * Checks constraints of the command line.
 *
 * @param labelled whether word errors are known
 * @throws EsegenError where the part is not listed, a limit is not above 0, or there are no errors to limit
 */
export function checkConstraints(constraints: Constraints, labelled: boolean): void {
  const { part, maxLatencyUs, minFrames, maxError, clockMHz } = constraints;
  if (part !== null && findPart(part) === null) {
    throw new EsegenError('--part', 'is not listed, so its resources are not known', 'docs/synthesis.md lists parts');
  }
  for (const [option, value, low] of [
    ['--max-latency-us', maxLatencyUs, 0],
    ['--min-frames-per-second', minFrames, 0],
    ['--max-error', maxError, -1],
    ['--clock', clockMHz, 0],
  ] as const) {
    if (value !== null && !(value > low && value < Number.POSITIVE_INFINITY)) {
      throw new EsegenError(option, `expected a number above ${low === 0 ? '0' : 'or equal to 0'}, got ${value}`);
    }
  }
  if (maxError !== null && !labelled) {
    throw new EsegenError(
      '--max-error',
      'limits word errors, which the exploration has none of',
      'Explore with --labels',
    );
  }
}

/** Whether a point keeps to the constraints, and fits its own part. */
export function isFeasible(point: BuiltPoint, constraints: Constraints): boolean {
  const { part, maxLatencyUs, minFrames, maxError, clockMHz } = constraints;
  if (part === null ? point.fits === false : !fits(point, part)) return false;
  if (maxLatencyUs !== null && point.latencyUs > maxLatencyUs) return false;
  if (minFrames !== null && 1e6 / point.frameUs < minFrames) return false;
  if (maxError !== null && (point.errorRate === null || point.errorRate > maxError)) return false;
  return clockMHz === null || point.clockMHz <= clockMHz;
}

/** Whether a part has the resources of a point; a part that is not listed is taken to have. */
export function fits(point: Pick<BuiltPoint, (typeof RESOURCES)[number][0]>, number: string): boolean {
  const part = findPart(number);
  return part === null || RESOURCES.every(([key]) => point[key] <= part.resources[key]);
}
