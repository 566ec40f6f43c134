import type { Config } from '../machine/config.ts';
import { beatsOf, externalMemoryOf } from '../machine/external_memory.ts';
import type { Formats } from '../machine/formats.ts';
import {
  accumulatorRows,
  frameWordsOf,
  groupColumnsOf,
  type LayerShape,
  type MachineSizes,
  machineSizes,
} from '../machine/sizes.ts';
import type { Tiles } from '../machine/tiles.ts';
import { placeSegments, type Segment, type SegmentSize } from './segments.ts';

/** Where a model lies on a machine. */
export interface Placement {
  /** Vector lengths: I, H, P. */
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  /** Columns of a group, per vector. */
  readonly columnsX: number;
  readonly columnsY: number;
  readonly columnsM: number;
  /** Words of ElemMul and Assemble in a frame, in whole rounds over the groups; those of y fill the last output beat, too. */
  readonly cellWords: number;
  readonly outWords: number;
  /** Where the matrices lie in the weight and pointer memories, or in external memory: the same in all lanes. */
  readonly segments: readonly Segment[];
  /** Beats of the image in external memory. */
  readonly imageBeats: number;
}

/** Every size, width, depth and place of a design: machine and model. Packer and golden model address by it. */
export interface Dimensions extends MachineSizes, Placement {}

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

/** Places of the matrices for a config, and their beats in external memory. */
function placeMatrices(config: Config, shape: LayerShape, sizes: readonly SegmentSize[]) {
  const columns = groupColumnsOf(config.array, shape);
  const widths = { x: columns.columnsX, r: columns.columnsY, p: columns.columnsM };
  const external = externalMemoryOf(config);
  const beats = (words: number) => beatsOf(external, words);
  const segments = placeSegments(sizes, widths, beats, config.weights === 'dram');
  return { ...columns, segments, imageBeats: segments.reduce((sum, segment) => sum + segment.beats, 0) };
}

/**
 * All dimensions of a design: those of the hardware from the largest model (`maximum` in the config, and this model), those of the
 * model from itself.
 */
export function dimensionsOf(config: Config, shape: LayerShape, formats: Formats, sizes: MatrixSizes): Dimensions {
  const { maximum } = config;
  const largest = {
    ...shape,
    inputs: Math.max(shape.inputs, maximum.inputs),
    cells: Math.max(shape.cells, maximum.cells),
    outputs: Math.max(shape.outputs, shape.projection ? maximum.outputs : maximum.cells),
  };
  const roomy =
    maximum.words > 0 ||
    largest.inputs > shape.inputs ||
    largest.cells > shape.cells ||
    largest.outputs > shape.outputs;
  // A column of another model has at most a word for every row of a lane.
  const { gateRows, outRows } = accumulatorRows(config.array, largest);
  const largestCount = roomy ? Math.max(gateRows, outRows, sizes.largestCount) : sizes.largestCount;
  const placed = placeMatrices(config, shape, sizes.segments);
  const words = sizes.segments.reduce((sum, segment) => sum + segment.words, 0);
  const machine = machineSizes(config, largest, formats, {
    ...sizes,
    words,
    lastBase: words - sizes.segments.at(-1)!.words,
    beats: placed.imageBeats,
    largestCount,
  });
  const { inputs, cells, outputs } = shape;
  return { ...machine, inputs, cells, outputs, ...placed, ...frameWordsOf(machine, shape) };
}

/** What of the dimensions is the model's. */
export function placementIn(d: Dimensions): Placement {
  const { inputs, cells, outputs, columnsX, columnsY, columnsM, cellWords, outWords, segments, imageBeats } = d;
  return { inputs, cells, outputs, columnsX, columnsY, columnsM, cellWords, outWords, segments, imageBeats };
}
