import type { FrontFile } from './directory.ts';
import { frontOf, hypervolume, type Vector } from './front.ts';
import { type Constraints, isFeasible, type Objective, objectivesOf } from './objectives.ts';
import { type BuiltPoint, isBuilt, type PointRecord } from './record.ts';

/** The points that no other one is better than, among those that keep to the constraints; of equals the one with the lowest number. */
export function frontPoints(
  records: readonly PointRecord[],
  objectives: readonly Objective[],
  constraints: Constraints,
): BuiltPoint[] {
  const feasible = records.filter(isBuilt).filter((point) => isFeasible(point, constraints));
  return frontOf(feasible, (point) => objectivesOf(point, objectives));
}

/** The front as its file has it. */
export function frontFile(
  front: readonly BuiltPoint[],
  objectives: readonly Objective[],
  constraints: Constraints,
): FrontFile {
  const error = front.some(({ errorRate }) => errorRate !== null) ? 'errorRate' : 'sqnrDb';
  return {
    objectives: objectives.map((objective) => (objective === 'error' ? error : objective)),
    constraints,
    front: front.map(({ point }) => point),
  };
}

/** Room beyond the worst point of a scale, so that the ends of a front count. */
const MARGIN = 0.1;

/**
 * What vectors are measured by for a hypervolume: times and sizes by their logarithm, errors as they are; each from 0 for the best to 1
 * for the worst of the points.
 */
export class Scale {
  readonly #objectives: readonly Objective[];
  readonly #low: number[];
  readonly #span: number[];

  constructor(points: readonly BuiltPoint[], objectives: readonly Objective[]) {
    this.#objectives = objectives;
    const all = points.map((point) => this.#plain(point));
    this.#low = objectives.map((_, n) =>
      all.reduce((low, vector) => Math.min(low, vector[n]!), Number.POSITIVE_INFINITY),
    );
    this.#span = objectives.map((_, n) => {
      const high = all.reduce((most, vector) => Math.max(most, vector[n]!), Number.NEGATIVE_INFINITY);
      return high - this.#low[n]! || 1;
    });
  }

  of(point: BuiltPoint): Vector {
    return this.#plain(point).map((value, n) => (value - this.#low[n]!) / this.#span[n]!);
  }

  #plain(point: BuiltPoint): number[] {
    return plainVector(point, this.#objectives);
  }

  /** Hypervolume of points. */
  volume(points: readonly BuiltPoint[]): number {
    const corner = this.#objectives.map(() => 1 + MARGIN);
    return hypervolume(
      frontOf(
        points.map((point) => this.of(point)),
        (vector) => vector,
      ),
      corner,
    );
  }
}

/** Objectives of a point: errors as they are, all others by the binary logarithm of one more. */
export function plainVector(point: BuiltPoint, objectives: readonly Objective[]): number[] {
  return objectivesOf(point, objectives).map((value, n) => (objectives[n] === 'error' ? value : Math.log2(1 + value)));
}
