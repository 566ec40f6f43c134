import { expect, test } from 'vitest';
import { transformRows } from '../../src/cli/synth.ts';
import { NO_RESOURCES } from '../../src/machine/resources/counts.ts';
import type { Block } from '../../src/synth/rollup.ts';

function block(module: string, lut: number, dsp: number, blocks: readonly Block[] = []): Block {
  const all = { ...NO_RESOURCES, lut, dsp };
  return { module, name: module, instances: 1, all, own: all, blocks };
}

test('share of the transforms: those of STORE and of CELL', () => {
  const cells = block('cell_unit', 500, 20, [block('cell_inverse', 300, 5)]);
  const design = block('top', 2000, 100, [block('store_unit', 400, 5, [block('spectral_copy', 200, 5)]), cells]);
  expect(transformRows(design)).toEqual([
    ['transforms of blocks', '500 LUT (25.00 % of all) and 10 DSP (10.00 %) in spectral_copy and cell_inverse'],
  ]);
  expect(transformRows(block('top', 2000, 100))).toEqual([]);
});
