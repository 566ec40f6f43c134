import { oneLayerConfig } from '../../compiler/one_layer_config.ts';
import { finishNetwork, prepareNetwork } from '../../compiler/pipeline.ts';
import type { MatrixNoise as ProductNoise } from '../../compiler/quantize/noise.ts';
import type { QuantizedGraph } from '../../compiler/quantized_graph.ts';
import type { Graph, NodeId } from '../../model/graph.ts';
import type { MatrixName } from '../../model/matrices.ts';
import type { WordErrors } from '../../speech/ctc.ts';
import type { Progress } from '../../util/report.ts';
import { ofModel } from '../of_model.ts';
import { floatEngine } from '../run/engine.ts';
import { isOneLayer } from '../run/golden_model.ts';
import { networkNoise } from './network_noise.ts';
import type { TableNoise } from './table_noise.ts';
import type { VectorNoise } from './vector_noise.ts';
import { type SweptNetwork, sweepWidths, type WidthNoise, type Widths } from './width_sweep.ts';

/** What rounding does to the weights of a matrix. */
export interface MatrixNoise {
  readonly layer: NodeId;
  readonly name: MatrixName;
  /** What it is multiplied with: a tensor as the file calls it, or y, h, m or rh of the layer. */
  readonly source: string;
  readonly weightBits: number;
  readonly fractionBits: number;
  /** Weights other than 0. */
  readonly weights: number;
  /** Weights beyond the largest integer, and weights that round to 0. */
  readonly saturated: number;
  readonly roundedToZero: number;
  /** dB; null where nothing is lost. */
  readonly sqnrDb: number | null;
}

/** What quantization does to a network. */
export interface QuantizeReport {
  readonly weightBits: number;
  readonly vectorBits: number;
  readonly calibration: string;
  /** What outputs are compared on. */
  readonly data: string;
  /** Of the network in double precision, pruned as `build` does; null without labels. */
  readonly words: WordErrors | null;
  readonly matrices: readonly MatrixNoise[];
  readonly vectors: readonly VectorNoise[];
  readonly tables: readonly TableNoise[];
  /** Of all widths and densities that were asked for. */
  readonly sweep: readonly WidthNoise[];
}

/**
 * Reports what the formats of a network lose: weights by themselves, vectors and tables over calibration frames, outputs over data.
 *
 * @param sweep widths and densities to compare, none where null
 * @throws EsegenError where the ranges of the model do not fit the widths
 */
export function quantizeReport(swept: SweptNetwork, sweep: Widths | null, progress: Progress): QuantizeReport {
  const { path, graph, config, calibration, judge } = swept;
  // The output layer of a design is the host's, and not rounded.
  const [hardware, own] = isOneLayer(graph, config) ? [lstmOf(graph), oneLayerConfig(graph, config)] : [graph, config];
  const prepared = ofModel(path, () => prepareNetwork(hardware, calibration.utterances, { progress }));
  const compiled = ofModel(path, () => finishNetwork(prepared, own, { progress }));
  progress('compare');
  const { vectors, tables } = networkNoise(prepared, compiled, calibration);
  return {
    weightBits: own.weightBits,
    vectorBits: own.vectorBits,
    calibration: calibration.origin,
    data: judge.data.origin,
    words: judge.words(judge.run(floatEngine(graph))),
    matrices: compiled.report.matrices.flatMap((product) => matricesOf(product, compiled.quantized)),
    vectors,
    tables,
    sweep: sweep === null ? [] : sweepWidths(swept, sweep, progress),
  };
}

/** A network of the LSTM alone. */
function lstmOf(graph: Graph): Graph {
  const nodes = graph.nodes.filter(({ layer }) => layer.kind === 'lstm');
  const { output } = nodes[0]!;
  const { name } = graph.tensors.get(output)!;
  return { ...graph, nodes, outputs: [{ name, tensor: output, axes: ['time', 'shape'] }] };
}

function matricesOf({ layer, source, format, parts }: ProductNoise, { tensors }: QuantizedGraph): MatrixNoise[] {
  const of = 'tensor' in source ? tensors.get(source.tensor)!.name : source.own;
  return parts.map(({ name, ...noise }) => {
    return { layer, name, source: of, weightBits: format.bits, fractionBits: format.frac, ...noise };
  });
}
