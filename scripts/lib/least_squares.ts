/**
 * Coefficients of at least 0 that bring the sums of `rows` closest to `values`, by coordinate descent.
 *
 * @param rows [n][m]
 * @param values [n], already weighted like their rows
 */
export function nonNegativeLeastSquares(rows: readonly (readonly number[])[], values: readonly number[]): number[] {
  const columns = rows[0]?.length ?? 0;
  const scales = Array.from({ length: columns }, (_, at) => Math.hypot(...rows.map((row) => row[at]!)) || 1);
  const scaled = rows.map((row) => row.map((value, at) => value / scales[at]!));
  const dot = (a: number, b: number) => scaled.reduce((sum, row) => sum + row[a]! * row[b]!, 0);
  const gram = Array.from({ length: columns }, (_, a) => Array.from({ length: columns }, (__, b) => dot(a, b)));
  const target = Array.from({ length: columns }, (_, at) =>
    scaled.reduce((sum, row, n) => sum + row[at]! * values[n]!, 0),
  );
  const found = new Array<number>(columns).fill(0);
  for (let round = 0; round < ROUNDS; round++) {
    for (let at = 0; at < columns; at++) {
      const others = gram[at]!.reduce((sum, value, b) => (b === at ? sum : sum + value * found[b]!), 0);
      found[at] = Math.max(0, (target[at]! - others) / (gram[at]![at]! + RIDGE));
    }
  }
  return found.map((value, at) => value / scales[at]!);
}

const ROUNDS = 20_000;
/** Keeps sizes that were never apart in the designs from taking each other's share. */
const RIDGE = 1e-6;
