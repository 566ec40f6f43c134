import { BLOCKS } from './blocks.ts';
import type { Floats, Matrix } from './graph.ts';

/** Elements of a wrapped diagonal may differ by so much of the largest weight, as float rounding leaves them. */
const ROUNDING = 2 ** -20;

/** Rows of several matrices that take turns: row n · turns + j is row n of matrix j. A single matrix has one turn. */
export type TurningRows = Pick<Matrix, 'rows' | 'columns'> & { readonly values: Floats };

/** Elements of the vectors side by side that a matrix multiplies: its columns of each have whole blocks of their own. */
type Spans = readonly number[];

/** Calls back for every block of a matrix of a turn: where it begins, and the rows and columns of it that are there. */
function eachBlock(
  { rows }: TurningRows,
  turns: number,
  spans: Spans,
  block: number,
  visit: (turn: number, row: number, column: number, height: number, width: number) => boolean,
): boolean {
  const cells = rows / turns;
  for (let turn = 0; turn < turns; turn++) {
    for (let row = 0; row < cells; row += block) {
      const height = Math.min(block, cells - row);
      let begin = 0;
      for (const span of spans) {
        for (let own = 0; own < span; own += block) {
          if (!visit(turn, row, begin + own, height, Math.min(block, span - own))) return false;
        }
        begin += span;
      }
    }
  }
  return true;
}

/** Columns of whole blocks. */
export function paddedColumns(spans: Spans, block: number): number {
  return spans.reduce((sum, span) => sum + Math.ceil(span / block) * block, 0);
}

/** Means of the wrapped diagonals of a block: [block], by (row - column) mod block; 0 of those that are not there. */
function diagonals(
  { columns, values }: TurningRows,
  turns: number,
  [turn, row, column, height, width]: readonly [number, number, number, number, number],
  block: number,
  into: Float64Array,
): void {
  const counts = new Uint32Array(block);
  into.fill(0);
  for (let i = 0; i < height; i++) {
    const from = ((row + i) * turns + turn) * columns + column;
    for (let j = 0; j < width; j++) {
      const diagonal = (i - j + block) % block;
      into[diagonal]! += values[from + j]!;
      counts[diagonal]!++;
    }
  }
  for (let n = 0; n < block; n++) if (counts[n]! > 0) into[n]! /= counts[n]!;
}

/** Whether every wrapped diagonal of every block has one value, within float rounding. */
function isCirculant(matrix: TurningRows, turns: number, spans: Spans, block: number, peak: number): boolean {
  const { columns, values } = matrix;
  const first = new Float64Array(block);
  return eachBlock(matrix, turns, spans, block, (turn, row, column, height, width) => {
    first.fill(Number.NaN);
    for (let i = 0; i < height; i++) {
      const from = ((row + i) * turns + turn) * columns + column;
      for (let j = 0; j < width; j++) {
        const diagonal = (i - j + block) % block;
        const known = first[diagonal]!;
        if (Number.isNaN(known)) first[diagonal] = values[from + j]!;
        else if (Math.abs(values[from + j]! - known) > ROUNDING * peak) return false;
      }
    }
    return true;
  });
}

/**
 * Blocks of which a matrix is block-circulant within float rounding, and whose spectra take fewer products than its weights; largest first.
 *
 * @param turns matrices whose rows take turns in it; those of zeros have any block
 * @param spans vectors side by side that it multiplies; default one
 */
export function blocksOf(matrix: TurningRows, turns: number, spans: Spans = [matrix.columns]): number[] {
  let [peak, weights] = [0, 0];
  for (let n = 0; n < matrix.values.length; n++) {
    const magnitude = Math.abs(matrix.values[n]!);
    if (magnitude > 0) weights++;
    if (magnitude > peak) peak = magnitude;
  }
  const cells = matrix.rows / turns;
  return BLOCKS.filter((block) => {
    if (block > cells || spans.some((span) => block > span)) return false;
    const products = turns * Math.ceil(cells / block) * (paddedColumns(spans, block) / block) * (2 * block - 2);
    return products < weights && isCirculant(matrix, turns, spans, block, peak);
  }).reverse();
}

/**
 * The nearest block-circulant matrix, in the precision of the given one: every wrapped diagonal of a block has the mean of what it had.
 *
 * @param spans as in {@link blocksOf}
 */
export function projectCirculant(matrix: Matrix, block: number, spans: Spans = [matrix.columns]): Matrix {
  const { rows, columns } = matrix;
  const isSingle = matrix.values instanceof Float32Array;
  const values = isSingle ? new Float32Array(rows * columns) : new Float64Array(rows * columns);
  const means = new Float64Array(block);
  eachBlock(matrix, 1, spans, block, (turn, row, column, height, width) => {
    diagonals(matrix, 1, [turn, row, column, height, width], block, means);
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) values[(row + i) * columns + column + j] = means[(i - j + block) % block]!;
    }
    return true;
  });
  return { rows, columns, values };
}

/** Cosines of 2πn / block, and sines. */
function circle(block: number): { readonly cos: Float64Array; readonly sin: Float64Array } {
  const angle = (_: unknown, n: number) => (2 * Math.PI * n) / block;
  const angles = Float64Array.from({ length: block }, angle);
  return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
}

/** Re and Im of X_f = Σ w_n exp(-2πi f n / block). */
function frequency(w: Float64Array, f: number, { cos, sin }: ReturnType<typeof circle>): readonly [number, number] {
  let [re, im] = [0, 0];
  for (let n = 0; n < w.length; n++) {
    const at = (f * n) % w.length;
    re += w[n]! * cos[at]!;
    im -= w[n]! * sin[at]!;
  }
  return [re, im];
}

/**
 * A block-circulant matrix as it multiplies packed spectra, sparse: rows and columns are parts of packed spectra of blocks, which stand one behind the other.
 * Pair 0 of a block meets itself element by element, another pair as a complex number a + bi does: re += a re - b im, im += a im + b re.
 *
 * @returns rows of whole blocks, turns as in the matrix; columns of whole blocks
 */
export function spectralMatrix(
  matrix: TurningRows,
  turns: number,
  block: number,
): TurningRows & { values: Float64Array } {
  const rows = turns * Math.ceil(matrix.rows / turns / block) * block;
  const columns = Math.ceil(matrix.columns / block) * block;
  const values = new Float64Array(rows * columns);
  const own = new Float64Array(block);
  const angles = circle(block);
  eachBlock(matrix, turns, [matrix.columns], block, (turn, row, column, height, width) => {
    diagonals(matrix, turns, [turn, row, column, height, width], block, own);
    const place = (part: number) => ((row + part) * turns + turn) * columns + column;
    values[place(0)] = frequency(own, 0, angles)[0];
    values[place(1) + 1] = frequency(own, block / 2, angles)[0];
    for (let pair = 1; pair < block / 2; pair++) {
      const [re, im] = [2 * pair, 2 * pair + 1];
      const [a, b] = frequency(own, pair, angles);
      values[place(re) + re] = a;
      values[place(re) + im] = 0 - b;
      values[place(im) + re] = b;
      values[place(im) + im] = a;
    }
    return true;
  });
  return { rows, columns, values };
}
