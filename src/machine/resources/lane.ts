import { clog2 } from '../../util/fixed.ts';
import type { Bank } from '../sizes.ts';
import { blockRams, distributedRam, dspBlocks } from './memory.ts';
import { type Unit, unit } from './unit.ts';

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
      dsp: dspBlocks(actBits, weightBits),
      ...(saturate ? {} : { lut: accBits }),
    },
    ...(saturate ? { lut: { sum, accBits, one: 1 } } : {}),
  });
}

/** Banks of accumulators and their bit of emptiness, behind a multiplexer for what is read and one for what is drained. */
function actBuffer({ lanes, channels, accBits, banks }: LaneSizes): Unit {
  const three = banks.length > 2 ? 1 : 0;
  const width = accBits + 1;
  return unit('act_buffer', lanes * channels, {
    counted: {
      ff: 2 * accBits + 2 + 3 * three,
      lutram: banks.reduce((sum, { rows, block }) => sum + (block ? 0 : distributedRam(rows, width).lutram), 0),
      bram: banks.reduce((sum, { rows, block }) => sum + (block ? blockRams(rows, width) : 0), 0),
    },
    lut: {
      accBits: (1 - three) * accBits,
      accBits3: three * accBits,
      deep: banks.reduce((sum, { rows, block }) => sum + (block ? 0 : distributedRam(rows, width).lut), 0),
      one: 1,
    },
  });
}

/** Rows and enables of the banks: registers of a row for each, and where they begin. */
function bankControl({ lanes, banks }: LaneSizes): Unit {
  const bankBits = clog2(banks.length);
  const used = banks.map(({ rows, block }) => ({ bits: Math.max(clog2(rows), 1), block }));
  const writes = used.reduce((sum, { bits }) => sum + bits, 0);
  const reads = used.reduce((sum, { bits, block }) => sum + (block ? 0 : bits), 0);
  return unit('bank_control', lanes, {
    counted: { ff: 2 + bankBits + Math.max(...used.map(({ bits }) => bits)) + 2 * banks.length + writes + reads },
    lut: { writes, selects: writes, one: 1, three: banks.length > 2 ? 1 : 0 },
  });
}

/** Place of what is under way in three stages, compared with the next three times. */
function arithControl({ lanes, banks, bankRowBits }: LaneSizes): Unit {
  const place = clog2(banks.length) + bankRowBits;
  return unit('arith_control', lanes, { counted: { ff: 3 + 3 * place }, lut: { place, one: 1 } });
}

/** Index decoder: the row of a word from that before it; of a pair of a block-circulant layer, its rows and weights too. */
function rowDecode({ lanes, channels, actBits, weightBits, indexBits, rowBits, blocks }: LaneSizes): Unit {
  const acts = channels * actBits;
  const spectral = blocks.length > 0;
  const ff = 1 + 2 + rowBits + weightBits + acts;
  if (!spectral) {
    const skips = indexBits > 0 ? rowBits : 0;
    return unit('row_decode', lanes, { counted: { ff }, lut: { rowBits, skips, weightBits, one: 1 } });
  }
  return unit('row_decode', lanes, {
    lut: { rowBitsOfBlocks: rowBits, weightBitsOfBlocks: weightBits, blocks: blocks.length, oneOfBlocks: 1 },
    ff: { acts, weightBitsOfBlocks: weightBits, rowBitsOfBlocks: rowBits, oneOfBlocks: 1 },
  });
}

/** Units of all lanes. */
export function laneUnits(sizes: LaneSizes): Unit[] {
  return [
    arithUnit(sizes),
    actBuffer(sizes),
    bankControl(sizes),
    arithControl(sizes),
    rowDecode(sizes),
    // Its own reset, and that it worked.
    unit('lane', sizes.lanes, { counted: { ff: 2 } }),
  ];
}
