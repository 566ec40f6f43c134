import type { Formats } from '../compiler/formats.ts';
import type { Config } from '../config.ts';
import { clog2, unsignedBits } from '../fixed.ts';

/** Every size, width and depth of a design. Computed once; builders print it, packer and golden model address by it. */
export interface Dimensions {
  /** Vector lengths: I, H, P. */
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  readonly projection: boolean;
  readonly peepholes: boolean;
  /** Array lanes, ElemMul lanes, and words of ElemMul in a row of the array (lanes / elemLanes). */
  readonly lanes: number;
  readonly elemLanes: number;
  readonly phases: number;
  /** Rows of a gate bank and of the projection bank in a lane's ActBuffer. */
  readonly gateRows: number;
  readonly outRows: number;
  readonly rowBits: number;
  readonly gateBlock: boolean;
  readonly outBlock: boolean;
  /** Weight memory of a lane: words, and first word of each matrix (the same in all lanes). */
  readonly weightDepth: number;
  readonly addrBits: number;
  readonly baseX: number;
  readonly baseR: number;
  readonly baseP: number;
  /** Pointer memory of a lane: one count for each column of all matrices. */
  readonly pointerDepth: number;
  readonly pointerBits: number;
  readonly countBits: number;
  /** Bits of an element, column or size number. */
  readonly elementBits: number;
  /** Words of ElemMul: cells of one of its lanes; bits of a word number. */
  readonly laneCells: number;
  readonly wordBits: number;
  /** Words of the m and y buffers. */
  readonly cellWords: number;
  readonly outWords: number;
  /** Parameter memory of an ElemMul lane. */
  readonly paramDepth: number;
  readonly paramBits: number;
  /** Address bits of an input frame. */
  readonly slotBits: number;
}

/** What of the encoded matrices sizes the memories. */
export interface MatrixSizes {
  /** Words of the fullest lane, per matrix. */
  readonly wordsX: number;
  readonly wordsR: number;
  readonly wordsP: number;
  /** Words of the fullest column of any lane. */
  readonly largestCount: number;
}

/** Banks of more bits than this go into block RAM when the config leaves it open (accumulatorMemory "auto"). */
const DISTRIBUTED_LIMIT = 128 * 64;

/** Memories have at least two words, so that every address has a bit. */
function depth(words: number): number {
  return Math.max(words, 2);
}

/** Derives all dimensions of a design. */
export function dimensionsOf(
  config: Config,
  shape: { inputs: number; cells: number; outputs: number; projection: boolean; peepholes: boolean },
  formats: Formats,
  sizes: MatrixSizes,
): Dimensions {
  const { inputs, cells, outputs, projection, peepholes } = shape;
  const { lanes } = config.array;
  const { elemLanes } = config;
  const phases = lanes / elemLanes;
  const cellsPerLane = Math.ceil(cells / lanes);
  const gateRows = 4 * cellsPerLane;
  const outRows = projection ? depth(Math.ceil(outputs / lanes)) : 0;
  const inBlock = (rows: number) =>
    config.accumulatorMemory === 'block' ||
    (config.accumulatorMemory === 'auto' && rows * formats.accBits > DISTRIBUTED_LIMIT);
  const baseR = sizes.wordsX;
  const baseP = baseR + sizes.wordsR;
  // A word count must fit the address it is added to, and so must the base of a matrix without words.
  const lastBase = projection ? baseP : baseR;
  const weightDepth = depth(Math.max(baseP + sizes.wordsP, sizes.largestCount + 1, lastBase + 1));
  const columns = inputs + outputs + (projection ? cells : 0);
  const cellWords = Math.ceil(cells / elemLanes);
  const outWords = Math.ceil(outputs / elemLanes);
  const laneCells = cellsPerLane * phases;
  return {
    inputs,
    cells,
    outputs,
    projection,
    peepholes,
    lanes,
    elemLanes,
    phases,
    gateRows,
    outRows,
    rowBits: Math.max(clog2(gateRows), clog2(outRows), 3),
    gateBlock: inBlock(gateRows),
    outBlock: inBlock(outRows),
    weightDepth,
    addrBits: clog2(weightDepth),
    baseX: 0,
    baseR,
    baseP,
    pointerDepth: depth(columns),
    pointerBits: clog2(depth(columns)),
    countBits: Math.max(unsignedBits(sizes.largestCount), 2),
    elementBits: unsignedBits(Math.max(columns, cellWords * elemLanes, outWords * elemLanes, inputs)),
    laneCells: depth(laneCells),
    wordBits: Math.max(unsignedBits(Math.max(laneCells, outWords)), 2),
    cellWords: depth(cellWords),
    outWords: depth(outWords),
    paramDepth: 4 * laneCells,
    paramBits: formats.biasBits + (peepholes ? formats.peepBits : 0),
    slotBits: Math.max(clog2(inputs), 1),
  };
}
