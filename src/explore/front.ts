/** Vectors of objectives, the less the better in each. */
export type Vector = readonly number[];

/** Whether `a` is nowhere worse than `b`. */
function covers(a: Vector, b: Vector): boolean {
  for (let n = 0; n < a.length; n++) if (a[n]! > b[n]!) return false;
  return true;
}

/**
 * The items that no other one is better than; of equal ones the first.
 *
 * @returns them in their order
 */
export function frontOf<T>(items: readonly T[], vectorOf: (item: T) => Vector): T[] {
  const all = items.map((item, at) => ({ item, at, vector: vectorOf(item) }));
  // Nothing behind an item in this order is better than it.
  all.sort((a, b) => compare(a.vector, b.vector) || a.at - b.at);
  const front: typeof all = [];
  for (const candidate of all) {
    if (!front.some(({ vector }) => covers(vector, candidate.vector))) front.push(candidate);
  }
  return front.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

function compare(a: Vector, b: Vector): number {
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return a[n]! - b[n]!;
  return 0;
}

/**
 * Hypervolume: of the region that the vectors dominate up to a corner, exact. Slices along the last objective, as in Zitzler's HSO
 * (While et al., IEEE Trans. Evolutionary Computation 10(1), 2006).
 *
 * @param corner vectors that are not better than it in every objective count nothing
 */
export function hypervolume(vectors: readonly Vector[], corner: Vector): number {
  const inside = vectors.filter((vector) => vector.every((value, n) => value < corner[n]!));
  return volume(inside, corner, corner.length);
}

/**
 * What a vector adds to the hypervolume of others: its own box without what they have of it (While et al., IEEE Trans. Evolutionary
 * Computation 16(1), 2012).
 */
export function addedVolume(vectors: readonly Vector[], vector: Vector, corner: Vector): number {
  if (vector.some((value, n) => value >= corner[n]!) || vectors.some((other) => covers(other, vector))) return 0;
  const box = vector.reduce((product, value, n) => product * (corner[n]! - value), 1);
  const limited = vectors.map((other) => other.map((value, n) => Math.max(value, vector[n]!)));
  return (
    box -
    hypervolume(
      frontOf(limited, (own) => own),
      corner,
    )
  );
}

/** Volume over the first objectives. */
function volume(vectors: readonly Vector[], corner: Vector, objectives: number): number {
  if (vectors.length === 0) return 0;
  if (objectives === 1) return corner[0]! - Math.min(...vectors.map(([value]) => value!));
  if (objectives === 2) return area(vectors, corner);
  const last = objectives - 1;
  const sorted = vectors.toSorted((a, b) => a[last]! - b[last]!);
  let sum = 0;
  let slice: Vector[] = [];
  for (const [at, vector] of sorted.entries()) {
    const partial = vector.slice(0, last);
    if (!slice.some((other) => covers(other, partial))) {
      slice = [...slice.filter((other) => !covers(partial, other)), partial];
    }
    const end = sorted[at + 1]?.[last] ?? corner[last]!;
    if (end > vector[last]!) sum += (end - vector[last]!) * volume(slice, corner, last);
  }
  return sum;
}

/** Area over two objectives. */
function area(vectors: readonly Vector[], corner: Vector): number {
  const sorted = vectors.toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  let [sum, low] = [0, corner[1]!];
  for (const [x, y] of sorted) {
    if (y! >= low) continue;
    sum += (corner[0]! - x!) * (low - y!);
    low = y!;
  }
  return sum;
}
