import type { CalibrationSet } from '../data/calibration_set.ts';
import type { Config } from '../machine/config.ts';
import { checkDevice } from '../machine/device.ts';
import { familyToMap } from '../machine/parts.ts';
import { estimateResources } from '../machine/resources/estimate.ts';
import type { StackedLayer } from '../model/stacked_layer.ts';
import { actTable, SIGMOID, TANH } from '../program/act_table.ts';
import type { Design } from '../program/design.ts';
import { dimensionsOf } from '../program/dimensions.ts';
import { countsAreShared, type EncodedMatrix, encodeGroups } from '../program/encode.ts';
import { layerHardware } from '../program/hardware_of.ts';
import { createPartition, projectionRowsByLane, tileRowsByLane } from '../program/partition.ts';
import { compileSchedule } from '../program/schedule.ts';
import { type SegmentMatrix, segmentList } from '../program/segments.ts';
import { EsegenError } from '../util/errors.ts';
import type { Progress } from '../util/report.ts';
import { measureVectors, peaksOf, type VectorPeaks, type VectorValues } from './calibrate.ts';
import { checkShape, fitDimensions, fitFormats, type Hardware } from './fit.ts';
import { hasEqualColumns } from './prune/equal_columns.ts';
import { type PrunedLayer, pruneLayer } from './prune/prune_layer.ts';
import { quantizeLayer } from './quantize.ts';

/**
 * Words of the fullest lane of any group over the mean, at least 1; 1 where there are no words. The fullest lane decides the
 * cycles.
 */
export interface Imbalance {
  /** W_x, W_r and W_ym, null without a projection. */
  readonly x: number;
  readonly r: number;
  readonly p: number | null;
  /** All matrices together. */
  readonly overall: number;
}

/** What a compilation tells about the model, beside the design itself. */
export interface CompileReport {
  /** Whether the model was dense and has been pruned. */
  readonly pruned: boolean;
  /** Weights of the dense layer (matrices only). */
  readonly weights: number;
  /** Weights kept by the mask. */
  readonly kept: number;
  /** Of these, the ones that are zero in integers. */
  readonly roundedToZero: number;
  /** Weights stored other than zero, and words with weight 0 beside them. */
  readonly nonZeros: number;
  readonly padding: number;
  /** Words of the lanes of all groups, fullest and mean. */
  readonly wordsMax: number;
  readonly wordsMean: number;
  readonly imbalance: Imbalance;
  readonly peaks: VectorPeaks;
}

/** A design together with the layer it was made from (pruned) and the report. */
export interface Compilation {
  readonly design: Design;
  readonly layer: StackedLayer;
  readonly report: CompileReport;
}

function countNonZeros(values: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  return count;
}

/** Words of each lane, over the matrices. */
function laneWords(matrices: readonly EncodedMatrix[]): readonly number[] {
  return matrices[0]!.words.map((_, lane) => matrices.reduce((sum, { words }) => sum + words[lane]!.length, 0));
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Fullest lane over the mean. */
function imbalanceOf(...matrices: readonly EncodedMatrix[]): number {
  const words = laneWords(matrices);
  const most = Math.max(...words);
  return most === 0 ? 1 : most / mean(words);
}

function largestLane(matrix: EncodedMatrix): number {
  return Math.max(...matrix.words.map((w) => w.length));
}

function largestCount(matrix: EncodedMatrix): number {
  let largest = 0;
  for (const counts of matrix.counts) for (const count of counts) if (count > largest) largest = count;
  return largest;
}

/**
 * The compiler: prune if dense, quantize, partition, encode, schedule.
 *
 * @param hardware hardware that is there and is to run the model; null to make it for this one. `config` is that of the hardware
 * @throws EsegenError where the model's ranges do not fit the widths of the config, the model not the hardware, or the design not
 *   the part; or the config has settings by layer, which {@link oneLayerConfig} makes those of the one layer
 */
export function compile(
  source: StackedLayer,
  config: Config,
  calibration: CalibrationSet,
  progress: Progress = () => {},
  hardware: Hardware | null = null,
): Compilation {
  if (config.layers !== undefined) {
    const what = 'names layers of a network, and this is one layer without a name';
    throw new EsegenError('config: layers', what, 'Say it of all layers, or take the config through oneLayerConfig');
  }
  if (hardware !== null) checkShape(source, hardware.dimensions);
  progress('prune');
  const pruned = pruneLayer(source, config, hardware?.dimensions.tiles);
  progress('calibrate');
  const values = measureVectors(pruned.layer, calibration);
  const compilation = compilePruned(pruned, config, values, progress, hardware);
  const { design } = compilation;
  checkDevice(config, design.dimensions, estimateResources(layerHardware(design), familyToMap(config.part)).total.dsp);
  return compilation;
}

/**
 * The compiler behind pruning and calibration: quantize, partition, encode, schedule. Whether the part holds the design is not looked at.
 *
 * @param values of the vectors of the pruned layer
 * @throws EsegenError as {@link compile}, but for the part
 */
export function compilePruned(
  { layer, pruned, masks, tiles }: PrunedLayer,
  config: Config,
  values: VectorValues,
  progress: Progress = () => {},
  hardware: Hardware | null = null,
): Compilation {
  progress('quantize');
  const roomy = hardware === null && Object.values(config.maximum).some((size) => size > 0);
  const quantized = quantizeLayer(layer, config, values, roomy, hardware?.formats.actBits);
  const formats = hardware === null ? quantized.formats : fitFormats(quantized.formats, hardware);

  progress('encode');
  const { lanes, groups } = config.array;
  const partition = createPartition(lanes, layer.cells, layer.outputs);
  const wordFormat = { weightBits: formats.weightBits, indexBits: config.indexBits };
  const inStep = config.activationQueue === 'group';
  const sources: Readonly<
    Record<SegmentMatrix, { weights: Int16Array | null; mask: Uint8Array | null; columns: number }>
  > = {
    x: { weights: quantized.weightX, mask: masks.x, columns: layer.inputs },
    r: { weights: quantized.weightR, mask: masks.r, columns: layer.outputs },
    p: { weights: quantized.weightP, mask: masks.p, columns: layer.cells },
  };
  const list = segmentList(tiles.length, layer.weightP !== null);
  const matrices = list.map(({ matrix, tile }) => {
    const { weights, mask, columns } = sources[matrix];
    const rows = matrix === 'p' ? projectionRowsByLane(partition) : tileRowsByLane(partition, tiles, tile);
    // Counts that pruning made equal, here or before the model was saved, stay so where weights are zero in integers.
    const keepsZeros = config.encoding === 'column-balanced' && hasEqualColumns(mask!, columns, rows);
    return encodeGroups(weights!, columns, groups, rows, wordFormat, keepsZeros ? mask : null, inStep);
  });
  const of = (matrix: SegmentMatrix) => matrices.filter((_, at) => list[at]!.matrix === matrix);

  const own = dimensionsOf(
    hardware === null ? config : { ...config, maximum: { inputs: 0, cells: 0, outputs: 0, words: 0 } },
    {
      inputs: layer.inputs,
      cells: layer.cells,
      outputs: layer.outputs,
      projection: layer.weightP !== null,
      peepholes: layer.peepholes !== null,
    },
    formats,
    {
      segments: list.map((segment, at) => ({ ...segment, words: largestLane(matrices[at]!) })),
      largestCount: Math.max(...matrices.map(largestCount)),
      sharedCounts: matrices.every((matrix) => countsAreShared(matrix, groups)),
      tiles,
    },
  );
  const dimensions = hardware === null ? own : fitDimensions(own, hardware.dimensions);
  const schedule = compileSchedule({ ...dimensions, ...formats });

  const dense = [layer.weightX, layer.weightR, ...(layer.weightP === null ? [] : [layer.weightP])];
  const kept = dense.reduce((sum, values) => sum + countNonZeros(values), 0);
  const nonZeros = matrices.reduce((sum, m) => sum + m.nonZeros, 0);
  const words = laneWords(matrices);
  return {
    layer,
    design: {
      config,
      dimensions,
      formats,
      schedule,
      matrices,
      cells: { bias: quantized.bias, peepholes: quantized.peepholes },
      tables: {
        sigmoid: actTable(SIGMOID, formats.sigmoidRange),
        tanh: actTable(TANH, formats.tanhRange),
      },
    },
    report: {
      pruned,
      weights: dense.reduce((sum, values) => sum + values.length, 0),
      kept,
      roundedToZero: kept - nonZeros,
      nonZeros,
      padding: matrices.reduce((sum, m) => sum + m.padding, 0),
      wordsMax: Math.max(...words),
      wordsMean: mean(words),
      imbalance: {
        x: imbalanceOf(...of('x')),
        r: imbalanceOf(...of('r')),
        p: layer.weightP === null ? null : imbalanceOf(...of('p')),
        overall: imbalanceOf(...matrices),
      },
      peaks: peaksOf(values),
    },
  };
}
