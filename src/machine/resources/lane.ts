import { clog2 } from '../../util/fixed.ts';
import type { Bank } from '../sizes.ts';
import { rowTile } from '../voice_tiles.ts';
import { blockRams } from './memory.ts';
import { registerCopies, type Unit, unit } from './unit.ts';

/** Sizes of the PEs and of what the PEs of a lane share. */
export interface LaneSizes {
  /** Lanes of all groups, and voices, each with a PE in every lane. */
  readonly lanes: number;
  readonly channels: number;
  readonly actBits: number;
  readonly weightBits: number;
  readonly indexBits: number;
  readonly accBits: number;
  readonly saturate: boolean;
  /** Bits of a row of a segment, and of a row in the banks. */
  readonly rowBits: number;
  readonly bankRowBits: number;
  readonly banks: readonly Bank[];
  /** Blocks of block-circulant layers, rising; empty without. */
  readonly blocks: readonly number[];
}

/** Multiply-accumulate unit: a DSP block, and an adder whose carry chain takes the multiplexer of its operand along (a LUT a bit). */
function arithUnit({ lanes, channels, actBits, weightBits, accBits, saturate }: LaneSizes): Unit {
  const product = actBits + weightBits;
  const sum = Math.max(accBits, product) + 1;
  return unit('arith_unit', lanes * channels, {
    counted: {
      // Operands, product, sum and the sum before it, two flags twice.
      ff: 4 + weightBits + actBits + product + 2 * accBits,
      ...(saturate ? {} : { lut: accBits }),
    },
    products: [{ a: actBits, b: weightBits, registers: 2 * product + (saturate ? 0 : accBits) }],
    ...(saturate ? { lut: { sum, accBits, one: 1 } } : {}),
  });
}

/**
 * Banks of accumulators and their bit of emptiness. A bit of what is read is one LUT (two banks, their choice, the sum before), a bit of what is
 * drained another; with three banks each is two.
 */
function actBuffer({ lanes, channels, accBits, banks }: LaneSizes): Unit {
  const width = accBits + 1;
  const choice = banks.length > 2 ? 4 * accBits + 4 : 2 * accBits + 3;
  return unit('act_buffer', lanes * channels, {
    counted: {
      ff: 2 * accBits + (banks.length > 2 ? 5 : 2),
      lut: choice,
      bram: banks.reduce((sum, { rows, block }) => sum + (block ? blockRams(rows, width) : 0), 0),
    },
    rams: banks.flatMap(({ rows, block }) => (block ? [] : [{ words: rows, bits: width }])),
  });
}

/**
 * Rows and enables of the banks: for each a register of the row that is written, behind a choice of two; of banks in distributed RAM that of the row
 * which is read too, once for the voices of a tile.
 */
function bankControl({ lanes, channels, accBits, banks, bankRowBits }: LaneSizes): Unit[] {
  const rows = banks.map(({ rows: own }) => Math.max(clog2(own), 1));
  const writes = rows.reduce((sum, bits) => sum + bits, 0);
  const distributed = banks.filter(({ block }) => !block);
  const mostRows = Math.max(0, ...distributed.map(({ rows: own }) => own));
  const tiles = channels / rowTile(channels, mostRows, accBits);
  return [
    unit('bank_control', lanes, {
      counted: {
        ff: 2 + clog2(banks.length) + Math.max(...rows) + 2 * banks.length + writes,
        lut: 2 * writes + (banks.length > 2 ? 6 : 5),
      },
    }),
    registerCopies(lanes * distributed.length * tiles, bankRowBits),
  ];
}

/** Place of what is under way in three stages, compared with the next three times. */
function arithControl({ lanes, banks, bankRowBits }: LaneSizes): Unit {
  const place = clog2(banks.length) + bankRowBits;
  return unit('arith_control', lanes, { counted: { ff: 3 + 3 * place }, lut: { place } });
}

/** Index decoder: the row of a word from that before it; of a pair of a block-circulant layer, its rows and weights too. */
function rowDecode({ lanes, weightBits, indexBits, rowBits, blocks }: LaneSizes): Unit {
  const spectral = blocks.length > 0;
  const ff = 1 + 2 + rowBits + weightBits;
  if (!spectral) {
    const skips = indexBits > 0 ? rowBits : 0;
    return unit('row_decode', lanes, { counted: { ff }, lut: { rowBits, skips, weightBits, one: 1 } });
  }
  return unit('row_decode', lanes, {
    lut: { rowBitsOfBlocks: rowBits, weightBitsOfBlocks: weightBits, blocks: blocks.length, oneOfBlocks: 1 },
    ff: { weightBitsOfBlocks: weightBits, rowBitsOfBlocks: rowBits, oneOfBlocks: 1 },
  });
}

/** Units of all lanes. */
export function laneUnits(sizes: LaneSizes): Unit[] {
  return [
    arithUnit(sizes),
    actBuffer(sizes),
    ...bankControl(sizes),
    arithControl(sizes),
    rowDecode(sizes),
    // Its own reset, and that it worked.
    unit('lane', sizes.lanes, { counted: { ff: 2 } }),
  ];
}
