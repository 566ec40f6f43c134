import { describe, expect, test } from 'vitest';
import { chooseBlocks } from '../../../src/compiler/lower/choose_blocks.ts';
import type { Shape } from '../../../src/compiler/lower/layout.ts';
import type { Sums } from '../../../src/compiler/quantized_graph.ts';
import type { Machine } from '../../../src/machine/machine.ts';
import { windowOutputs } from '../../../src/model/graph.ts';

interface Conv {
  readonly rows: number;
  readonly source: Shape;
  readonly kernel: number;
  readonly stride: number;
  readonly taps: number;
  readonly dilation?: number;
  readonly saturate?: boolean;
}

function machine(groups: number, lanes: number, elemLanes: number): Machine {
  const bits = { vectorBits: 16, weightBits: 12, indexBits: 6 };
  return { channels: 1, groups, lanes, elemLanes, ...bits, tileRows: 1024, maxSteps: 128 };
}

/** Sizes and counts of the blocks of a dense convolution without borders. */
function blocks(
  { rows, source, kernel, stride, taps, dilation = 1, saturate = false }: Conv,
  own: Machine,
  most?: number,
) {
  const along = { kernel, stride, dilation, before: 0, after: 0 };
  const time = { kernel: taps, stride: 1, dilation: 1, before: 0, after: 0 };
  const window = { channels: source.channels, space: [along], time };
  const columns = source.channels * kernel * taps;
  const values = new Int16Array(rows * columns).fill(1);
  const matrix = { rows, columns, values, format: { bits: 12, frac: 11 } };
  const products = [{ source: { tensor: 'x' }, matrix, weights: values.length, align: 0, window }];
  const sums: Sums = { rows, products, spectral: null, frac: 20, bits: 32, saturate, bias: new Float64Array(rows) };
  const positions = windowOutputs(along, source.positions[0]!);
  return chooseBlocks(sums, [positions], [source], own, most).map(({ first, size, count }) => [first, size, count]);
}

const BINS: Conv = {
  rows: 32,
  source: { channels: 1, positions: [161], pitch: 1 },
  kernel: 41,
  stride: 2,
  taps: 11,
};
const MAPS: Conv = {
  rows: 32,
  source: { channels: 32, positions: [61], pitch: 32 },
  kernel: 21,
  stride: 2,
  taps: 11,
};

describe('blocks of the positions of a convolution', () => {
  test('a window that gives few groups work is read for many positions at once', () => {
    expect(blocks(BINS, machine(64, 32, 32))).toEqual([
      [0, 32, 1],
      [32, 29, 1],
    ]);
  });

  test('where there is room for few weights, blocks are smaller, and the last takes what is left', () => {
    // A position has 14,432 weights: blocks of 6 and of 1 have 101,024, as fast as those of 10 and of 1, which have 158,752.
    expect(blocks(BINS, machine(64, 32, 32), 160_000)).toEqual([
      [0, 6, 10],
      [60, 1, 1],
    ]);
    expect(blocks(BINS, machine(64, 32, 32), 80_000)).toEqual([
      [0, 4, 15],
      [60, 1, 1],
    ]);
  });

  test('channels that do not fill a word of the memories come with those of the next position, the last by itself', () => {
    expect(blocks(MAPS, machine(64, 32, 32))).toEqual([
      [0, 2, 10],
      [20, 1, 1],
    ]);
  });

  test('channels that leave lanes idle share them with those of the next position', () => {
    const source = { channels: 16, positions: [40], pitch: 16 };
    expect(blocks({ ...MAPS, rows: 16, source, stride: 1 }, machine(1, 32, 8))).toEqual([[0, 2, 10]]);
  });

  test('where positions by themselves have work for all, weights are there once', () => {
    const source = { channels: 32, positions: [23], pitch: 32 };
    expect(blocks({ ...MAPS, source }, machine(1, 16, 4))).toEqual([[0, 1, 2]]);
  });

  test('sums that saturate are not added otherwise than position by position', () => {
    expect(blocks({ ...BINS, saturate: true }, machine(64, 32, 32))).toEqual([[0, 1, 61]]);
  });

  test('a dilation that the stride is no multiple of keeps positions apart', () => {
    expect(blocks({ ...BINS, dilation: 3, kernel: 11 }, machine(64, 32, 32))).toEqual([[0, 1, 66]]);
  });
});
