import type { Machine } from '../../machine/machine.ts';
import type { TensorId } from '../../model/graph.ts';
import { actTable, SIGMOID, TANH } from '../../program/act_table.ts';
import { type Instruction, STREAMS, type Stream, type Streams } from '../../program/instruction.ts';
import type { Program, ProgramPort, ProgramState } from '../../program/program.ts';
import { EsegenError } from '../../util/errors.ts';
import { type QuantizedGraph, sumsOfLayer } from '../quantized_graph.ts';
import { ProgramBuilder } from './builder.ts';
import { MOST_WEIGHTS } from './choose_blocks.ts';
import { elementsOfShape, memoryOrder } from './layout.ts';
import { GraphPlan, productsOf } from './plan.ts';
import { spreadRecurrent } from './spread.ts';
import { type Stage, syncs } from './stage.ts';
import { streamingStage } from './streaming.ts';
import { utteranceStages } from './utterance.ts';

/**
 * Lowers a network in integers to a program for a machine: streaming where a step can be answered as it comes, else by
 * utterance.
 *
 * @param ahead whether products of the next step may be done before its turn, which weights from external memory cannot be
 * @param mostWeights of a node whose positions share tiles
 * @throws EsegenError where a matrix does not belong to its source, or the network does not fit the machine
 */
export function lower(quantized: QuantizedGraph, machine: Machine, ahead = false, mostWeights = MOST_WEIGHTS): Program {
  const graph = spreadRecurrent(quantized);
  const plan = new GraphPlan(graph, machine, mostWeights);
  const builder = new ProgramBuilder(machine, Math.max(1, ...blocksOfGraph(graph)));
  const states: ProgramState[] = [];
  const streaming = plan.streams();
  const stages = streaming ? [streamingStage(plan, builder, states, ahead)] : utteranceStages(plan, builder, states);
  const tables = graph.tables;
  const { axes, views, sequences, segments, parameters, slotPrograms } = builder;
  return {
    machine,
    mode: streaming ? 'streaming' : 'utterance',
    inputs: graph.inputs.map(({ name, tensor }) => portOf(plan, builder, name, tensor, streaming)),
    outputs: graph.outputs.map(({ name, tensor }) => portOf(plan, builder, name, tensor, streaming)),
    ...{ axes, vectors: builder.placedVectors(), views, sequences, segments, parameters, slotPrograms, states },
    weights: weightsOf(graph),
    tables: { ...tables, sigmoid: actTable(SIGMOID, tables.sigmoidRange), tanh: actTable(TANH, tables.tanhRange) },
    streams: streamsOf(stages),
  };
}

/** Elements of all matrices that the model has. */
function weightsOf({ nodes }: QuantizedGraph): number {
  return nodes.flatMap(productsOf).reduce((sum, { weights }) => sum + weights, 0);
}

/** Blocks of the sums of a graph. */
function blocksOfGraph({ nodes }: QuantizedGraph): number[] {
  return nodes.flatMap(({ layer }) => sumsOfLayer(layer).flatMap(({ spectral }) => spectral?.block ?? []));
}

function portOf(
  plan: GraphPlan,
  builder: ProgramBuilder,
  name: string,
  tensor: TensorId,
  streaming: boolean,
): ProgramPort {
  const format = plan.graph.formats.get(tensor);
  if (format === undefined) throw new EsegenError(name, 'has no format');
  const shape = plan.shape(plan.resolve(tensor).tensor);
  const axis = streaming ? 0 : builder.axis(plan.graph.tensors.get(tensor)!.time);
  return { name, elements: elementsOfShape(shape), format, axis, order: memoryOrder(shape) };
}

/** The stages one behind the other; tiles are free before the first and after the last. */
function streamsOf(stages: readonly Stage[]): Streams {
  const all: Record<Stream, Instruction[]> = { load: [], mac: [], cell: [], store: [] };
  for (const [at, stage] of stages.entries()) {
    const own = stage.finish(at === 0, at === stages.length - 1);
    for (const stream of STREAMS) all[stream].push(...own[stream]);
  }
  const tiles = (['tileFree0', 'tileFree1'] as const).map((semaphore) => ({ semaphore, count: 1 }));
  all.cell.unshift(...syncs(tiles, 'posts'));
  all.mac.push(...syncs(tiles, 'waits'));
  return all as unknown as Streams;
}
