/** A point of a chart. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** Of the front. */
  readonly front: boolean;
}

const WIDTH = 72;
const HEIGHT = 20;

/**
 * A chart of characters: points that are better nowhere as `·`, those of the front as `o`. The x axis is logarithmic.
 *
 * @param points not empty; x above 0
 */
export function frontChart(points: readonly ChartPoint[], xLabel: string, yLabel: string): string {
  const logs = points.map(({ x }) => Math.log10(x));
  const [left, right] = rangeOf(logs);
  const [bottom, top] = rangeOf(points.map(({ y }) => y));
  const cells = Array.from({ length: HEIGHT }, () => new Array<string>(WIDTH).fill(' '));
  for (const isFront of [false, true]) {
    for (const [n, { y, front }] of points.entries()) {
      if (front !== isFront) continue;
      const column = Math.round(((logs[n]! - left) / (right - left || 1)) * (WIDTH - 1));
      const row = Math.round(((top - y) / (top - bottom || 1)) * (HEIGHT - 1));
      cells[row]![column] = front ? 'o' : '·';
    }
  }
  const labels = cells.map((_, row) => (row === 0 ? show(top) : row === HEIGHT - 1 ? show(bottom) : ''));
  const margin = Math.max(...labels.map(({ length }) => length));
  const lines = cells.map((row, n) => `${labels[n]!.padStart(margin)} |${row.join('').trimEnd()}`);
  const ends = [show(10 ** left), show(10 ** right)] as const;
  const middle = ends[1].padStart(WIDTH - ends[0].length);
  return [
    `${' '.repeat(margin)}  ${yLabel}`,
    ...lines,
    `${' '.repeat(margin)} +${'-'.repeat(WIDTH)}`,
    `${' '.repeat(margin)}  ${ends[0]}${middle}`,
    `${' '.repeat(margin)}  ${xLabel}`,
    '',
  ].join('\n');
}

function rangeOf(values: readonly number[]): [low: number, high: number] {
  let [low, high] = [values[0]!, values[0]!];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function show(value: number): string {
  return String(Number(value.toPrecision(3)));
}
