import type { MemoryBehaviour } from '../../sim-verilator/simulator.ts';
import { lower } from '../../src/compiler/lower/lower.ts';
import type { QuantizedGraph } from '../../src/compiler/quantized_graph.ts';
import type { Config } from '../../src/machine/config.ts';
import { type Machine, machineOf } from '../../src/machine/machine.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { type NetworkDesign, networkDesign } from '../../src/program/network_design.ts';
import { Rng } from '../../src/util/rng.ts';
import { randomFrames, randomQuantized } from '../golden/random_quantized.ts';

/** A random network as hardware, and what to run it with. */
export interface RandomNetworkDesign {
  readonly seed: number;
  readonly graph: QuantizedGraph;
  readonly design: NetworkDesign;
  readonly utterances: readonly ReadonlyMap<string, Int16Array>[];
  readonly stalls: number;
  /** How external memory behaves. */
  readonly memory: MemoryBehaviour;
}

/** Most multipliers: what simulates in a second or two. */
const MULTIPLIERS = 32;

function randomArray(rng: Rng, single: boolean): Config['array'] {
  const lanes = 2 ** rng.integer(0, 3);
  const groups = Math.min(2 ** rng.integer(0, 3), MULTIPLIERS / lanes);
  const channels = single ? 1 : Math.min(2 ** rng.integer(0, 2), MULTIPLIERS / (lanes * groups));
  return { channels, groups, lanes };
}

/** Whether a window looks over several steps, or a network runs by utterance: it takes one voice then. */
function takesOneVoice({ nodes }: QuantizedGraph): boolean {
  return nodes.some(({ layer }) => {
    return layer.kind === 'affine' && layer.sums.products.some(({ window }) => (window?.time.kernel ?? 1) > 1);
  });
}

/** Whether an output may have several positions: its rows need not be whole beats. */
function hasMaps({ tensors }: QuantizedGraph, ports: QuantizedGraph['outputs']): boolean {
  return ports.some(({ tensor }) => tensors.get(tensor)!.shape.length > 1);
}

/**
 * The random network of a seed: one in two by utterance, on a random machine of its own.
 *
 * @param draw draws the network
 */
export function randomNetworkDesign(seed: number, draw = randomQuantized): RandomNetworkDesign {
  const rng = new Rng(seed);
  const utterance = rng.uniform() < 0.5;
  const weightBits = rng.pick([4, 8, 12, 16, rng.integer(4, 16)]);
  const vectorBits = rng.pick([8, 16, 16, rng.integer(8, 16)]);
  const graph = draw(seed, { utterance, weightBits, vectorBits });
  const single = utterance || takesOneVoice(graph);
  const array = randomArray(rng, single);
  const elemLanes = 2 ** rng.integer(0, Math.min(Math.log2(array.lanes), 3));
  const activationQueue = rng.pick(['lane', 'lane', 'group']);
  const external = activationQueue === 'lane' && rng.uniform() < 0.4;
  const elsewhere = utterance && new Rng(seed + 1).uniform() < 0.5;
  const beatOf = (maps: boolean) => (maps ? 1 : Math.min(2 ** rng.integer(0, 2), elemLanes));
  const config = parseConfig(
    {
      name: rng.pick(['net', 'lstm', 'x1']),
      array,
      elemLanes,
      inputBeat: beatOf(hasMaps(graph, graph.inputs)),
      outputBeat: beatOf(hasMaps(graph, graph.outputs)),
      fifoDepth: rng.pick([1, 2, 3, 5, 8, 16, 32]),
      indexBits: rng.integer(2, 6),
      weightBits,
      vectorBits,
      activationQueue,
      ...(external ? { weights: 'dram' } : {}),
      ...(external || elsewhere ? { memoryBusBits: rng.pick([64, 128, 256]) } : {}),
      ...(elsewhere ? { sequence: { memory: 'dram' } } : {}),
    },
    'random config',
  );
  // Few rows a tile, so that layers are cut now and then; few steps, so that the sequence memory is small.
  const machine: Machine = { ...machineOf(config), tileRows: rng.pick([4, 8, 64, 1024]), maxSteps: 24 };
  const design = networkDesign(lower(graph, machine), config);
  const count = rng.integer(1, 2 * array.channels + 1);
  const most = design.program.mode === 'utterance' ? 20 : 9;
  const least = design.program.mode === 'utterance' ? 14 : 1;
  const utterances = Array.from({ length: count }, () => randomFrames(graph, rng, rng.integer(least, most)));
  const memory = { latency: rng.pick([1, 64, 300]), stalls: rng.pick([0, 0.5]), bandwidth: rng.pick([1, 0.2]) };
  return { seed, graph, design, utterances, stalls: rng.pick([0, 0, 0.3, 0.8]), memory };
}

/** What the design is, in one line, for a message about it. */
export function describeNetworkDesign({ seed, graph, design, utterances, stalls }: RandomNetworkDesign): string {
  const { program, config } = design;
  const { channels, groups, lanes } = config.array;
  const layers = graph.nodes.map(({ layer }) => {
    if (layer.kind === 'gru') return `gru ${layer.stages.reset}${layer.reverse ? ' reverse' : ''}`;
    if (layer.kind === 'lstm') return `lstm${layer.projection ? 'p' : ''}${layer.reverse ? ' reverse' : ''}`;
    return layer.kind === 'affine' ? `affine ${layer.activation.kind} x${layer.positions}` : layer.kind;
  });
  const array = `${channels} x ${groups} x ${lanes}, ${config.elemLanes} elem lanes, beats ${config.inputBeat} and ${config.outputBeat}`;
  const bits = `weights ${config.weightBits}, index ${config.indexBits}, vectors ${config.vectorBits} bits`;
  const memory = `weights ${config.weights}, sequences ${config.sequence?.memory ?? 'onchip'}`;
  const queue = `queue ${config.activationQueue} of ${config.fifoDepth}, ${memory}`;
  const ports = `${program.inputs.length} in, ${program.outputs.length} out`;
  return `seed ${seed}: ${program.mode}: ${layers.join(', ')}; ${ports}; ${array}; ${bits}; ${queue}; ${utterances.length} utterances, stalls ${stalls}`;
}
