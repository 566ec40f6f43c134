import type { Config } from '../config.ts';
import { actTable, sigmoid } from '../golden/act_table.ts';
import { dimensionsOf } from '../hdl/dimensions.ts';
import type { LstmLayer } from '../model.ts';
import { type CalibrationSet, measurePeaks, type VectorPeaks } from './calibrate.ts';
import type { Design } from './design.ts';
import { type EncodedMatrix, encodeGroups } from './encode.ts';
import { createPartition, gateRowsByLane, projectionRowsByLane } from './partition.ts';
import { pruneLayer } from './prune.ts';
import { quantizeLayer } from './quantize.ts';
import { compileSchedule } from './schedule.ts';

/** What a compilation tells about the model, beside the design itself. */
export interface CompileReport {
  /** Whether the model was dense and has been pruned. */
  readonly pruned: boolean;
  /** Weights of the dense layer (matrices only). */
  readonly weights: number;
  /** Weights kept by the mask. */
  readonly kept: number;
  /** Of these, the ones that are zero in integers; they are not stored. */
  readonly roundedToZero: number;
  /** Weights stored, and padding words beside them. */
  readonly nonZeros: number;
  readonly padding: number;
  /** Words of the lanes, fullest and mean. */
  readonly wordsMax: number;
  readonly wordsMean: number;
  readonly peaks: VectorPeaks;
}

/** A design together with the layer it was made from (pruned) and the report. */
export interface Compilation {
  readonly design: Design;
  readonly layer: LstmLayer;
  readonly report: CompileReport;
}

/** Called at the begin of each long stage. */
export type Progress = (stage: string) => void;

function countNonZeros(values: ArrayLike<number>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  return count;
}

function largestLane(matrix: EncodedMatrix | null): number {
  return matrix === null ? 0 : Math.max(...matrix.words.map((w) => w.length));
}

function largestCount(matrix: EncodedMatrix | null): number {
  let largest = 0;
  for (const counts of matrix?.counts ?? []) for (const count of counts) if (count > largest) largest = count;
  return largest;
}

/**
 * The compiler: prune if dense, quantize, partition, encode, schedule.
 *
 * @throws EsegenError where the model's ranges do not fit the widths of the config
 */
export function compile(
  source: LstmLayer,
  config: Config,
  calibration: CalibrationSet,
  progress: Progress = () => {},
): Compilation {
  progress('prune');
  const { layer, pruned } = pruneLayer(source, config);
  progress('calibrate');
  const peaks = measurePeaks(layer, calibration);
  progress('quantize');
  const quantized = quantizeLayer(layer, config, peaks);
  const { formats } = quantized;

  progress('encode');
  const { lanes, groups } = config.array;
  const partition = createPartition(lanes, layer.cells, layer.outputs);
  const wordFormat = { weightBits: formats.weightBits, indexBits: config.indexBits };
  const gateRows = gateRowsByLane(partition);
  const x = encodeGroups(quantized.weightX, layer.inputs, groups, gateRows, wordFormat);
  const r = encodeGroups(quantized.weightR, layer.outputs, groups, gateRows, wordFormat);
  const p =
    quantized.weightP === null
      ? null
      : encodeGroups(quantized.weightP, layer.cells, groups, projectionRowsByLane(partition), wordFormat);

  const dimensions = dimensionsOf(
    config,
    {
      inputs: layer.inputs,
      cells: layer.cells,
      outputs: layer.outputs,
      projection: p !== null,
      peepholes: layer.peepholes !== null,
    },
    formats,
    {
      wordsX: largestLane(x),
      wordsR: largestLane(r),
      wordsP: largestLane(p),
      largestCount: Math.max(largestCount(x), largestCount(r), largestCount(p)),
    },
  );
  const schedule = compileSchedule({ ...dimensions, ...formats });

  const sources = [layer.weightX, layer.weightR, ...(layer.weightP === null ? [] : [layer.weightP])];
  const matrices = [x, r, ...(p === null ? [] : [p])];
  const kept = sources.reduce((sum, values) => sum + countNonZeros(values), 0);
  const nonZeros = matrices.reduce((sum, m) => sum + m.nonZeros, 0);
  const laneWords = Array.from({ length: groups * lanes }, (_, lane) =>
    matrices.reduce((sum, m) => sum + m.words[lane]!.length, 0),
  );
  return {
    layer,
    design: {
      config,
      dimensions,
      formats,
      schedule,
      matrices: { x, r, p },
      cells: { bias: quantized.bias, peepholes: quantized.peepholes },
      tables: {
        sigmoid: actTable(sigmoid, formats.sigmoidRange),
        tanh: actTable(Math.tanh, formats.tanhRange),
      },
    },
    report: {
      pruned,
      weights: sources.reduce((sum, values) => sum + values.length, 0),
      kept,
      roundedToZero: kept - nonZeros,
      nonZeros,
      padding: matrices.reduce((sum, m) => sum + m.padding, 0),
      wordsMax: Math.max(...laneWords),
      wordsMean: laneWords.reduce((a, b) => a + b, 0) / laneWords.length,
      peaks,
    },
  };
}
