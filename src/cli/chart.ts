/** A line of a chart. */
export interface Series {
  /** Letters, digits and blanks: it is printed as it is. */
  readonly name: string;
  /** By rising x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 640;
const HEIGHT = 400;
const LEFT = 60;
const RIGHT = 190;
const TOP = 20;
const BOTTOM = 50;
const TICKS = 5;
/** Okabe and Ito's colours, which the colour-blind can tell apart. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

/**
 * An SVG of lines over a common x axis.
 *
 * @param series not empty, none without points; values finite
 * @param xLabel text below the x axis, and `yLabel` beside the y axis; printed as they are
 */
export function lineChart(series: readonly Series[], xLabel: string, yLabel: string): string {
  const points = series.flatMap((line) => line.points);
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const [left, right] = [xs[0]!, xs.at(-1)!];
  const top = niceCeil(Math.max(...points.map(([, y]) => y)));
  const xAt = (x: number) => LEFT + ((x - left) / (right - left || 1)) * (WIDTH - LEFT - RIGHT);
  const yAt = (y: number) => HEIGHT - BOTTOM - (Math.max(y, 0) / top) * (HEIGHT - TOP - BOTTOM);
  const text = (x: number, y: number, anchor: string, content: string) =>
    `<text x="${fix(x)}" y="${fix(y)}" text-anchor="${anchor}">${content}</text>`;

  const yTicks = Array.from({ length: TICKS + 1 }, (_, n) => (n * top) / TICKS);
  const lines = series.flatMap(({ name, points: own }, n) => {
    const colour = COLOURS[n % COLOURS.length]!;
    const dash = n >= COLOURS.length ? ' stroke-dasharray="5 3"' : '';
    const path = own.map(([x, y]) => `${fix(xAt(x))},${fix(yAt(y))}`).join(' ');
    const legendY = TOP + 18 * n + 6;
    const legendX = WIDTH - RIGHT + 20;
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`,
      ...own.map(([x, y]) => `<circle cx="${fix(xAt(x))}" cy="${fix(yAt(y))}" r="3" fill="${colour}"/>`),
      `<line x1="${legendX}" y1="${legendY}" x2="${legendX + 20}" y2="${legendY}" stroke="${colour}" stroke-width="2"${dash}/>`,
      text(legendX + 26, legendY + 4, 'start', name),
    ];
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${yLabel} over ${xLabel}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...yTicks.flatMap((y) => [
      `<line x1="${LEFT}" y1="${fix(yAt(y))}" x2="${WIDTH - RIGHT}" y2="${fix(yAt(y))}" stroke="#dddddd"/>`,
      text(LEFT - 8, yAt(y) + 4, 'end', String(Number(y.toPrecision(3)))),
    ]),
    ...xs.map((x) => text(xAt(x), HEIGHT - BOTTOM + 18, 'middle', String(x))),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, 'middle', xLabel),
    `<text x="14" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(TOP + HEIGHT - BOTTOM) / 2})">${yLabel}</text>`,
    ...lines,
    '</svg>',
  ].join('\n')}\n`;
}

function fix(value: number): string {
  return value.toFixed(1);
}

/** The next of 1, 2, 5, 10, 20, … that is not less; 1 for 0. */
function niceCeil(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * (1 - 1e-9))!;
}
