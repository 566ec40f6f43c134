import { Rng } from '../util/rng.ts';
import { addedVolume, frontOf, type Vector } from './front.ts';
import { type Constraints, isFeasible, type Objective } from './objectives.ts';
import { type BuiltPoint, isBuilt, type PointRecord } from './record.ts';
import { plainVector } from './results.ts';
import type { GridPoint } from './space.ts';
import { type Guess, type Place, Surrogate } from './surrogate.ts';

/** Points that one run of the cycle model and of the golden model decides: they differ in clock and part. */
export interface RunGroup {
  /** In the order of their numbers. */
  readonly points: readonly GridPoint[];
  readonly place: Place;
  /** Number of what decides the error: model, pruning and widths. */
  readonly variant: number;
}

/** How a front is searched for. */
export interface SearchOptions {
  readonly objectives: readonly Objective[];
  readonly constraints: Constraints;
  readonly seed: number;
  /** Most runs, those that were known before among them. */
  readonly budget: number;
}

/** Share of the runs of a grid that a search makes at most. */
export const SEARCH_SHARE = 0.2;
/** Runs between two fits of the surrogate. */
const BATCH = 8;
/** How far below its expectation a value is hoped for, in standard deviations: at first, and at most. */
const HOPE = 0.5;
const MOST_HOPE = 8;
/** Room beyond the worst of the known values. */
const MARGIN = 0.1;

interface Known {
  readonly vector: Vector | null;
}

/**
 * Looks for the front of a grid without running all of it: a first run of every variant, on arrays that are dealt by chance; then those that a
 * surrogate of all runs so far expects to add most to the hypervolume, some at a time. Where none is expected to add anything, more is hoped
 * for, until the budget is spent or nothing is to be hoped for.
 *
 * @param evaluate records of all points of a run
 * @returns runs that were made, in their order
 */
export async function searchFront(
  groups: readonly RunGroup[],
  { objectives, constraints, seed, budget }: SearchOptions,
  evaluate: (group: RunGroup) => readonly PointRecord[] | Promise<readonly PointRecord[]>,
): Promise<number[]> {
  const rng = new Rng(seed);
  const known = new Map<number, Known>();
  const errorAt = objectives.indexOf('error');
  const errors = new Map<number, number>();
  const made: number[] = [];
  const run = async (at: number) => {
    const records = await evaluate(groups[at]!);
    made.push(at);
    const built = records.filter(isBuilt);
    const error = built[0] === undefined ? undefined : plainVector(built[0], objectives)[errorAt];
    if (error !== undefined) errors.set(groups[at]!.variant, error);
    known.set(at, { vector: bestOf(built, objectives, constraints) });
  };

  let hope = HOPE;
  for (const at of firstRuns(groups, rng, Math.max(1, Math.floor(budget / 2)))) await run(at);
  while (made.length < budget) {
    const all = [...known].filter((entry): entry is [number, { readonly vector: Vector }] => entry[1].vector !== null);
    if (all.length < 2) {
      const left = groups.map((_, at) => at).filter((at) => !known.has(at));
      if (left.length === 0) break;
      await run(rng.pick(left));
      continue;
    }
    const surrogate = new Surrogate(
      all.map(([at]) => groups[at]!.place),
      all.map(([, { vector }]) => vector),
    );
    const expected = groups.flatMap(({ place, variant }, at) => {
      if (known.has(at)) return [];
      const error = errors.get(variant);
      const vector = surrogate
        .at(place)
        .map((guess, n) => (n === errorAt && error !== undefined ? error : hopeOf(guess, hope)));
      return [{ at, vector }];
    });
    const next = mostPromising(
      all.map(([, { vector }]) => vector),
      expected,
      Math.min(BATCH, budget - made.length),
    );
    if (next.length === 0) {
      hope *= 2;
      if (hope > MOST_HOPE) break;
      continue;
    }
    for (const at of next) await run(at);
  }
  return made;
}

function hopeOf({ mean, deviation }: Guess, hope: number): number {
  return mean - hope * deviation;
}

/** The vector of a run: of its first point that keeps to the constraints with the least first objective. */
function bestOf(
  points: readonly BuiltPoint[],
  objectives: readonly Objective[],
  constraints: Constraints,
): Vector | null {
  const vectors = points
    .filter((point) => isFeasible(point, constraints))
    .map((point) => plainVector(point, objectives));
  return frontOf(vectors, (vector) => vector).sort((a, b) => a[0]! - b[0]!)[0] ?? null;
}

/** A run of every variant, or of as many as there may be; arrays are dealt so that each comes about equally often. */
function firstRuns(groups: readonly RunGroup[], rng: Rng, most: number): number[] {
  const byVariant = new Map<number, number[]>();
  for (const [at, { variant }] of groups.entries()) byVariant.set(variant, [...(byVariant.get(variant) ?? []), at]);
  const variants = shuffled([...byVariant.values()], rng).slice(0, most);
  let deck: number[] = [];
  return variants.map((own) => {
    if (deck.length === 0) deck = shuffled([...own.keys()], rng);
    return own[deck.pop()! % own.length]!;
  });
}

function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const left = [...items];
  for (let n = left.length - 1; n > 0; n--) {
    const other = rng.integer(0, n);
    [left[n], left[other]] = [left[other]!, left[n]!];
  }
  return left;
}

/** Runs that are expected to add most to the hypervolume, one after the other, each counted as if it were made. */
function mostPromising(
  vectors: readonly Vector[],
  expected: readonly { readonly at: number; readonly vector: Vector }[],
  most: number,
): number[] {
  const all = [...vectors, ...expected.map(({ vector }) => vector)];
  const low = vectors[0]!.map((_, n) => Math.min(...all.map((vector) => vector[n]!)));
  const high = vectors[0]!.map((_, n) => Math.max(...all.map((vector) => vector[n]!)));
  const scaled = (vector: Vector) => vector.map((value, n) => (value - low[n]!) / (high[n]! - low[n]! || 1));
  const corner = low.map(() => 1 + MARGIN);
  let front: Vector[] = frontOf(vectors.map(scaled), (vector) => vector);
  const candidates = expected.map(({ at, vector }) => {
    const own = scaled(vector);
    return { at, vector: own, gain: addedVolume(front, own, corner) };
  });
  const chosen: number[] = [];
  while (chosen.length < most) {
    candidates.sort((a, b) => b.gain - a.gain);
    const [best] = candidates;
    if (best === undefined || best.gain <= 0) break;
    // What a run adds becomes less with every one before it: whoever still adds more than the next one did adds most.
    best.gain = addedVolume(front, best.vector, corner);
    if (best.gain < (candidates[1]?.gain ?? 0) || best.gain <= 0) continue;
    candidates.shift();
    chosen.push(best.at);
    front = frontOf([...front, best.vector], (own) => own);
  }
  return chosen;
}
