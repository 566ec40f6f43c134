import { lower } from '../../src/compiler/lower/lower.ts';
import { machineOf } from '../../src/machine/machine.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { type NetworkDesign, networkDesign } from '../../src/program/network_design.ts';
import { Rng } from '../../src/util/rng.ts';
import { randomFrames, randomQuantized } from '../golden/random_quantized.ts';

/** A shape of lines: ElemMul lanes and bits of their elements, bits of the port. */
export interface LineShape {
  readonly elemLanes: number;
  readonly vectorBits: number;
  readonly busBits: number;
}

/** A network that runs by utterance, with its sequences in external memory, and utterances for it. */
export function sequenceDesign(
  seed: number,
  { elemLanes, vectorBits, busBits }: LineShape,
  own: Record<string, unknown> = {},
): { readonly design: NetworkDesign; readonly utterances: readonly ReadonlyMap<string, Int16Array>[] } {
  const graph = randomQuantized(seed, { utterance: true, weightBits: 8, vectorBits });
  const config = parseConfig(
    {
      ...{ name: 'net', array: { channels: 1, groups: 1, lanes: 8 }, elemLanes, vectorBits, weightBits: 8 },
      ...{ memoryBusBits: busBits, sequence: { maxSteps: 24, memory: 'dram' }, ...own },
    },
    'config',
  );
  const design = networkDesign(lower(graph, machineOf(config)), config);
  const rng = new Rng(seed);
  return { design, utterances: [14, 20].map((steps) => randomFrames(graph, rng, steps)) };
}
