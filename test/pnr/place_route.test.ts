import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { formatPnr } from '../../src/cli/pnr.ts';
import { DEVICES } from '../../src/pnr/device.ts';
import { placeAndRoute } from '../../src/pnr/place_route.ts';
import { pnr } from '../../src/pnr/pnr.ts';
import { shellOf } from '../../src/pnr/shell.ts';

const SAMPLE = fileURLToPath(new URL('../../generated/sample', import.meta.url));

function rtlOfSample(): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(`${SAMPLE}/rtl`).map((file) => [`rtl/${file}`, readFileSync(`${SAMPLE}/rtl/${file}`, 'utf8')]),
  );
}

test('a shell takes every port but the clock through registers', () => {
  const shell = shellOf('block', [
    { name: 'clk', direction: 'input', bits: 1 },
    { name: 'a', direction: 'input', bits: 3 },
    { name: 'b', direction: 'input', bits: 2 },
    { name: 'y', direction: 'output', bits: 4 },
  ]);
  expect(shell).toContain('.a(in_reg[0+:3])');
  expect(shell).toContain('.b(in_reg[3+:2])');
  expect(shell).toContain('.y(out[0+:4])');
  expect(shell).toContain('reg  [5:0] in_reg;');
  expect(shell).toContain('.clk(clk)');
});

describe('a block of the sample on an iCE40', () => {
  test('two seeds: clocks, logic cells, a path that begins and ends in the block or its shell', async () => {
    const files = rtlOfSample();
    const device = DEVICES['ice40-hx8k']!;
    const placements = await placeAndRoute([...files.keys()], files, 'sample_row_decode', device, { seeds: 2 });
    expect(placements.map(({ seed }) => seed)).toEqual([1, 2]);
    for (const { clock, utilization, worst } of placements) {
      expect(clock).toBeGreaterThan(20);
      expect(clock).toBeLessThan(1000);
      expect(utilization.find(({ resource }) => resource === 'ICESTORM_LC')!.used).toBeGreaterThan(10);
      expect(worst!.logic + worst!.routing).toBeCloseTo(1000 / clock, 1);
    }
    const text = formatPnr('sample', { name: 'sample', device: 'ice40-hx8k', speed: null, placements });
    expect(text).toMatch(/seed\s+MHz\n1\s+\d+\.\d\n2\s+\d+\.\d\n/);
    expect(text).toContain('Slowest path');
  });

  test('an unknown device, and a speed grade of a device that has none', async () => {
    await expect(pnr(SAMPLE, 'ice40-hx9k', { seeds: 1 })).rejects.toThrow('expected ice40-hx1k');
    await expect(pnr(SAMPLE, '__proto__', { seeds: 1 })).rejects.toThrow('expected ice40-hx1k');
    await expect(pnr(SAMPLE, 'ice40-hx8k', { speed: 8, seeds: 1 })).rejects.toThrow('its name says it');
  });
});
