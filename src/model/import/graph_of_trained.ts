import { EsegenError } from '../../util/errors.ts';
import {
  type Graph,
  LSTM_GATES,
  type LstmGate,
  type LstmLayer,
  type LstmMatrix,
  type Matrix,
  type Tensor,
  type TensorId,
} from '../graph.ts';
import { GraphBuilder } from '../graph_builder.ts';
import type { Floats, LstmDirection, OutputLayer, LstmLayer as StackedLayer, TrainedModel } from '../lstm.ts';
import { stacked } from './hardware_model.ts';

/**
 * The graph of a chain of LSTM layers.
 *
 * @param leftOut kinds of operators that stay on the host
 */
export function graphOf(model: TrainedModel, leftOut: readonly string[] = []): Graph {
  const builder = new GraphBuilder();
  const inputs = model.layers[0]![0]!.layer.inputs;
  let value = builder.input('x', [inputs], ['time', 'batch', 'shape']);
  for (const [number, directions] of model.layers.entries()) {
    const parts = directions.map((direction) => {
      const id = `lstm${number}${direction.reverse ? '_reverse' : ''}`;
      return builder.node(id, layerOf(direction), [value], { shape: [direction.layer.outputs], time: [] });
    });
    value = parts.length === 1 ? parts[0]! : sideBySide(builder, number, parts);
    if (number > 0 || model.stateInput === null) continue;
    const elements = Int32Array.from({ length: directions[0]!.layer.outputs }, (_, n) => n);
    builder.state({ node: parts[0]!.id, part: 'y', input: { name: model.stateInput, elements }, output: null });
  }
  if (model.outputLayer !== null) {
    const { classes, weight, bias } = model.outputLayer;
    const matrix = { rows: classes, columns: weight.length / classes, values: weight };
    const layer = { kind: 'linear', weight: matrix, bias: Float64Array.from(bias), activation: null } as const;
    value = builder.node('fc', layer, [value], { shape: [classes], time: [] });
  }
  builder.output('y', value, ['time', 'batch', 'shape']);
  for (const kind of leftOut) builder.outside(kind, 'stays on the host');
  return builder.build(model.sequenceLengths);
}

function sideBySide(builder: GraphBuilder, number: number, parts: readonly Tensor[]): Tensor {
  const shape = [parts.reduce((sum, part) => sum + part.shape[0]!, 0)];
  return builder.node(`lstm${number}_concat`, { kind: 'concat' }, parts, { shape, time: [] });
}

function layerOf({ layer, cell, reverse, initial }: LstmDirection): LstmLayer {
  const { inputs, cells, outputs, weightP, peepholes } = layer;
  return {
    kind: 'lstm',
    inputs,
    cells,
    outputs,
    weights: gateMatrices(layer),
    projection: weightP === null ? null : { rows: outputs, columns: cells, values: weightP },
    bias: byGate((gate) => layer.bias.subarray(gate * cells, (gate + 1) * cells)),
    peepholes,
    cell,
    reverse,
    initial,
  };
}

function byGate<T>(of: (gate: number) => T): Record<LstmGate, T> {
  return { i: of(0), f: of(1), c: of(2), o: of(3) };
}

function gateMatrices({ inputs, cells, outputs, weightX, weightR }: StackedLayer): Record<LstmMatrix, Matrix> {
  const matrix = (weights: Floats, gate: number, columns: number): Matrix => ({
    rows: cells,
    columns,
    values: weights.subarray(gate * cells * columns, (gate + 1) * cells * columns),
  });
  const entries = LSTM_GATES.flatMap((gate, n): [LstmMatrix, Matrix][] => [
    [`${gate}x`, matrix(weightX, n, inputs)],
    [`${gate}r`, matrix(weightR, n, outputs)],
  ]);
  return Object.fromEntries(entries) as Record<LstmMatrix, Matrix>;
}

/**
 * The chain of LSTM layers that a graph is.
 *
 * @throws EsegenError where it is another network
 */
export function trainedOf(where: string, graph: Graph): TrainedModel {
  const layers: LstmDirection[][] = [];
  let outputLayer: OutputLayer | null = null;
  let before: TensorId | null = null;
  for (const { layer, inputs, id } of graph.nodes) {
    if (layer.kind === 'lstm') {
      const direction = directionOf(layer);
      const last = layers.at(-1);
      const isSecond = layer.reverse && inputs[0] === before && last?.length === 1 && !last[0]!.reverse;
      if (isSecond) last.push(direction);
      else layers.push([direction]);
      before = inputs[0]!;
      continue;
    }
    // What stays on the host changes nothing of the layers.
    if (layer.kind === 'concat' || layer.kind === 'pick' || layer.kind === 'host') continue;
    if (layer.kind !== 'linear') throw new EsegenError(where, `${id} is no part of a chain of LSTM layers`);
    outputLayer = { classes: layer.weight.rows, weight: layer.weight.values, bias: layer.bias };
  }
  return { layers, outputLayer, stateInput: null, sequenceLengths: graph.sequenceLengths };
}

function directionOf(layer: LstmLayer): LstmDirection {
  return { layer: stacked(layer), cell: layer.cell, reverse: layer.reverse, initial: layer.initial };
}
