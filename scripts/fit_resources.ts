// Fits the coefficients of the analytic resource model to fixtures/mapped_resources.json and writes them to
// src/machine/resources/coefficients.ts. Prints where a unit differs by more than 4 % and one and a half LUTs or flip-flops an instance.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mappedResources } from '../fixtures/mapped_resources.ts';
import { sectionsOf } from '../src/machine/resources/estimate.ts';
import type { Terms } from '../src/machine/resources/terms.ts';
import { countedOf } from '../src/machine/resources/unit.ts';
import { nonNegativeLeastSquares } from './lib/least_squares.ts';

const FITTED = ['lut', 'ff'] as const;
const EXACT = ['lutram', 'bram', 'uram', 'dsp'] as const;

/** All instances of a unit in a design: what was counted and mapped, and the sizes whose share is to be found. */
interface Sample {
  readonly id: string;
  instances: number;
  readonly counted: Record<(typeof FITTED)[number] | (typeof EXACT)[number], number>;
  readonly terms: Record<(typeof FITTED)[number], Record<string, number>>;
  readonly mapped: { readonly instances: number } & Record<(typeof FITTED)[number] | (typeof EXACT)[number], number>;
}

/** Samples of every unit that is both in the model and in the mapped designs. */
function samples(): Map<string, Sample[]> {
  const byUnit = new Map<string, Sample[]>();
  for (const { id, whole, hardware, units } of mappedResources().designs) {
    const own = new Map(
      units.map(({ name, instances, all }): [string, Sample] => [
        name,
        {
          id,
          instances: 0,
          counted: { lut: 0, ff: 0, lutram: 0, bram: 0, uram: 0, dsp: 0 },
          terms: { lut: {}, ff: {} },
          mapped: { ...all, instances },
        },
      ]),
    );
    for (const { name, instances, lut, ff, ...parts } of Object.values(sectionsOf(hardware)).flat()) {
      const sample = own.get(name);
      if (sample === undefined) {
        if (whole) console.log(`${id}: no ${name} was mapped`);
        continue;
      }
      sample.instances += instances;
      const counted = countedOf(parts, 'xcu');
      const terms = { lut, ff };
      for (const key of [...FITTED, ...EXACT]) sample.counted[key] += instances * counted[key];
      for (const key of FITTED) {
        for (const [term, size] of Object.entries(terms[key] ?? {})) {
          sample.terms[key][term] = (sample.terms[key][term] ?? 0) + instances * size;
        }
      }
    }
    for (const [name, sample] of own) byUnit.set(name, [...(byUnit.get(name) ?? []), sample]);
  }
  return byUnit;
}

/** Coefficients of a unit by least squares of relative errors, those of small units damped. */
function sharesOf(of: readonly Sample[], key: (typeof FITTED)[number]): Terms {
  const terms = [...new Set(of.flatMap((sample) => Object.keys(sample.terms[key])))];
  const weights = of.map(({ mapped }) => 1 / (mapped[key] + 10 * mapped.instances));
  const found = nonNegativeLeastSquares(
    of.map((sample, n) => terms.map((term) => (sample.terms[key][term] ?? 0) * weights[n]!)),
    of.map((sample, n) => (sample.mapped[key] - sample.counted[key]) * weights[n]!),
  );
  const rounded = terms.map((term, n) => [term, Math.round(1000 * found[n]!) / 1000] as const);
  return Object.fromEntries(rounded.filter(([, share]) => share > 0));
}

/** What does not agree, a line each. */
function differences(of: readonly Sample[], shares: Readonly<Record<(typeof FITTED)[number], Terms>>): string[] {
  return of.flatMap(({ id, instances, counted, terms, mapped }) => {
    const lines: string[] = [];
    if (instances > 0 && instances !== mapped.instances)
      lines.push(`${instances} instances, mapped ${mapped.instances}`);
    for (const key of EXACT)
      if (counted[key] !== mapped[key]) lines.push(`${key} ${counted[key]}, mapped ${mapped[key]}`);
    for (const key of FITTED) {
      const sizes = Object.entries(terms[key]);
      const sum = sizes.reduce((all, [term, size]) => all + size * (shares[key][term] ?? 0), counted[key]);
      const each = [sum, mapped[key]].map((value) => value / mapped.instances);
      if (Math.abs(each[0]! - each[1]!) > Math.max(1.5, 0.04 * each[1]!)) {
        lines.push(`${key} ${each[0]!.toFixed(1)}, mapped ${each[1]!.toFixed(1)} an instance of ${mapped.instances}`);
      }
    }
    return lines.map((line) => `  ${id}: ${line}`);
  });
}

const entries: string[] = [];
for (const [name, of] of [...samples()].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  const used = of.filter(({ instances }) => instances > 0);
  const shares = { lut: sharesOf(used, 'lut'), ff: sharesOf(used, 'ff') };
  const lines = differences(of, shares);
  if (lines.length > 0) console.log(`${name}\n${lines.join('\n')}`);
  if (Object.keys({ ...shares.lut, ...shares.ff }).length > 0) entries.push(`  ${name}: ${JSON.stringify(shares)},`);
}

writeFileSync(
  fileURLToPath(new URL('../src/machine/resources/coefficients.ts', import.meta.url)),
  `// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: a fit may come near pi
import type { Terms } from './terms.ts';

/**
 * Look-up tables and flip-flops for each size that a unit grows with: what synthesis makes of logic that is no count of bits. Written by
 * scripts/fit_resources.ts from fixtures/mapped_resources.json.
 */
export const COEFFICIENTS: Readonly<Record<string, { readonly lut: Terms; readonly ff: Terms }>> = {
${entries.join('\n')}
};
`,
);
