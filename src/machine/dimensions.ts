import { placeSegments, type Segment, type SegmentSize } from '../program/segments.ts';
import type { Tiles } from '../program/tiles.ts';
import { clog2, unsignedBits } from '../util/fixed.ts';
import type { Config } from './config.ts';
import type { Formats } from './formats.ts';

/** An accumulator bank: rows, and whether it is block RAM. */
export interface Bank {
  readonly rows: number;
  readonly block: boolean;
}

/** Every size, width and depth of a design. Computed once; builders print it, packer and golden model address by it. */
export interface Dimensions {
  /** Vector lengths of the largest model for which the hardware is made. */
  readonly maxInputs: number;
  readonly maxCells: number;
  readonly maxOutputs: number;
  /** Vector lengths: I, H, P. */
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  readonly projection: boolean;
  readonly peepholes: boolean;
  /** Voices, column groups, and their product with the lanes: multipliers. */
  readonly channels: number;
  readonly groups: number;
  readonly multipliers: number;
  /** Lanes of a group, ElemMul lanes, and words of ElemMul in a row of the array (lanes / elemLanes). */
  readonly lanes: number;
  readonly elemLanes: number;
  readonly phases: number;
  /** Elements of a group in a word of ElemMul, and words over which a round over the groups spreads; one of them is 1. */
  readonly slice: number;
  readonly spread: number;
  /** Elements of an output beat. */
  readonly beat: number;
  /** Rows of a gate bank and of the projection bank in a lane's ActBuffer. */
  readonly gateRows: number;
  readonly outRows: number;
  readonly rowBits: number;
  /** Accumulator banks of a PE, and bits of a row number in them. */
  readonly banks: readonly Bank[];
  readonly bankRowBits: number;
  /** Cells of a lane by tile: one tile, or two where the accumulators are split (docs/architecture.md). */
  readonly tiles: Tiles;
  readonly split: boolean;
  /** Rows that are cleared after reset, one a cycle. */
  readonly sweepRows: number;
  /** Weight memory of a lane. */
  readonly weightDepth: number;
  readonly addrBits: number;
  /** Where the matrices lie in the weight and pointer memories, or in external memory: the same in all lanes. */
  readonly segments: readonly Segment[];
  /** Whether all lanes of a group have the same number of words in every column, so that they share the pointers. */
  readonly sharedCounts: boolean;
  /** Whether the lanes of a group work in step: one queue and one weight address for all of them. */
  readonly inStep: boolean;
  /** Columns of a group, per vector. */
  readonly columnsX: number;
  readonly columnsY: number;
  readonly columnsM: number;
  /** Pointer memory of a lane: one count for each column of all matrices. */
  readonly pointerDepth: number;
  readonly pointerBits: number;
  readonly countBits: number;
  /** Bits of an element, column or size number. */
  readonly elementBits: number;
  /** Words of ElemMul: cells of one of its lanes; bits of a word number. */
  readonly laneCells: number;
  readonly wordBits: number;
  /** Words of ElemMul and Assemble in a frame, in whole rounds over the groups; those of y fill the last output beat, too. */
  readonly cellWords: number;
  readonly outWords: number;
  /** Parameter memory of an ElemMul lane. */
  readonly paramDepth: number;
  readonly paramBits: number;
  /** Words of the vector buffers of a group; of an output buffer, whose words are beats where a beat has more elements. */
  readonly sliceCellWords: number;
  readonly sliceOutWords: number;
  readonly outBufferWords: number;
  /** Bits of a gate sum over all groups, and cycles of the adder tree. */
  readonly redBits: number;
  readonly tree: number;
  /** Bits of a channel number, at least 1. */
  readonly destBits: number;
  /** Address bits of an input frame in a group. */
  readonly slotBits: number;
  /** Whether the weights are in external memory. The rest says how; see stream.ts for the image. */
  readonly dram: boolean;
  /** Bits of the port, of a word in memory, and of a row of one word for every lane. */
  readonly busBits: number;
  readonly wordSlot: number;
  readonly rowStreamBits: number;
  /** Rows of a beat and beats of a row; one of them is 1. */
  readonly beatRows: number;
  readonly rowBeats: number;
  /** Beats of the image, and bits of a beat number. */
  readonly imageBeats: number;
  readonly beatBits: number;
  /** Beats of a burst, and beats under way at most. */
  readonly burstBeats: number;
  readonly outstandingBeats: number;
  /** Words of a lane's buffer, and the level up to which more is asked for. */
  readonly bufferDepth: number;
  readonly bufferLimit: number;
}

/** What of the encoded matrices sizes the memories. */
export interface MatrixSizes {
  /** Matrices in the order of the memories, with the words of the fullest lane. */
  readonly segments: readonly SegmentSize[];
  /** Words of the fullest column of any lane. */
  readonly largestCount: number;
  /** Whether all lanes of a group have the same number of words in every column. */
  readonly sharedCounts: boolean;
  /** Cells of a lane by tile. */
  readonly tiles: Tiles;
}

/** Banks of more bits than this go into block RAM when the config leaves it open (accumulatorMemory "auto"). */
const DISTRIBUTED_LIMIT = 128 * 64;

/** Bytes within which a burst stays (AXI4), longest burst, rows of a burst that are enough to hide its address. */
const PAGE_BYTES = 4096;
const LONGEST_BURST = 256;
const BURST_ROWS = 64;
/** Rows under way: they cover a latency of as many cycles at one row a cycle. */
const OUTSTANDING_ROWS = 256;
/** Rows that arrive while "all buffers are below their limit" makes its way to the reader, and a few to spare. */
const ROOM_DELAY = 8;

/** How the weights come from external memory. */
function streamOf(config: Config, wordBits: number) {
  const { lanes, groups } = config.array;
  const busBits = config.memoryBusBits;
  const wordSlot = Math.max(2 ** clog2(wordBits), 8);
  const rowStreamBits = groups * lanes * wordSlot;
  const beatRows = Math.max(busBits / rowStreamBits, 1);
  const rowBeats = Math.max(rowStreamBits / busBits, 1);
  const inBeats = (count: number) => Math.ceil((count * rowBeats) / beatRows);
  const burstBeats = Math.min(Math.max(inBeats(BURST_ROWS), 2), LONGEST_BURST, (8 * PAGE_BYTES) / busBits);
  const outstandingBeats = Math.max(4 * burstBeats, inBeats(OUTSTANDING_ROWS));
  const outstandingRows = Math.ceil((outstandingBeats * beatRows) / rowBeats) + beatRows + ROOM_DELAY;
  const bufferDepth = 2 ** clog2(2 * outstandingRows);
  return {
    inBeats,
    busBits,
    wordSlot,
    rowStreamBits,
    beatRows,
    rowBeats,
    burstBeats,
    outstandingBeats,
    bufferDepth,
    bufferLimit: bufferDepth - outstandingRows,
  };
}

/** Memories have at least two words, so that every address has a bit. */
function depth(words: number): number {
  return Math.max(words, 2);
}

/** Sizes of a layer. */
export interface LayerShape {
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  readonly projection: boolean;
  readonly peepholes: boolean;
}

/**
 * Derives all dimensions of a design: those of the hardware from the largest model (`maximum` in the config, and this model),
 * those of the model from itself.
 */
export function dimensionsOf(config: Config, shape: LayerShape, formats: Formats, sizes: MatrixSizes): Dimensions {
  const { maximum } = config;
  const own = dimensionsFor(config, shape, formats, sizes, 0);
  const largest = {
    ...shape,
    inputs: Math.max(shape.inputs, maximum.inputs),
    cells: Math.max(shape.cells, maximum.cells),
    outputs: Math.max(shape.outputs, shape.projection ? maximum.outputs : maximum.cells),
  };
  const roomy = largest.inputs > shape.inputs || largest.cells > shape.cells || largest.outputs > shape.outputs;
  const { gateRows, outRows } = dimensionsFor(config, largest, formats, sizes, 0);
  // A column of another model has at most a word for every row of a lane.
  const largestCount =
    roomy || maximum.words > 0 ? Math.max(gateRows, outRows, sizes.largestCount) : sizes.largestCount;
  const hardware = dimensionsFor(config, largest, formats, { ...sizes, largestCount }, maximum.words);
  return { ...hardware, ...modelPart(own) };
}

/** What of the dimensions is the model's: sizes, places in the memories, steps of the schedule. */
export function modelPart(d: Dimensions) {
  const { inputs, cells, outputs, columnsX, columnsY, columnsM, cellWords, outWords, segments, imageBeats } = d;
  return { inputs, cells, outputs, columnsX, columnsY, columnsM, cellWords, outWords, segments, imageBeats };
}

/** Dimensions of hardware that is made for one model, and has at least `leastWords` words in a weight memory. */
function dimensionsFor(
  config: Config,
  shape: LayerShape,
  formats: Formats,
  sizes: MatrixSizes,
  leastWords: number,
): Dimensions {
  const { inputs, cells, outputs, projection, peepholes } = shape;
  const { lanes, groups, channels } = config.array;
  const { elemLanes } = config;
  const phases = lanes / elemLanes;
  const cellsPerLane = Math.ceil(cells / lanes);
  const split = config.accumulatorMemory === 'split';
  const gateRows = 4 * cellsPerLane;
  const mostRows = split ? 4 * Math.max(...sizes.tiles) : gateRows;
  const outRows = projection ? depth(Math.ceil(outputs / lanes)) : 0;
  const inBlock = (rows: number) =>
    config.accumulatorMemory === 'block' ||
    (config.accumulatorMemory === 'auto' && rows * formats.accBits > DISTRIBUTED_LIMIT);
  const dram = config.weights === 'dram';
  const { inBeats, ...stream } = streamOf(config, config.weightBits + config.indexBits);
  const words = sizes.segments.reduce((sum, segment) => sum + segment.words, 0);
  const rowBits = Math.max(clog2(mostRows), clog2(outRows), 3);
  // Split: the sums of the projection lie behind those of tile 0, from the next power of two on.
  const banks = split
    ? [
        { rows: projection ? 2 ** rowBits + outRows : depth(4 * sizes.tiles[0]!), block: true },
        { rows: depth(4 * sizes.tiles[1]!), block: false },
      ]
    : [gateRows, gateRows, ...(projection ? [outRows] : [])].map((rows) => ({ rows, block: inBlock(rows) }));
  const bankRowBits = rowBits + (split && projection ? 1 : 0);
  // A word count must fit the address it is added to, and so must the base of a matrix without words.
  const lastBase = words - sizes.segments.at(-1)!.words;
  const weightDepth = depth(Math.max(words, leastWords, sizes.largestCount + 1, lastBase + 1));
  const columnsX = Math.ceil(inputs / groups);
  const columnsY = Math.ceil(outputs / groups);
  const columnsM = projection ? Math.ceil(cells / groups) : 0;
  const widths = { x: columnsX, r: columnsY, p: columnsM };
  const segments = placeSegments(sizes.segments, widths, inBeats, dram);
  const columns = segments.reduce((sum, segment) => sum + segment.columns, 0);
  const imageBeats = segments.reduce((sum, segment) => sum + segment.beats, 0);
  const spread = Math.max(groups / elemLanes, 1);
  const wholeRounds = (elements: number, round: number) => Math.ceil(elements / (elemLanes * round)) * round;
  const beatWords = Math.max(config.outputBeat / elemLanes, 1);
  const yRound = Math.max(spread, beatWords);
  const cellWords = wholeRounds(cells, projection ? spread : yRound);
  const outWords = wholeRounds(outputs, yRound);
  const slotBits = Math.max(clog2(columnsX), 1);
  const laneCells = Math.max(cellsPerLane * phases, cellWords);
  return {
    maxInputs: inputs,
    maxCells: cells,
    maxOutputs: outputs,
    inputs,
    cells,
    outputs,
    projection,
    peepholes,
    channels,
    groups,
    multipliers: channels * groups * lanes,
    lanes,
    elemLanes,
    phases,
    slice: Math.max(elemLanes / groups, 1),
    spread,
    beat: config.outputBeat,
    gateRows,
    outRows,
    rowBits,
    banks,
    tiles: sizes.tiles,
    split,
    bankRowBits,
    sweepRows: 2 ** bankRowBits,
    weightDepth,
    addrBits: clog2(weightDepth),
    segments,
    sharedCounts: sizes.sharedCounts,
    inStep: config.activationQueue === 'group',
    columnsX,
    columnsY,
    columnsM,
    pointerDepth: depth(columns),
    pointerBits: clog2(depth(columns)),
    countBits: Math.max(unsignedBits(sizes.largestCount), 2),
    elementBits: unsignedBits(
      Math.max(
        columns,
        cellWords * elemLanes,
        outWords * elemLanes + config.outputBeat,
        2 * elemLanes,
        groups * 2 ** slotBits,
      ),
    ),
    laneCells: depth(laneCells),
    wordBits: Math.max(unsignedBits(Math.max(laneCells, outWords)), 2),
    cellWords,
    outWords,
    sliceCellWords: depth(cellWords / spread),
    sliceOutWords: depth(outWords / spread),
    outBufferWords: depth(outWords / beatWords),
    paramDepth: 4 * laneCells,
    paramBits: formats.biasBits + (peepholes ? formats.peepBits : 0),
    redBits: formats.accBits + clog2(groups),
    tree: clog2(groups),
    destBits: Math.max(clog2(channels), 1),
    slotBits,
    dram,
    ...stream,
    imageBeats,
    beatBits: Math.max(unsignedBits(Math.max(imageBeats, inBeats(leastWords))), clog2(stream.burstBeats) + 2),
  };
}
