import type { Segment } from './segments.ts';

/** What is drawn. */
export interface VadPicture {
  /** Sound in parts of full scale, and samples a second. */
  readonly sound: ArrayLike<number>;
  readonly rate: number;
  /** Of speech, one a step of so many seconds. */
  readonly probabilities: ArrayLike<number>;
  readonly step: number;
  readonly segments: readonly Segment[];
}

const WIDTH = 960;
const LEFT = 50;
const RIGHT = 15;
/** Top and height of the panel of the sound, and of that of the probability. */
const SOUND = { top: 15, height: 120 } as const;
const PROBABILITY = { top: 150, height: 100 } as const;
const HEIGHT = 290;
/** Okabe and Ito's colours, which the colour-blind can tell apart. */
const COLOURS = { sound: '#0072b2', probability: '#d55e00', speech: '#009e73' } as const;

/** An SVG of a sound, the probability of speech in it, and the segments of speech behind both. */
export function vadPicture({ sound, rate, probabilities, step, segments }: VadPicture): string {
  const seconds = Math.max(sound.length / rate, step);
  const xAt = (time: number) => LEFT + (time / seconds) * (WIDTH - LEFT - RIGHT);
  const tick = seconds > 20 ? 5 : seconds > 8 ? 2 : 1;
  const ticks = Array.from({ length: Math.floor(seconds / tick) + 1 }, (_, n) => n * tick);
  const text = (x: number, y: number, anchor: string, content: string) =>
    `<text x="${fix(x)}" y="${fix(y)}" text-anchor="${anchor}">${content}</text>`;
  const bottom = PROBABILITY.top + PROBABILITY.height;
  const probabilityAt = (value: number) => bottom - value * PROBABILITY.height;
  const line = Array.from({ length: probabilities.length }, (_, t) => {
    return `${fix(xAt((t + 0.5) * step))},${fix(probabilityAt(probabilities[t]!))}`;
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    '<title>speech in a recording</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...segments.map(({ from, to }) => {
      const size = `width="${fix(xAt(to) - xAt(from))}" height="${bottom - SOUND.top}"`;
      return `<rect x="${fix(xAt(from))}" y="${SOUND.top}" ${size} fill="${COLOURS.speech}" fill-opacity="0.18"/>`;
    }),
    `<path d="${envelope(sound, xAt, seconds)}" stroke="${COLOURS.sound}" fill="none"/>`,
    ...[0, 0.5, 1].flatMap((value) => [
      `<line x1="${LEFT}" y1="${fix(probabilityAt(value))}" x2="${WIDTH - RIGHT}" y2="${fix(probabilityAt(value))}" stroke="#bbbbbb"/>`,
      text(LEFT - 6, probabilityAt(value) + 4, 'end', String(value)),
    ]),
    `<polyline points="${line.join(' ')}" fill="none" stroke="${COLOURS.probability}" stroke-width="1.5"/>`,
    ...ticks.map((time) => text(xAt(time), bottom + 18, 'middle', String(time))),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, 'middle', 'seconds; speech is shaded'),
    text(LEFT - 6, SOUND.top + SOUND.height / 2 + 4, 'end', 'sound'),
    '</svg>',
  ].join('\n')}\n`;
}

/** The smallest and largest sample of each column of the picture, as vertical lines; the loudest sample fills the panel. */
function envelope(sound: ArrayLike<number>, xAt: (time: number) => number, seconds: number): string {
  const columns = WIDTH - LEFT - RIGHT;
  let loudest = 1e-9;
  for (let n = 0; n < sound.length; n++) loudest = Math.max(loudest, Math.abs(sound[n]!));
  const yAt = (value: number) => SOUND.top + (SOUND.height / 2) * (1 - value / loudest);
  return Array.from({ length: columns }, (_, column) => {
    const [first, end] = [column, column + 1].map((at) => Math.floor((at * sound.length) / columns)) as [
      number,
      number,
    ];
    let [low, high] = [0, 0];
    for (let n = first; n < end; n++) {
      low = Math.min(low, sound[n]!);
      high = Math.max(high, sound[n]!);
    }
    const x = fix(xAt(((column + 0.5) * seconds) / columns));
    return `M${x},${fix(yAt(low))}V${fix(yAt(high))}`;
  }).join('');
}

function fix(value: number): string {
  return value.toFixed(1);
}
