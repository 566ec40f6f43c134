import type { Config } from '../machine/config.ts';
import type { NetworkSizes } from '../machine/network_sizes.ts';
import type { MemImage } from './mem_image.ts';
import { networkMemories } from './network/memories.ts';
import { placeProgram } from './network/place.ts';
import { sizesOf } from './network/sizes.ts';
import { weightImage } from './network/stream_rows.ts';
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
 * The design of a program: hardware as small as it allows.
 *
 * @throws EsegenError where the hardware for networks cannot run the program, or something is too large
 */
export function networkDesign(program: Program, config: Config): NetworkDesign {
  const placed = placeProgram(program, config);
  const sizes = sizesOf(program, config, placed);
  const memories = networkMemories(program, config.name, sizes, placed);
  return { name: config.name, config, program, sizes, memories, weights: weightImage(placed, sizes) };
}
