import { z } from 'zod';
import type { Compilation, CompileReport } from '../compiler/compile.ts';
import type { Formats } from '../machine/formats.ts';
import type { Step } from '../program/schedule.ts';
import { VERSION } from '../util/version.ts';
import { type DesignFiles, printJson, sha256 } from './files.ts';
import { type DesignPorts, portsSchema } from './ports.ts';

/** Name of the file that describes a design directory, and its format. */
export const DESIGN_FILE = 'design.json';
export const DESIGN_FORMAT = 2;
export const GENERATOR = 'esegen';

const integer = z.int();
const count = z.int().min(0);
const size = z.int().min(1).max(4096);

const shapeSchema = z.strictObject({
  inputs: size,
  cells: size,
  outputs: size,
  projection: z.boolean(),
  peepholes: z.boolean(),
});

const bits = z.int().min(1).max(64);
const fraction = z.int().min(-1200).max(1200);
const shift = z.int().min(0).max(63);

const formatsSchema: z.ZodType<Formats> = z.strictObject({
  vectorBits: bits,
  xFrac: fraction,
  yFrac: fraction,
  mFrac: fraction,
  cFrac: fraction,
  weightBits: bits,
  weightXFrac: fraction,
  weightRFrac: fraction,
  weightPFrac: fraction,
  xAlign: shift,
  yAlign: shift,
  actBits: bits,
  accFrac: fraction,
  accBits: bits,
  saturate: z.boolean(),
  biasBits: bits,
  peepBits: bits,
  peepFrac: fraction,
  peepShift: shift,
  sumBits: bits,
  zShift: shift,
  yShift: shift,
  sigmoidRange: z.number().positive(),
  tanhRange: z.number().positive(),
});

const wordCount = z
  .int()
  .min(0)
  .max(2 ** 24);

/** Only what `dimensionsOf` takes from the matrices is believed; the rest must be what it makes of that. */
const dimensionsSchema = z.looseObject({
  segments: z
    .array(z.looseObject({ matrix: z.enum(['x', 'r', 'p']), tile: z.int().min(0).max(1), words: wordCount }))
    .min(2)
    .max(5)
    .readonly(),
  tiles: z.array(wordCount).min(1).max(2).readonly(),
  weightDepth: wordCount,
  countBits: z.int().min(2).max(16),
  sharedCounts: z.boolean(),
});

const stepSchema: z.ZodType<Step> = z.strictObject({
  op: z.literal([0, 1, 2]),
  when: z.literal([0, 1, 2, 3]),
  last: z.boolean(),
  marker: z.boolean(),
  follow: z.boolean(),
  release: z.boolean(),
  source: z.literal([0, 1, 2]),
  bank: z.literal([0, 1, 2]),
  size: count,
  start: count,
  words: count,
  pointer: count,
  base: count,
  beats: count,
  shift: count,
  peepShift: count,
  stateFrac: count,
});

const ratio = z.number().min(1);

const reportSchema: z.ZodType<CompileReport> = z.strictObject({
  pruned: z.boolean(),
  weights: count,
  kept: count,
  roundedToZero: integer,
  nonZeros: count,
  padding: count,
  wordsMax: count,
  wordsMean: z.number().min(0),
  imbalance: z.strictObject({ x: ratio, r: ratio, p: ratio.nullable(), overall: ratio }),
  peaks: z.strictObject({ x: z.number(), y: z.number(), c: z.number() }),
});

/** What tells whether a file is a `design.json` that this version reads. */
export const ownerSchema = z.looseObject({
  generator: z.literal(GENERATOR, { error: `expected "${GENERATOR}"` }),
  format: z.literal(DESIGN_FORMAT, { error: `expected ${DESIGN_FORMAT}, the format of this version of esegen` }),
});

/** SHA-256 by path, of every file but `design.json` itself. */
export const filesSchema = z.record(
  z.string().refine(isInside, { error: 'expected paths of files below the design directory' }),
  z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256 of 64 hexadecimal digits' }),
);

/** Schema of `design.json`. */
export const manifestSchema = z.strictObject({
  format: z.literal(DESIGN_FORMAT),
  generator: z.literal(GENERATOR),
  version: z.string(),
  config: z.unknown(),
  shape: shapeSchema,
  ports: portsSchema.nullable(),
  formats: formatsSchema,
  dimensions: dimensionsSchema,
  schedule: z.array(stepSchema).min(1).max(1024).readonly(),
  report: reportSchema,
  files: filesSchema,
});

/** Whether a path out of a file stays below the directory it is relative to, spelled with forward slashes. */
function isInside(path: string): boolean {
  const plain = /^[^\\:\p{C}]+$/u.test(path) && path !== DESIGN_FILE;
  return plain && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** The content of `design.json`, as its schema gives it. */
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * `design.json`: what the directory holds, and the hash of every other file.
 *
 * @param ports of the model file; null where the names and layouts of the design's own files will do
 */
export function printManifest({ design, report }: Compilation, ports: DesignPorts | null, files: DesignFiles): string {
  const { config, dimensions, formats, schedule } = design;
  const { inputs, cells, outputs, projection, peepholes } = dimensions;
  const manifest: Manifest = {
    format: DESIGN_FORMAT,
    generator: GENERATOR,
    version: VERSION,
    config,
    shape: { inputs, cells, outputs, projection, peepholes },
    ports,
    formats,
    dimensions: { ...dimensions, segments: dimensions.segments.map((segment) => ({ ...segment })) },
    schedule,
    report,
    files: Object.fromEntries([...files].map(([path, content]) => [path, sha256(content)])),
  };
  const parts = Object.entries(manifest).map(([key, value]) => [key, key === 'shape' ? value : sorted(value)]);
  return printJson(Object.fromEntries(parts));
}

/** A value with the keys of its objects in order of their code units, at every level, so that it always prints the same. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]: [string, unknown]) => [key, sorted(inner)]));
}
