import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { createFrames } from '../../src/data/frames.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { Graph, TensorId } from '../../src/model/graph.ts';
import { type NetworkDesign, networkDesign } from '../../src/program/network_design.ts';
import { Rng } from '../../src/util/rng.ts';
import { randomGru, randomLstm, randomMatrix, randomVector } from './random_graph.ts';

/** A network small enough for the driver and for Icarus. */
export interface TinyNetwork {
  readonly inputs?: number;
  readonly cells?: number;
  /** Elements of the second input, added by a layer of its own; 0: there is none. */
  readonly beside?: number;
  /** Rows of the output layer; the GRU below it is a second output. */
  readonly classes?: number;
  /** Whether it has an LSTM and a GRU: linear layers stand in their place otherwise. */
  readonly recurrent?: boolean;
  /** An LSTM backward in time in front: it runs by utterance then. */
  readonly backward?: boolean;
  readonly seed?: number;
}

/** The float network: an LSTM, a GRU and a linear layer over it. */
export function tinyNetworkGraph({
  inputs = 6,
  cells = 4,
  beside = 0,
  classes = 3,
  backward = false,
  recurrent = true,
  seed = 1,
}: TinyNetwork = {}): Graph {
  const rng = new Rng(seed);
  const graph = new GraphBuilder();
  const linear = (of: TensorId, rows: number, columns: number) => {
    const weight = randomMatrix(rows, columns, rng, 0.6);
    return graph.node({ kind: 'linear', weight, bias: randomVector(rows, rng), activation: null }, [of]);
  };
  const x = graph.input([inputs]);
  const second = beside === 0 ? null : linear(graph.input([beside]), cells, beside);
  const lstm = () => graph.node(randomLstm({ inputs, cells, density: 0.6, reverse: backward }, rng), [x]);
  const below = recurrent ? lstm() : linear(x, cells, inputs);
  const middle = second === null ? below : graph.add([below, second]);
  const gru = () => graph.node(randomGru({ inputs: cells, cells, resetAfter: true, density: 0.6 }, rng), [middle]);
  const top = recurrent ? gru() : linear(middle, cells, cells);
  graph.output(linear(top, classes, cells));
  graph.output(top);
  return graph.build();
}

/** Its design with a config as a user writes it. */
export function tinyNetworkDesign(network: TinyNetwork, config: Readonly<Record<string, unknown>>): NetworkDesign {
  const graph = tinyNetworkGraph(network);
  const rng = new Rng(20170222);
  const steps = 32;
  const frames = graph.inputs.map(({ tensor }) => {
    const made = createFrames(steps, graph.tensors.get(tensor)!.shape[0]!);
    for (let n = 0; n < made.data.length; n++) made.data[n] = rng.normal();
    return [tensor, made] as const;
  });
  const parsed = parseConfig(config, 'tiny network config');
  return networkDesign(compileNetwork(graph, parsed, [new Map(frames)]).program, parsed);
}
