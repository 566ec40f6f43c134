/** Figures of a point that a front can be of, and filters and axes can show. */
export const MEASURES = [
  'timeUs',
  'latencyUs',
  'frameUs',
  'cycles',
  'errorRate',
  'sqnrDb',
  'lut',
  'lutram',
  'ff',
  'bram',
  'uram',
  'dsp',
  'storedBits',
  'movedBits',
  'density',
  'clockMHz',
] as const;
export type Measure = (typeof MEASURES)[number];

/** What the page calls them. */
export const MEASURE_NAMES: Readonly<Record<Measure, string>> = {
  timeUs: 'Time of an utterance, µs',
  latencyUs: 'Latency, µs',
  frameUs: 'Time a frame over all voices, µs',
  cycles: 'Cycles',
  errorRate: 'Error rate',
  sqnrDb: 'SQNR, dB',
  lut: 'LUT',
  lutram: 'LUTRAM',
  ff: 'FF',
  bram: 'BRAM36',
  uram: 'URAM',
  dsp: 'DSP',
  storedBits: 'Stored bits',
  movedBits: 'Bits moved in a step',
  density: 'Density',
  clockMHz: 'Clock, MHz',
};

/** A measure inside a sentence: without its unit; abbreviations stay as they are. */
export function nameInText(measure: Measure): string {
  const name = MEASURE_NAMES[measure].split(',')[0]!;
  return /^[A-Z][a-z]/.test(name) ? name[0]!.toLowerCase() + name.slice(1) : name;
}

/** A design of an exploration. Names in it are of models: any text. */
export interface ExplorationPoint extends Readonly<Record<Measure, number | null>> {
  readonly point: number;
  readonly model: string;
  /** Its value on every axis. */
  readonly set: Readonly<Record<string, number | string>>;
  readonly part: string;
  readonly steps: number;
  readonly fits: boolean | null;
  /** What builds it, for a shell. */
  readonly command: string;
}

/** An exploration as the page shows it. */
export interface ExplorationData {
  readonly title: string;
  readonly models: readonly string[];
  /** Names of the axes, in their order. */
  readonly axes: readonly string[];
  /** Points of the grid, and those that cannot be built, by their reasons. */
  readonly grid: number;
  readonly refused: readonly { readonly reason: string; readonly points: number }[];
  readonly points: readonly ExplorationPoint[];
  readonly objectives: readonly Measure[];
  /** Constraints that the front keeps to, in words. */
  readonly constraints: readonly string[];
  /** Numbers of the points of the front. */
  readonly front: readonly number[];
  readonly provenance: readonly { readonly label: string; readonly value: string; readonly note?: string }[];
}
