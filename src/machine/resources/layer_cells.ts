import { clog2 } from '../../util/fixed.ts';
import { TABLE_BITS, TABLE_ENTRIES, VALUE_BITS } from '../formats.ts';
import { inBlockRam } from '../ram_kind.ts';
import type { LayerView } from './layer_view.ts';
import { blockRams, placeProduct } from './memory.ts';
import { multiplexer } from './multiplexer.ts';
import { ramUnit } from './ram.ts';
import { registerCopies, type Unit, unit } from './unit.ts';

/** Inputs that the tables cover, and whether the state of an LSTM is looked up, too. */
interface TableSizes {
  readonly sigmoidRange: number;
  readonly tanhRange: number;
  readonly state: boolean;
}

/** Range of z: a table that covers it needs no limit. */
const Z_RANGE = 16;

function indexOf(lanes: number, range: number): Unit {
  return unit('table_index', lanes, { counted: { lut: range === Z_RANGE ? 1 : 11 } });
}

/** The two tables of an ElemMul lane, sigmoid with one port, tanh with two, behind their output registers; and what indexes them. */
export function tableUnits(lanes: number, { sigmoidRange, tanhRange, state }: TableSizes): Unit[] {
  const bram = blockRams(TABLE_ENTRIES, TABLE_BITS);
  return [
    unit('rom', lanes, { counted: { ff: TABLE_BITS, bram } }),
    unit('rom2', lanes, { counted: { ff: 2 * TABLE_BITS, bram } }),
    unit('tanh', lanes, { counted: { lut: 11 } }),
    indexOf(lanes, sigmoidRange),
    indexOf(lanes, tanhRange),
    ...(state ? [unit('table_index', lanes, { lut: { state: 1 } })] : []),
  ];
}

/** Arithmetic of a cell: sum, rounding, one multiplier for its three products and one for its peepholes. */
function elemLane({ sizes, formats }: LayerView, lanes: number): Unit {
  const { peepholes, laneCells, redBits } = sizes;
  const { vectorBits, sumBits, peepBits } = formats;
  // Two registers in a row after the sum are a shift register in look-up tables where nothing comes between.
  const delay = peepholes ? 0 : sumBits;
  return unit('elem_lane', lanes, {
    counted: { lutram: delay },
    products: [
      { a: VALUE_BITS, b: VALUE_BITS, registers: 4 * VALUE_BITS },
      ...(peepholes ? [{ a: peepBits, b: vectorBits, registers: peepBits + vectorBits }] : []),
    ],
    lut: {
      sumBits,
      sumBitsOfPeepholes: peepholes ? sumBits : 0,
      redBits,
      vectorBits,
      cells: clog2(laneCells),
      peepholes: peepholes ? 1 : 0,
      one: 1,
    },
    ff: {
      sumBits,
      sumBitsOfPeepholes: peepholes ? sumBits : 0,
      vectorBits,
      vectorBitsOfPeepholes: peepholes ? vectorBits : 0,
      cells: clog2(laneCells),
      peepholes: peepholes ? 1 : 0,
      one: 1,
    },
  });
}

/** Projection: shift, rounding and clipping of a sum. */
function assemble({ sizes, formats }: LayerView): Unit {
  const { channels, elemLanes, redBits } = sizes;
  return unit('assemble', channels, {
    counted: { ff: 2 + elemLanes * (redBits + 1 + formats.vectorBits) },
    lut: { sums: elemLanes * redBits, elements: elemLanes * formats.vectorBits, elemLanes },
  });
}

/** Beat of ElemMul: rows to drain, and what they are, as late as their sums. */
function gatherControl({ sizes }: LayerView): Unit {
  const { rowBits, bankRowBits, wordBits, lanes, elemLanes, projection, tree, phases, split } = sizes;
  const delay = 1 + (phases > 1 ? 1 : 0) + tree;
  const tag = 2 * wordBits + (projection ? 4 : 3);
  return unit('gather_control', 1, {
    lut: {
      rowBits,
      wordBits,
      lanes,
      phases: lanes / elemLanes,
      projection: projection ? rowBits : 0,
      split: split ? 1 : 0,
      one: 1,
    },
    ff: {
      tags: delay * tag,
      wordBits,
      rowBits,
      bankRowBits,
      lanes,
      projection: projection ? 1 : 0,
      split: split ? 1 : 0,
      one: 1,
    },
  });
}

/** Start of cells and outputs of a frame. */
function sequencer({ sizes }: LayerView): Unit {
  const { channels, projection, split, wordBits } = sizes;
  return unit('sequencer', 1, {
    counted: { ff: 5 + (split ? 5 : 2) + (projection ? 5 : 4) * channels },
    lut: { voices: channels - 1, projection: projection ? channels : 0, split: split ? wordBits : 0, one: 1 },
  });
}

/** Units of ElemMul and Assemble. */
export function layerCellUnits(view: LayerView): Unit[] {
  const { sizes, formats } = view;
  const { channels, elemLanes, peepholes, projection, laneCells } = sizes;
  const { vectorBits } = formats;
  const lanes = channels * elemLanes;
  // Yosys shifts the word by the place times the width.
  const shifts = placeProduct(vectorBits, 'short') > 0;
  return [
    unit('channel', channels, { counted: { ff: 7, lut: 1 }, lut: { one: 1 } }),
    // The output buffer moves on.
    registerCopies(channels, 1),
    unit('elem_mul', channels, {
      counted: {
        ff: vectorBits + 26 + clog2(laneCells) + (shifts ? 8 : clog2(elemLanes)),
        lut: shifts ? 0 : vectorBits * multiplexer(elemLanes),
        dsp: placeProduct(vectorBits, 'short'),
      },
      lut: { cells: clog2(laneCells), shifted: shifts ? vectorBits * elemLanes : 0, elemLanes, one: 1 },
    }),
    registerCopies(channels * Math.ceil(elemLanes / 4), 12 + (peepholes ? 5 : 0) + (projection ? 0 : 1)),
    elemLane(view, lanes),
    ...tableUnits(lanes, { ...formats, state: true }),
    ramUnit(lanes, { words: laneCells, bits: vectorBits, block: inBlockRam(laneCells, vectorBits) }),
    ...(projection ? [assemble(view), registerCopies(lanes, 7)] : []),
    gatherControl(view),
    sequencer(view),
  ];
}
