import { type Machine, wordUnit } from '../../machine/machine.ts';
import type { Segment } from '../../program/program.ts';
import { kindTurn, quarterRound, spectralRows } from '../../program/spectral_order.ts';
import { EsegenError } from '../../util/errors.ts';
import type { TermWindow } from '../legal_graph.ts';
import type { Product, Sums } from '../quantized_graph.ts';
import { kernelsOf, type Layout, roundUp, type WindowPart } from './layout.ts';

/** Rows of a product's matrix that go into a tile. */
export interface RowPiece {
  readonly from: number;
  readonly to: number;
  readonly period: number;
  /** Row n of the tile is row order[from + n] of the matrix; null where they are in order. */
  readonly order: Int32Array | null;
  /** Whether rows of spectra are turned against each other by their kind, see `kindTurn`. */
  readonly kindsTurned: boolean;
}

/** Columns of a segment are numbered in 16 bits by the memory images. */
export const MAX_COLUMNS = 2 ** 16;

/**
 * Column of the matrix for each column of a segment: the elements of a part of a window in the order of its view, every run padded
 * to a multiple of the groups with absent columns, which are -1.
 */
function columnOrder(
  shape: Pick<Layout, 'channels' | 'positions'>,
  window: TermWindow | null,
  part: WindowPart,
  groups: number,
): Int32Array {
  const kernels = kernelsOf(shape, window);
  const [first = 1, second = 1] = kernels;
  const taps = window?.time.kernel ?? 1;
  const padded = Math.ceil(part.runs.run / groups) * groups;
  const order = new Int32Array(taps * part.runs.rows * padded).fill(-1);
  let at = 0;
  let inRun = 0;
  for (let tap = 0; tap < taps; tap++) {
    for (let a = part.from; a < part.to; a++) {
      for (let b = 0; b < second; b++) {
        for (let channel = part.firstChannel; channel < part.endChannel; channel++) {
          order[at++] = ((channel * first + a) * second + b) * taps + tap;
          if (++inRun < part.runs.run) continue;
          inRun = 0;
          at += padded - part.runs.run;
        }
      }
    }
  }
  return order;
}

/**
 * The segment of a piece of a product's rows over a part of its window.
 *
 * @throws EsegenError where the matrix does not belong to its source, or is too wide
 */
export function segmentOf(
  name: string,
  product: Product,
  sums: Sums,
  shape: Pick<Layout, 'channels' | 'positions'>,
  part: WindowPart,
  piece: RowPiece,
  { groups, lanes }: Machine,
): Segment {
  const { matrix, window } = product;
  const sourceColumns = kernelsOf(shape, window).reduce(
    (count, kernel) => count * kernel,
    shape.channels * (window?.time.kernel ?? 1),
  );
  const { spectral } = sums;
  const { period } = piece;
  const rows = spectral === null ? sums.rows : period * roundUp(sums.rows / period, spectral.block);
  if (matrix.columns !== sourceColumns || matrix.rows !== rows) {
    throw new EsegenError(
      name,
      `expected a matrix [${rows}, ${sourceColumns}], got [${matrix.rows}, ${matrix.columns}]`,
    );
  }
  const order = columnOrder(shape, window, part, groups);
  if (order.length > MAX_COLUMNS) {
    throw new EsegenError(name, `expected at most ${MAX_COLUMNS} columns, got ${order.length}`);
  }
  const { from, to, order: rowOrder } = spectral === null ? piece : spectralPiece(piece, spectral.block, lanes);
  return {
    name,
    rows: to - from,
    period,
    columns: order.length,
    values: reordered(matrix.values, matrix.columns, order, { ...piece, from, to, order: rowOrder }),
    format: matrix.format,
    block: spectral?.block ?? null,
    kindsTurned: piece.kindsTurned,
    accumulator: { bits: sums.bits, saturate: sums.saturate },
  };
}

/** Rows of a piece whose sums are spectra: whole blocks, in the order of a tile. */
function spectralPiece(piece: RowPiece, block: number, lanes: number): RowPiece {
  const { from, to, period, kindsTurned } = piece;
  const cells = roundUp((to - from) / period, block);
  const orders = Array.from({ length: period }, (_, kind) => {
    return spectralRows(block, lanes, cells, kindTurn(block, kindsTurned, kind));
  });
  const rows = Int32Array.from({ length: cells * period }, (_, row) => {
    return from + period * orders[row % period]![Math.floor(row / period)]! + (row % period);
  });
  return { ...piece, from: 0, to: rows.length, order: rows };
}

function reordered(values: Int16Array, columns: number, order: Int32Array, piece: RowPiece): Int16Array {
  const { from, to } = piece;
  const inOrder = order.length === columns && order.every((column, at) => column === at);
  if (inOrder && piece.order === null) return values.subarray(from * columns, to * columns);
  const out = new Int16Array((to - from) * order.length);
  for (let row = from, at = 0; row < to; row++) {
    const base = (piece.order === null ? row : piece.order[row]!) * columns;
    for (let column = 0; column < order.length; column++, at++) {
      const source = order[column]!;
      if (source >= 0) out[at] = values[base + source]!;
    }
  }
  return out;
}

/** Where a piece of rows ends, in cells; see {@link RowPiece}. */
type PieceEnd = Pick<RowPiece, 'kindsTurned'> & { readonly end: number };

/**
 * Ends of the pieces of rows of spectra, where both tiles take one: CELL drains the first, and STORE makes its spectra, while MAC fills the other tile. In a
 * piece the pairs have gone round the lanes, so that all have equal work, and round the groups that read them; or quarters of a round do it, with kinds of rows
 * that are turned against each other. One piece where the cells are too few for that.
 *
 * @param smallLast the second half is in two pieces as well
 */
function spectralEnds(cells: number, smallLast: boolean, block: number, machine: Machine): PieceEnd[] {
  const { groups, lanes, elemLanes } = machine;
  const grain = Math.max((block / 2) * lanes, block * groups);
  const half = roundUp(Math.ceil(cells / 2), grain);
  const quarter = quarterRound(block, lanes);
  if (
    smallLast &&
    quarter !== null &&
    cells - half === 4 * quarter &&
    block <= elemLanes &&
    quarter % Math.max(2 * groups, elemLanes) === 0
  ) {
    return [
      { end: half, kindsTurned: false },
      { end: cells - quarter, kindsTurned: true },
      { end: cells, kindsTurned: true },
    ];
  }
  const quarters = half + roundUp(Math.ceil((cells - half) / 2), grain);
  const ends = [half, ...(smallLast ? [quarters] : []), cells];
  return ends.filter((end, at) => end <= cells && end !== ends[at - 1]).map((end) => ({ end, kindsTurned: false }));
}

/** How rows are cut into pieces. */
interface Cut {
  /** Row n of the tile is row order[from + n] of the matrix. */
  readonly order?: Int32Array | null;
  /** Number of the first row. */
  readonly first?: number;
  /** Of rows of spectra, the last piece is small. */
  readonly smallLast?: boolean;
}

/** Rows of sums, cut into as many pieces as tiles take; all but the last have whole rounds over the lanes, whole words and whole blocks. */
export function rowPieces(
  cells: number,
  period: number,
  machine: Machine,
  spectral: Sums['spectral'],
  { order = null, first = 0, smallLast = false }: Cut = {},
): RowPiece[] {
  const { lanes, tileRows } = machine;
  const grain = Math.max(lanes, wordUnit(machine), spectral?.block ?? 1);
  const most = Math.max(Math.floor((Math.floor(tileRows / period) * lanes) / grain), 1) * grain;
  const even = roundUp(Math.ceil(cells / Math.ceil(cells / most)), grain);
  // A row a cell is drained so fast, and followed word by word, that parts of it gain less than they wait for their tiles.
  const divided = spectral !== null && period > 1 && cells <= most;
  const ends = divided
    ? spectralEnds(cells, smallLast, spectral.block, machine)
    : Array.from({ length: Math.ceil(cells / even) }, (_, at): PieceEnd => {
        return { end: Math.min((at + 1) * even, cells), kindsTurned: false };
      });
  return ends.map(({ end, kindsTurned }, at) => {
    const from = first + (ends[at - 1]?.end ?? 0) * period;
    return { from, to: first + end * period, period, order, kindsTurned };
  });
}
