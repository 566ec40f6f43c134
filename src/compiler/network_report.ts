import type { NodeId, TensorId } from '../model/graph.ts';
import { quoteName } from '../util/quote_name.ts';
import type { Calibration } from './passes/calibrate.ts';
import type { MatrixNoise } from './quantize/noise.ts';
import type { Fixed, QuantizedGraph } from './quantized_graph.ts';
import type { ValueHistogram } from './value_histogram.ts';

/** What the format of a vector does to its values over the calibration data. */
export interface VectorReport {
  /** Layer that makes it; null of an input. */
  readonly layer: NodeId | null;
  /** What of it: its output, or a vector inside. */
  readonly vector: 'x' | 'y' | 'c' | 'nh';
  /** Tensor of a `x` or `y`, as the file calls it. */
  readonly name: string;
  readonly format: Fixed;
  readonly values: number;
  readonly peak: number;
  /** Share of the values beyond the format, 0 to 1. */
  readonly saturated: number;
  /** Of the format alone, dB; null where nothing is lost, or there is nothing. */
  readonly sqnrDb: number | null;
}

/** What of the inputs of an activation table lies beyond its range. */
export interface TableReport {
  readonly layer: NodeId;
  readonly table: 'sigmoid' | 'tanh';
  /** z of gates, of a candidate or of an affine layer; c of an LSTM. */
  readonly of: 'gates' | 'candidate' | 'sums' | 'c';
  readonly range: number;
  /** Share, 0 to 1. */
  readonly beyond: number;
}

/** What quantization does to a network. */
export interface NetworkReport {
  readonly vectors: readonly VectorReport[];
  readonly matrices: readonly MatrixNoise[];
  readonly tables: readonly TableReport[];
  /** What a user should look at, a sentence each. */
  readonly warnings: readonly string[];
}

/** Share of saturated values, or of values beyond a table, that is worth a warning. */
const MUCH_SATURATED = 1e-3;
/** Share of the weights of a matrix that may round to zero without a warning. */
const MUCH_ROUNDED = 0.1;
/** A weight so many times the others' mean that it takes their resolution. */
const OUTLIER = 10;

/** Reports what quantization does to the values of calibration, and to the weights. */
export function networkReport(
  graph: QuantizedGraph,
  calibration: Calibration,
  matrices: readonly MatrixNoise[],
): NetworkReport {
  const vectors = vectorsOf(graph, calibration);
  const tables = tablesOf(graph, calibration);
  return {
    vectors,
    matrices,
    tables,
    warnings: [...vectors.flatMap(vectorWarning), ...matrices.flatMap(matrixWarning)],
  };
}

function vectorsOf(graph: QuantizedGraph, { tensors, layers }: Calibration): readonly VectorReport[] {
  const producer = new Map<TensorId, NodeId>(graph.nodes.map(({ id, output }) => [output, id]));
  const reports = [...graph.formats].map(([tensor, format]) => {
    const layer = producer.get(tensor) ?? null;
    const { name } = graph.tensors.get(tensor)!;
    return vectorReport(layer, layer === null ? 'x' : 'y', name, format, tensors.get(tensor)!);
  });
  for (const { id, name, layer } of graph.nodes) {
    const inner = layers.get(id);
    if (inner === undefined) continue;
    if (layer.kind === 'lstm') reports.push(vectorReport(id, 'c', name, layer.c, inner.c));
    if (layer.kind === 'gru' && layer.stages.reset === 'after') {
      reports.push(vectorReport(id, 'nh', name, layer.stages.hidden, inner.nh));
    }
  }
  return reports;
}

function vectorReport(
  layer: NodeId | null,
  vector: VectorReport['vector'],
  name: string,
  format: Fixed,
  values: ValueHistogram,
): VectorReport {
  const { count, peak, energy } = values;
  const error = values.squaredError(format.frac, format.bits);
  const end = format.bits - 1 - format.frac;
  // Values at the very end, such as those of a clip, lose a step and no more.
  const saturated = count === 0 || peak <= 2 ** end ? 0 : values.countFrom(end) / count;
  const sqnrDb = error === 0 || energy === 0 ? null : 10 * Math.log10(energy / error);
  return { layer, vector, name, format, values: count, peak, saturated, sqnrDb };
}

function tablesOf({ nodes, tables }: QuantizedGraph, { layers, sums }: Calibration): readonly TableReport[] {
  const report = (layer: NodeId, table: TableReport['table'], of: TableReport['of'], values: ValueHistogram) => {
    const range = table === 'sigmoid' ? tables.sigmoidRange : tables.tanhRange;
    const beyond = values.count === 0 ? 0 : values.countFrom(Math.log2(range)) / values.count;
    return { layer, table, of, range, beyond };
  };
  return nodes.flatMap(({ id, layer }) => {
    if (layer.kind === 'affine') {
      const { activation } = layer;
      return activation.kind === 'table' ? [report(id, activation.table, 'sums', sums.get(id)!)] : [];
    }
    if (layer.kind === 'pick') return [];
    const inner = layers.get(id)!;
    const gates = layer.gate === 'unitClip' ? [] : [report(id, 'sigmoid', 'gates', inner.gates)];
    const state = layer.kind === 'lstm' ? [report(id, 'tanh', 'c', inner.c)] : [];
    return [...gates, report(id, 'tanh', 'candidate', inner.candidate), ...state];
  });
}

function vectorWarning({ layer, vector, name, saturated, peak, format }: VectorReport): readonly string[] {
  if (saturated <= MUCH_SATURATED) return [];
  const what = layer === null ? `input ${quoteName(name)}` : `${vector} of layer ${layer}`;
  const largest = 2 ** (format.bits - 1 - format.frac);
  return [
    `${percent(saturated)} of ${what} are beyond ±${largest} and saturate; the largest is ${peak.toPrecision(4)}`,
  ];
}

function matrixWarning({ layer, source, weights, roundedToZero, peak, rms }: MatrixNoise): readonly string[] {
  if (roundedToZero <= MUCH_ROUNDED * weights || peak < OUTLIER * rms) return [];
  const of = 'tensor' in source ? source.tensor : source.own;
  return [
    `${roundedToZero} of ${weights} weights of layer ${layer} over ${of} round to zero beside its largest, ${peak.toPrecision(4)}`,
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
