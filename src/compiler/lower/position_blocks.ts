import type { TermWindow } from '../legal_graph.ts';
import type { Product, QuantizedMatrix, Sums } from '../quantized_graph.ts';
import { kernelsOf, type Shape } from './layout.ts';

/**
 * Neighbouring positions of a windowed node along its innermost axis whose sums are rows of one tile: `count` blocks of `size` positions, one
 * behind the other from `first` on. Row p · channels + c of a tile is channel c at its position p.
 */
export interface PositionBlock {
  readonly first: number;
  readonly size: number;
  readonly count: number;
}

/** What a node reads of a tensor at the positions of a block. */
export interface BlockWindow {
  readonly window: TermWindow | null;
  /** Kernel elements in front that have no weights, so that every run begins in group 0. */
  readonly extra: number;
  /** Kernel elements from a position to the next. */
  readonly shift: number;
}

/** Blocks of `size` positions, and one of what is left. */
export function blocksOf(positions: number, size: number): PositionBlock[] {
  const count = Math.floor(positions / size);
  const rest = positions - count * size;
  const blocks = [{ first: 0, size, count }];
  return rest === 0 ? blocks : [...blocks, { first: count * size, size: rest, count: 1 }];
}

/**
 * The window that all positions of a block read together: as far as the first and the last of them reach, from block to block. One that
 * does not look at positions is the same for all.
 *
 * @param source what is read; its positions lie `pitch` elements apart
 * @returns null where the positions of a block do not meet the same elements, because of the dilation
 */
export function blockWindow(
  window: TermWindow | null,
  source: Shape,
  block: PositionBlock,
  groups: number,
): BlockWindow | null {
  const own = window?.space.at(-1);
  if (window === null || own === undefined) return { window, extra: 0, shift: 0 };
  const { first, size, count } = block;
  const { kernel, stride, dilation } = own;
  const shift = size === 1 ? 0 : stride / dilation;
  if (!Number.isInteger(shift)) return null;
  const start = own.before - first * stride;
  const aligned = count === 1 || (size * stride * source.pitch) % groups === 0;
  const extra = aligned ? extraFor(start, dilation, source.pitch, groups) : 0;
  const wide = {
    kernel: kernel + extra + (size - 1) * shift,
    ...{ stride: size * stride, dilation, before: start + extra * dilation },
  };
  const span = (wide.kernel - 1) * dilation + 1;
  const after = (count - 1) * wide.stride + span - source.positions.at(-1)! - wide.before;
  return { window: { ...window, space: [...window.space.slice(0, -1), { ...wide, after }] }, extra, shift };
}

/** Kernel elements in front of a window that begins `before` positions before the first one, until it begins in group 0; 0 where none does. */
function extraFor(before: number, dilation: number, pitch: number, groups: number): number {
  for (let extra = 0; extra < groups; extra++) {
    if (((before + extra * dilation) * pitch) % groups === 0) return extra;
  }
  return 0;
}

/**
 * Sums at all positions of a block: those of each position are rows of their own, and read the same elements.
 *
 * @param windows of the products, in their order
 * @param shapes of their sources
 */
export function blockSums(
  sums: Sums,
  { size }: PositionBlock,
  windows: readonly BlockWindow[],
  shapes: readonly Pick<Shape, 'channels' | 'positions'>[],
): Sums {
  const bias = new Float64Array(size * sums.rows);
  for (let position = 0; position < size; position++) bias.set(sums.bias, position * sums.rows);
  const products = sums.products.map((product, at): Product => {
    const own = windows[at]!;
    return { ...product, matrix: blockMatrix(product, size, own, shapes[at]!), window: own.window };
  });
  return { ...sums, rows: size * sums.rows, bias, products };
}

/** The matrix of a block: that of a position, shifted from position to position along the innermost axis of the window. */
function blockMatrix(
  { matrix, window }: Product,
  size: number,
  { window: wide, extra, shift }: BlockWindow,
  shape: Pick<Shape, 'channels' | 'positions'>,
): QuantizedMatrix {
  if (size === 1 && extra === 0) return matrix;
  const taps = window?.time.kernel ?? 1;
  const [kernel, wideKernel] = [kernelsOf(shape, window).at(-1) ?? 1, kernelsOf(shape, wide).at(-1) ?? 1];
  const { rows, columns, values, format } = matrix;
  const outer = columns / (kernel * taps);
  const [run, wideRun] = [kernel * taps, wideKernel * taps];
  const out = new Int16Array(size * rows * outer * wideRun);
  for (let position = 0, at = 0; position < size; position++) {
    const offset = (extra + position * shift) * taps;
    for (let row = 0; row < rows; row++) {
      for (let o = 0; o < outer; o++, at += wideRun) {
        const from = row * columns + o * run;
        out.set(values.subarray(from, from + run), at + offset);
      }
    }
  }
  return { rows: size * rows, columns: outer * wideRun, values: out, format };
}
