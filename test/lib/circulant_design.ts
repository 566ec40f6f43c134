import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { createFrames, type Frames } from '../../src/data/frames.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { projectCirculant } from '../../src/model/circulant.ts';
import type { Graph, GruLayer, LstmLayer, Matrix, TensorId } from '../../src/model/graph.ts';
import { type NetworkDesign, networkDesign } from '../../src/program/network_design.ts';
import { Rng } from '../../src/util/rng.ts';
import { randomGru, randomLstm, randomMatrix, randomVector } from './random_graph.ts';

/** A random network of block-circulant layers as hardware, and what to run it with. */
export interface CirculantDesign {
  readonly seed: number;
  readonly title: string;
  readonly design: NetworkDesign;
  readonly utterances: readonly ReadonlyMap<string, Int16Array>[];
  readonly stalls: number;
}

type Layer = 'lstm' | 'lstmp' | 'peepholes' | 'gruAfter' | 'gruBefore' | 'linear' | 'both';
const LAYERS: readonly Layer[] = ['lstm', 'lstmp', 'peepholes', 'gruAfter', 'gruBefore', 'linear', 'both'];

/** How a network's block-circulant matrices are made: their block, and a step of which their weights are multiples; 0: any weights. */
interface Rings {
  readonly block: number;
  readonly step: number;
}

/** The nearest block-circulant matrix. Coarse steps make spectra that lie in the middle of two integers. */
function ring(matrix: Matrix, { block, step }: Rings): Matrix {
  const { rows, columns, values } = projectCirculant(matrix, block);
  return { rows, columns, values: step === 0 ? values : values.map((value) => Math.round(value / step) * step) };
}

function circulant<Name extends string>(weights: Readonly<Record<Name, Matrix>>, rings: Rings): Record<Name, Matrix> {
  const entries = Object.entries<Matrix>(weights).map(([name, own]) => [name, ring(own, rings)]);
  return Object.fromEntries(entries) as Record<Name, Matrix>;
}

/** The layers of a network, from below, some of which start from other values than zeros: their outputs, and whether their matrices are block-circulant. */
function randomLayers(rng: Rng, starts: Rng, graph: GraphBuilder, largest: Rings, utterance: boolean): string[] {
  const { block } = largest;
  let rings = largest;
  const sizeOf = () => rng.pick([2 * block, block + rng.integer(1, block), 3 * block]);
  const lstm = (inputs: number, cells: number, layer: Layer, blocked: boolean, reverse: boolean): LstmLayer => {
    const projected: { outputs?: number } = layer === 'lstmp' ? { outputs: 2 * block } : {};
    const drawn = randomLstm({ inputs, cells, reverse, peepholes: layer === 'peepholes', ...projected }, rng);
    const state = (elements: number) => randomVector(elements, starts);
    const initial = starts.uniform() < 0.4 ? { y: state(projected.outputs ?? cells), c: state(cells) } : null;
    const own = { ...drawn, initial };
    if (!blocked) return own;
    const projection = own.projection === null ? null : ring(own.projection, rings);
    return { ...own, weights: circulant(own.weights, rings), projection };
  };
  const gru = (inputs: number, cells: number, resetAfter: boolean, blocked: boolean, reverse: boolean): GruLayer => {
    const drawn = randomGru({ inputs, cells, resetAfter, reverse }, rng);
    const own = { ...drawn, initial: starts.uniform() < 0.4 ? { h: randomVector(cells, starts) } : null };
    return blocked ? { ...own, weights: circulant(own.weights, rings) } : own;
  };
  let inputs = rng.pick([block, 2 * block, block + rng.integer(1, block)]);
  let at: TensorId = graph.input([inputs]);
  const names: string[] = [];
  const count = rng.integer(1, 3);
  for (let n = 0; n < count; n++) {
    const layer = rng.pick(LAYERS.filter((own) => utterance || own !== 'both'));
    const blocked = n === 0 || rng.uniform() < 0.7;
    // Layers behind the first may have smaller blocks.
    rings = n === 0 || rng.uniform() < 0.6 ? largest : { ...largest, block: Math.max(2, block / rng.pick([2, 4])) };
    const cells = sizeOf();
    names.push(
      `${layer} ${inputs}->${cells}${!blocked ? ' as it is' : rings === largest ? '' : ` in blocks of ${rings.block}`}`,
    );
    if (layer === 'linear') {
      const weight = randomMatrix(cells, inputs, rng, 1);
      const own = blocked ? ring(weight, rings) : weight;
      at = graph.node({ kind: 'linear', weight: own, bias: randomVector(cells, rng), activation: null }, [at]);
      inputs = cells;
    } else if (layer === 'both') {
      const [forward, backward] = [false, true].map((reverse) =>
        graph.node(lstm(inputs, cells, 'lstm', blocked, reverse), [at]),
      );
      at = graph.add([forward!, backward!]);
      inputs = cells;
    } else if (layer === 'gruAfter' || layer === 'gruBefore') {
      at = graph.node(gru(inputs, cells, layer === 'gruAfter', blocked, utterance && rng.uniform() < 0.5), [at]);
      inputs = cells;
    } else {
      at = graph.node(lstm(inputs, cells, layer, blocked, utterance && rng.uniform() < 0.5), [at]);
      inputs = layer === 'lstmp' ? 2 * block : cells;
    }
  }
  graph.output(at);
  return names;
}

function calibration(graph: Graph, rng: Rng): Map<TensorId, Frames> {
  return new Map(
    graph.inputs.map(({ tensor }) => {
      const made = createFrames(24, graph.tensors.get(tensor)!.shape[0]!);
      for (let n = 0; n < made.data.length; n++) made.data[n] = rng.normal();
      return [tensor, made] as const;
    }),
  );
}

/**
 * The network of a seed: blocks of part of a word of the cell unit, of a word and of several, groups of more and of fewer lanes than a
 * block has pairs, one or several channels.
 *
 * @param most PEs of the array, where its lanes are not more: small arrays are those that Icarus is quick with
 */
export function circulantDesign(seed: number, most = 512): CirculantDesign {
  const rng = new Rng(seed);
  const block = rng.pick([2, 4, 4, 8, 8, 16, 16, 32]);
  const utterance = rng.uniform() < 0.35;
  const builder = new GraphBuilder();
  const rings = { block, step: rng.pick([0, 2 ** -7, 2 ** -9]) };
  const names = randomLayers(rng, new Rng(seed + 2 ** 20), builder, rings, utterance);
  const graph = builder.build();
  const elemLanes = rng.pick([1, 2, 4, Math.max(block, 2 ** rng.integer(1, 3))]);
  const lanes = Math.max(2, elemLanes * 2 ** rng.integer(0, elemLanes > 8 ? 0 : 2));
  const groups = Math.min(2 ** rng.integer(0, 4), Math.max(1, most / lanes));
  // Many voices on small arrays.
  const voices = utterance ? 1 : rng.pick([1, 1, 2, 4, 8]);
  const channels = Math.min(voices, Math.max(1, Math.min(128, most) / (groups * lanes)));
  const activationQueue = rng.pick(['lane', 'lane', 'group']);
  const external = activationQueue === 'lane' && rng.uniform() < 0.35;
  const config = parseConfig(
    {
      ...{ activationQueue, indexBits: rng.pick([0, 2, 4]) },
      ...{ name: 'rings', array: { channels, groups, lanes }, elemLanes, fifoDepth: rng.pick([2, 8, 32]) },
      ...{ weightBits: rng.pick([8, 12]), vectorBits: rng.pick([16, 16, 12]) },
      ...(external ? { weights: 'dram', memoryBusBits: 128 } : {}),
      ...(utterance ? { sequence: { maxSteps: 16 } } : {}),
    },
    'config of a circulant network',
  );
  const { program } = compileNetwork(graph, config, [calibration(graph, rng)]);
  const design = networkDesign(program, config);
  const { elements, name } = program.inputs[0]!;
  const utterances = Array.from({ length: rng.integer(1, channels + 1) }, () => {
    const steps = rng.integer(2, 6);
    const most = 2 ** (program.inputs[0]!.format.bits - 1);
    const values = Int16Array.from(
      { length: steps * elements },
      () => rng.integer(-most, most - 1) >> rng.integer(0, 3),
    );
    return new Map([[name, values]]);
  });
  const array = `${channels} x ${groups} x ${lanes}, ${elemLanes} wide, queue ${activationQueue}, index ${config.indexBits} bits, ${config.weights}`;
  const title = `seed ${seed}: blocks of ${block}, weights in steps of ${rings.step} (hardware: ${design.sizes.blocks.join()}), ${names.join(', ')}; ${program.mode}; ${array}`;
  return { seed, title, design, utterances, stalls: rng.pick([0, 0, 0.3]) };
}
