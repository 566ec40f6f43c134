import { clog2, unsignedBits } from '../util/fixed.ts';
import type { Config } from './config.ts';
import { largestShare } from './deal.ts';
import { beatsOf, type ExternalMemory, externalMemoryOf } from './external_memory.ts';
import type { Formats } from './formats.ts';
import { inBlockRam } from './ram_kind.ts';
import { GATES, type Tiles } from './tiles.ts';

/** An accumulator bank: rows, and whether it is block RAM. */
export interface Bank {
  readonly rows: number;
  readonly block: boolean;
}

/** Sizes of a layer. */
export interface LayerShape {
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  readonly projection: boolean;
  readonly peepholes: boolean;
}

/** Every size, width and depth of the hardware; nothing in it is a model's. Builders print it, all models on this hardware share it. */
export interface MachineSizes extends ExternalMemory {
  /** Vector lengths of the largest model for which the hardware is made. */
  readonly maxInputs: number;
  readonly maxCells: number;
  readonly maxOutputs: number;
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
  /** Whether all lanes of a group have the same number of words in every column, so that they share the pointers. */
  readonly sharedCounts: boolean;
  /** Whether the lanes of a group work in step: one queue and one weight address for all of them. */
  readonly inStep: boolean;
  /** Pointer memory of a lane: one count for each column of all matrices. */
  readonly pointerDepth: number;
  readonly pointerBits: number;
  readonly countBits: number;
  /** Bits of an element, column or size number. */
  readonly elementBits: number;
  /** Words of ElemMul: cells of one of its lanes; bits of a word number. */
  readonly laneCells: number;
  readonly wordBits: number;
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
  /** Whether the weights are in external memory; how they come from there follows, see stream.ts for the image. */
  readonly dram: boolean;
  /** Bits of a beat number. */
  readonly beatBits: number;
}

/** What the memories must hold at least. */
export interface MemoryNeeds {
  /** Words of the weight memories: of the fullest lanes of all segments, and the first of the last segment. */
  readonly words: number;
  readonly lastBase: number;
  /** Beats in external memory. */
  readonly beats: number;
  /** Words of the fullest column of any lane. */
  readonly largestCount: number;
  /** Whether all lanes of a group have the same number of words in every column. */
  readonly sharedCounts: boolean;
  /** Cells of a lane by tile. */
  readonly tiles: Tiles;
}

/** Banks of more bits than this go into block RAM when the config leaves it open (accumulatorMemory "auto"). */
const DISTRIBUTED_LIMIT = 128 * 64;

/** Whether an accumulator bank goes into block RAM by its size. */
export function inBlockBank(rows: number, bits: number): boolean {
  return rows * bits > DISTRIBUTED_LIMIT;
}

/** Memories have at least two words, so that every address has a bit. */
function depth(words: number): number {
  return Math.max(words, 2);
}

/** Rows of a layer in the accumulators of a lane: gate sums, and sums of the projection. */
export function accumulatorRows({ lanes }: Pick<MachineSizes, 'lanes'>, { cells, outputs, projection }: LayerShape) {
  return {
    gateRows: GATES * largestShare(cells, lanes),
    outRows: projection ? depth(largestShare(outputs, lanes)) : 0,
  };
}

/** Columns of a group, by vector. */
export function groupColumnsOf(
  { groups }: Pick<MachineSizes, 'groups'>,
  { inputs, cells, outputs, projection }: LayerShape,
) {
  return {
    columnsX: largestShare(inputs, groups),
    columnsY: largestShare(outputs, groups),
    columnsM: projection ? largestShare(cells, groups) : 0,
  };
}

/** Words of an output beat, at least 1. */
function beatWordsOf({ elemLanes, beat }: Pick<MachineSizes, 'elemLanes' | 'beat'>): number {
  return Math.max(beat / elemLanes, 1);
}

/** Words of ElemMul and Assemble in a frame, in whole rounds over the groups; those of y fill the last output beat, too. */
export function frameWordsOf(
  machine: Pick<MachineSizes, 'elemLanes' | 'spread' | 'beat'>,
  { cells, outputs, projection }: LayerShape,
) {
  const { elemLanes, spread } = machine;
  const wholeRounds = (elements: number, round: number) => Math.ceil(elements / (elemLanes * round)) * round;
  const yRound = Math.max(spread, beatWordsOf(machine));
  return {
    cellWords: wholeRounds(cells, projection ? spread : yRound),
    outWords: wholeRounds(outputs, yRound),
  };
}

/** Accumulator banks of a PE. Split: the sums of the projection lie behind those of tile 0, from the next power of two on. */
function banksOf(
  { accumulatorMemory }: Config,
  { accBits }: Formats,
  { gateRows, outRows }: ReturnType<typeof accumulatorRows>,
  tiles: Tiles,
) {
  const split = accumulatorMemory === 'split';
  const projection = outRows > 0;
  const mostRows = split ? GATES * Math.max(...tiles) : gateRows;
  const rowBits = Math.max(clog2(mostRows), clog2(outRows), 3);
  const inBlock = (rows: number) =>
    accumulatorMemory === 'block' || (accumulatorMemory === 'auto' && inBlockBank(rows, accBits));
  const banks: readonly Bank[] = split
    ? [
        { rows: projection ? 2 ** rowBits + outRows : depth(GATES * tiles[0]!), block: true },
        { rows: depth(GATES * tiles[1]!), block: false },
      ]
    : [gateRows, gateRows, ...(projection ? [outRows] : [])].map((rows) => ({ rows, block: inBlock(rows) }));
  return { split, rowBits, banks, bankRowBits: rowBits + (split && projection ? 1 : 0) };
}

/**
 * Sizes of the hardware for a config.
 *
 * @param largest of the models that it is to run: the longest of every vector
 * @param formats widths of weights, activations, accumulators and parameters
 * @param needs of the weights; the memories get room for `maximum.words` of the config, too
 */
export function machineSizes(config: Config, largest: LayerShape, formats: Formats, needs: MemoryNeeds): MachineSizes {
  const { inputs, cells, outputs, projection, peepholes } = largest;
  const { lanes, groups, channels } = config.array;
  const { elemLanes, outputBeat: beat } = config;
  const { tiles, largestCount } = needs;
  const leastWords = config.maximum.words;
  const phases = lanes / elemLanes;
  const spread = Math.max(groups / elemLanes, 1);
  const rows = accumulatorRows({ lanes }, largest);
  const { rowBits, split, banks, bankRowBits } = banksOf(config, formats, rows, tiles);
  const external = externalMemoryOf(config);
  // A word count must fit the address it is added to, and so must the base of a matrix without words.
  const weightDepth = depth(Math.max(needs.words, leastWords, largestCount + 1, needs.lastBase + 1));
  const { columnsX, columnsY, columnsM } = groupColumnsOf({ groups }, largest);
  const columns = tiles.length * (columnsX + columnsY) + columnsM;
  const { cellWords, outWords } = frameWordsOf({ elemLanes, spread, beat }, largest);
  const slotBits = Math.max(clog2(columnsX), 1);
  const laneCells = Math.max(largestShare(cells, lanes) * phases, cellWords);
  return {
    maxInputs: inputs,
    maxCells: cells,
    maxOutputs: outputs,
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
    beat,
    ...rows,
    rowBits,
    banks,
    tiles,
    split,
    bankRowBits,
    sweepRows: 2 ** bankRowBits,
    weightDepth,
    addrBits: clog2(weightDepth),
    sharedCounts: needs.sharedCounts,
    inStep: config.activationQueue === 'group',
    pointerDepth: depth(columns),
    pointerBits: clog2(depth(columns)),
    countBits: Math.max(unsignedBits(largestCount), 2),
    elementBits: unsignedBits(
      Math.max(columns, cellWords * elemLanes, outWords * elemLanes + beat, 2 * elemLanes, groups * 2 ** slotBits),
    ),
    laneCells: depth(laneCells),
    wordBits: Math.max(unsignedBits(Math.max(laneCells, outWords)), 2),
    sliceCellWords: depth(cellWords / spread),
    sliceOutWords: depth(outWords / spread),
    outBufferWords: depth(outWords / beatWordsOf({ elemLanes, beat })),
    paramDepth: GATES * laneCells,
    paramBits: formats.biasBits + (peepholes ? formats.peepBits : 0),
    redBits: formats.accBits + clog2(groups),
    tree: clog2(groups),
    destBits: Math.max(clog2(channels), 1),
    slotBits,
    dram: config.weights === 'dram',
    ...external,
    beatBits: Math.max(
      unsignedBits(Math.max(needs.beats, beatsOf(external, leastWords))),
      clog2(external.burstBeats) + 2,
    ),
  };
}

/** Column feeds of a group: one a lane, or one where the lanes work in step. */
export function feedsOf({ inStep, lanes }: Pick<MachineSizes, 'inStep' | 'lanes'>): number {
  return inStep ? 1 : lanes;
}

/** Lanes in step that decode by the same registers: a dozen loads each. */
const WAY_LANES = 32;

/** Registers of what the lanes of a group decode by: one a feed, or one for some of the lanes that share it. */
export function waysOf({ inStep, lanes }: Pick<MachineSizes, 'inStep' | 'lanes'>): number {
  return inStep ? Math.max(1, lanes / WAY_LANES) : lanes;
}

/** Lanes of a group that share registers of the column at hand and of the drain: up to fourteen loads each. */
export const WING_LANES = 32;

/** Copies of a register that goes to all lanes, of one group or of several. */
export function wingsOf(lanes: number): number {
  return Math.max(1, lanes / WING_LANES);
}

/** Copies of the address of the word counts of a column, which every lane of a group reads in a memory of its own, unless they share one. */
export function pointerWings(sizes: Pick<MachineSizes, 'inStep' | 'lanes' | 'sharedCounts'>): number {
  return sizes.sharedCounts ? 1 : wingsOf(feedsOf(sizes));
}

/** Loads of a register that goes to some lanes at most. */
const MOST_REGISTER_LOADS = 512;

/** The largest power of two of parts of so many loads each that one register may have. */
function partsOfRegister(loads: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, MOST_REGISTER_LOADS / loads)));
}

/**
 * Registers by which the cell states are read: ElemMul lanes, voice by voice, that share one, such registers in all, and those of a voice. States in
 * look-up tables have a register a bit behind them.
 */
export function stateReads(
  { channels, elemLanes, laneCells }: Pick<MachineSizes, 'channels' | 'elemLanes' | 'laneCells'>,
  vectorBits: number,
) {
  const tile = partsOfRegister(inBlockRam(laneCells, vectorBits) ? 2 : vectorBits + 1);
  return { tile, registers: Math.max(1, (channels * elemLanes) / tile), ofVoice: Math.max(1, elemLanes / tile) };
}

/** Elements of a beat out that one register chooses a voice for: a look-up table a bit takes it for every three voices or so. */
export function choiceTile({ channels, beat }: Pick<MachineSizes, 'channels' | 'beat'>, vectorBits: number): number {
  return Math.min(beat, partsOfRegister(vectorBits * Math.ceil(channels / 3)));
}

/** Whether the drain of the accumulators has a register for each wing: one would have more loads than it may. */
export function drainWings({ groups, lanes }: Pick<MachineSizes, 'groups' | 'lanes'>): boolean {
  return groups * lanes > 2 * WING_LANES;
}

/** Voices whose activations are chosen by one register: two look-up tables a bit of each. */
const SELECT_VOICES = 8;

/** Registers of a feed that choose between the activations of a pair, where layers are block-circulant. */
export function selectsOf(channels: number): number {
  return Math.max(1, channels / SELECT_VOICES);
}

/** Elements of a word, or memories, of a voice's vector memory that one register selects among. */
export const VMEM_TILE = 16;

/** Elements of a word of a group that one register chooses among the phases: two bits of it are inputs of a look-up table, 512 of which hang on it. */
export function gatherTile(phases: number, accBits: number): number {
  return partsOfRegister(accBits * Math.ceil(phases / 4));
}

/** Elements of a beat out that one register lets go: 48 bits, or one element. */
export function beatTile(vectorBits: number): number {
  return Math.max(1, Math.floor(48 / vectorBits));
}

/** Lanes of a network's group that one register tells the bank to drain: it chooses between two rows, bit by bit, and four times more. */
export function drainLanes(rowBits: number): number {
  return 2 ** Math.floor(Math.log2(512 / (2 * rowBits + 4)));
}

/** Lanes of a network's cell unit that one register loads the tables of: 15 pins each. */
export const TABLE_LANES = 32;

/** Bits of a queue in look-up tables that one register reads: a port has two of up to 32 words, one of more. */
export function queueTile(depth: number): number {
  return depth > 32 ? 256 : 512;
}

/** Memories of a group in a voice's vector memory that one register addresses. */
export const VMEM_ADDRESSED = 8;
