import type { Config } from '../machine/config.ts';
import type { NetworkSizes } from '../machine/network_sizes.ts';
import type { MemImage } from './mem_image.ts';
import { networkMemories } from './network/memories.ts';
import { lineWordsOf, placeProgram } from './network/place.ts';
import { sizesOf, stepsThatFit } from './network/sizes.ts';
import { weightImage } from './network/stream_rows.ts';
import { refuseTooLarge } from './network/too_large.ts';
import type { Program } from './program.ts';

/** Hardware for a network, with the network in it: the RTL follows from the sizes, what runs from the memories. */
export interface NetworkDesign {
  /** Of the top module, and what the names of all modules and memory files begin with. */
  readonly name: string;
  readonly config: Config;
  readonly program: Program;
  readonly sizes: NetworkSizes;
  /** By name of their file, without a folder. */
  readonly memories: ReadonlyMap<string, MemImage>;
  /** Image of the weights in external memory; null where they are on chip. */
  readonly weights: Uint8Array | null;
}

/**
 * The design of a program: hardware as small as it allows, or with the room that the config asks for.
 *
 * @throws EsegenError where the hardware for networks cannot run the program, or something is too large
 */
export function networkDesign(program: Program, config: Config): NetworkDesign {
  const placed = placeProgram(program, config);
  const sizes = sizesOf(program, config, placed);
  const memories = networkMemories(program, config.name, sizes, placed);
  return { name: config.name, config, program, sizes, memories, weights: weightImage(placed, sizes) };
}

/**
 * Another network for hardware that exists. Where it runs by utterance, utterances are as long as the sequence memory allows.
 *
 * @param program compiled for the config of the hardware
 * @throws EsegenError that names what the hardware has no room for, and what would fit
 */
export function networkFor(program: Program, { name, config, sizes }: NetworkDesign): NetworkDesign {
  const placed = placeProgram(program, config);
  const maxSteps = sizes.utterance
    ? stepsThatFit(program, lineWordsOf(config), sizes.sequenceWords)
    : program.machine.maxSteps;
  const fitting = maxSteps > 0 ? { ...program, machine: { ...program.machine, maxSteps } } : program;
  refuseTooLarge(sizes, sizesOf(fitting, { ...config, room: undefined }, placed), config.room?.bits ?? 0);
  const memories = networkMemories(fitting, name, sizes, placed);
  return { name, config, program: fitting, sizes, memories, weights: weightImage(placed, sizes) };
}
