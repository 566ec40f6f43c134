import { describe, expect, test } from 'vitest';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import { checkDevice } from '../../src/machine/device.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { blockRams, ultraRams } from '../../src/machine/resources/memory.ts';
import { EsegenError } from '../../src/util/errors.ts';

const LAYER = { inputs: 9, cells: 8, outputs: 8, density: 1 };

function messageOf(build: () => unknown): string {
  try {
    build();
  } catch (error) {
    if (error instanceof EsegenError) return error.message;
    throw error;
  }
  throw new Error('was not refused');
}

describe('block RAMs of a memory', () => {
  test.each([
    [16, 1024, 0.5],
    [18, 1024, 0.5],
    [18, 1025, 1],
    [36, 512, 0.5],
    [16, 12_839, 6.5],
    [1, 2, 0.5],
  ])('%i bits x %i words take %f', (width, depth, rams) => {
    expect(blockRams(depth, width)).toBe(rams);
  });
});

describe('what no synthesis can make fit', () => {
  test('more multipliers than DSP blocks: names the limit, the nearest array and a larger part', () => {
    const config = { array: { channels: 16, groups: 4, lanes: 8 }, part: 'xc7z020clg400-1' };
    const message = messageOf(() => sampleDesign(LAYER, config));
    expect(message).toContain('expected at most the 220 DSP blocks of xc7z020');
    expect(message).toContain('{ "channels": 4, "groups": 4, "lanes": 8 }');
    expect(message).toContain('(xc7a200t)');
  });

  test('more weights than block RAM: names the limit and external memory', () => {
    const config = { array: { groups: 16, lanes: 64 }, elemLanes: 1, part: 'xcku035-fbva676-2-e' };
    const big = { inputs: 512, cells: 1024, outputs: 512, density: 1 };
    const message = messageOf(() => sampleDesign(big, config));
    expect(message).toContain('block RAMs of xcku035');
    expect(message).toContain('"weights": "dram"');
  });

  describe('weights in UltraRAM', () => {
    const sizes = { peepholes: false, dram: false, groups: 64, lanes: 32, weightDepth: 4096, inStep: true };
    const check = (part: string, own: Partial<typeof sizes> = {}) => {
      const array = { groups: 64, lanes: 32 };
      const config = parseConfig({ array, weights: 'uram', activationQueue: 'group', part }, 'config');
      return () => checkDevice(config, { ...sizes, ...own });
    };

    test.each([
      [72, 4096, 1],
      [73, 4096, 2],
      [576, 4097, 16],
    ])('%i bits x %i words take %i', (width, depth, rams) => {
      expect(ultraRams(depth, width)).toBe(rams);
    });

    test('fit, and more than there are do not: names the limit and what would fit', () => {
      expect(check('xcvu9p-flga2104-2-i')).not.toThrow();
      const message = messageOf(check('xcvu9p-flga2104-2-i', { weightDepth: 8193 }));
      expect(message).toContain('at most the 960 UltraRAMs of xcvu9p, got 1536');
      expect(message).toContain('50 % of the density');
    });

    test('a part without it is refused, with one that has enough', () => {
      const message = messageOf(check('xcku115-flva1517-2-e'));
      expect(message).toContain('expected a part with UltraRAM for "uram", xcku115 has none');
      expect(message).toContain('(xcvu9p)');
    });
  });

  test('a part that is not listed is not checked', () => {
    const config = parseConfig({ array: { channels: 64, lanes: 32 }, part: 'xcxyz' }, 'config');
    expect(() => sampleDesign(LAYER, { array: config.array, part: config.part })).not.toThrow();
  });
});
