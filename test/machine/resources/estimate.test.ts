import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { mappedResources, totalOf } from '../../../fixtures/mapped_resources.ts';
import { addResources, NO_RESOURCES } from '../../../src/machine/resources/counts.ts';
import { estimateResources } from '../../../src/machine/resources/estimate.ts';
import { blockRam, distributedRam } from '../../../src/machine/resources/memory.ts';
import { countedOf } from '../../../src/machine/resources/unit.ts';

/** Share by which look-up tables and flip-flops of a design may be off, and those of the units of one that was not mapped as a whole. */
const BAR = 0.05;
const PART_BAR = 0.1;

const { designs } = mappedResources();

describe('what Yosys mapped', () => {
  test.each(designs.map((design) => [design.id, design] as const))('%s', (_, design) => {
    const mapped = totalOf(design);
    const bar = design.whole ? BAR : PART_BAR;
    // Of a design that was not mapped as a whole, what was.
    const names = new Set(design.units.map(({ name }) => name));
    const estimated = estimateResources(design.hardware, 'xcu')
      .units.filter(({ name }) => names.has(name))
      .reduce((sum, { all }) => addResources(sum, all), NO_RESOURCES);
    const { bram, uram, dsp } = mapped;
    expect(estimated).toMatchObject({ bram, uram, dsp });
    expect(Math.abs(estimated.lut / mapped.lut - 1), `LUT: ${estimated.lut}, mapped ${mapped.lut}`).toBeLessThan(bar);
    expect(Math.abs(estimated.ff / mapped.ff - 1), `FF: ${estimated.ff}, mapped ${mapped.ff}`).toBeLessThan(bar);
  });

  test('every unit is there as often as it was mapped', () => {
    for (const { id, hardware, units } of designs) {
      const mapped = new Map(units.map(({ name, instances }) => [name, instances]));
      const counted = new Map<string, number>();
      for (const { name, instances } of estimateResources(hardware, 'xcu').units) {
        counted.set(name, (counted.get(name) ?? 0) + instances);
      }
      for (const [name, instances] of counted) {
        if (mapped.has(name)) expect(instances, `${id}: ${name}`).toBe(mapped.get(name));
      }
    }
  });
});

// As Yosys 0.23 maps a memory with a port to write and one to read.
test.each([
  ['xcu', 32, 38, { lutram: 24, lut: 0 }],
  ['xcu', 64, 38, { lutram: 48, lut: 0 }],
  ['xcu', 96, 16, { lutram: 48, lut: 19 }],
  ['xcup', 128, 16, { lutram: 48, lut: 18 }],
  ['xcu', 129, 38, { lutram: 120, lut: 157 }],
  ['xcu', 192, 16, { lutram: 72, lut: 19 }],
  ['xcu', 256, 38, { lutram: 192, lut: 42 }],
  ['xc7', 32, 18, { lutram: 12, lut: 0 }],
  ['xc7', 64, 33, { lutram: 44, lut: 0 }],
] as const)('%s: distributed RAM of %i words of %i bits', (family, words, bits, expected) => {
  expect(distributedRam(words, bits, family)).toEqual(expected);
});

// As Yosys 0.23 maps arith_unit, cell_lane and rotation of circulant-gru2: registers that the 7 series has in its DSP blocks, a wide product in two.
test.each([
  [
    { a: 18, b: 12, registers: 92 },
    { dsp: 1, ff: 36 },
    { dsp: 1, ff: 128 },
  ],
  [
    { a: 18, b: 16, registers: 68 },
    { dsp: 1, ff: 60 },
    { dsp: 1, ff: 128 },
  ],
  [
    { a: 26, b: 18, registers: 44, count: 4 },
    { dsp: 8, ff: 128 },
    { dsp: 4, ff: 128 },
  ],
])('product %j', (product, ofSeven, ofUltraScale) => {
  const unit = { counted: { ff: 128 }, products: [product] };
  expect(countedOf(unit, 'xc7')).toMatchObject(ofSeven);
  expect(countedOf(unit, 'xcu')).toMatchObject(ofUltraScale);
});

test.each([
  [1024, 18, { bram: 0.5, banks: 1, lut: 0, ff: 0 }],
  [2048, 16, { bram: 1, banks: 1, lut: 0, ff: 0 }],
  [2049, 16, { bram: 1.5, banks: 3, lut: 19, ff: 2 }],
  [5000, 16, { bram: 2.5, banks: 5, lut: 69, ff: 3 }],
  [8192, 36, { bram: 8, banks: 2, lut: 38, ff: 1 }],
  [16_384, 18, { bram: 8, banks: 4, lut: 22, ff: 2 }],
])('block RAM of %i words of %i bits', (words, bits, expected) => {
  expect(blockRam(words, bits)).toEqual(expected);
});

test('runs in a browser: nothing that it imports is of Node.js', () => {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, from] of readFileSync(path, 'utf8').matchAll(
      /^(?:import|export) (?!type)[^;]*? from '([^']+)';$/gm,
    )) {
      expect(from, path).toMatch(/^\./);
      visit(resolve(dirname(path), from!));
    }
  };
  visit(fileURLToPath(new URL('../../../src/machine/resources/part_estimate.ts', import.meta.url)));
  expect(seen.size).toBeGreaterThan(20);
});
