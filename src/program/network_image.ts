import type { NetworkSizes } from '../machine/network_sizes.ts';
import { weightColumnBits, weightWordBits } from '../machine/word_format.ts';
import { IMAGE_VERSIONS, type ImageSection, packImage, weightsSum } from './image_words.ts';
import { type MemImage, memFromWords } from './mem_image.ts';
import type { NetworkDesign } from './network_design.ts';
import type { Program } from './program.ts';

/** Memories of a network that can be loaded, by file name; the code of a kind is its place. */
export const NETWORK_MEMORY_KINDS: readonly string[] = [
  ...['weights', 'pointers', 'params', 'sigmoid', 'tanh', 'starts'],
  ...['load', 'mac', 'cell', 'store', 'reader', 'axes', 'ports', 'states', 'recall'],
];

/** Kinds from this one on have entries of 32 bits in the image, and on the load bus: their words are wide. */
const FIRST_BY_PARTS = NETWORK_MEMORY_KINDS.indexOf('load');

/** A kind of memories. */
export interface NetworkMemoryKind {
  readonly kind: number;
  /** Whether its entries are 32-bit words, and not the words of the memory. */
  readonly byParts: boolean;
}

/** Kind of the memory with a file name, e.g. `weights`. */
export function networkMemoryKind(name: string): NetworkMemoryKind {
  const kind = NETWORK_MEMORY_KINDS.indexOf(name);
  if (kind < 0) throw new Error(`there is no memory ${name}`);
  return { kind, byParts: kind >= FIRST_BY_PARTS };
}

/**
 * The image of a network for the hardware that its sizes are of.
 *
 * @param hash hash of the hardware's design (printNetworkModules)
 */
export function packNetworkImage({ name, program, sizes, memories, weights }: NetworkDesign, hash: bigint): Uint8Array {
  const sections: ImageSection[] = [];
  for (const [file, image] of memories) {
    const [, kindName, digits] = /^([a-z]+)(?:_(\d+))?\.mem$/.exec(file.slice(name.length + 1))!;
    const { kind, byParts } = networkMemoryKind(kindName!);
    const number = Number(digits ?? 0);
    if (kindName === 'weights' && sizes.inStep) {
      const lanes = ofLanes(image, sizes);
      for (const [lane, own] of lanes.entries()) sections.push({ kind, number: number + lane, image: own, byParts });
    } else {
      sections.push({ kind, number, image, byParts });
    }
  }
  return packImage(
    IMAGE_VERSIONS.network,
    hash,
    imageModel(program, sizes),
    weights === null ? null : weightsSum(weights),
    sections,
  );
}

/** What the header of an image says of the network: numbers of ports, most steps of an utterance, states. */
export function imageModel(program: Program, { stateDepth }: NetworkSizes): readonly [number, number, number] {
  const { inputs, outputs, states, machine, mode } = program;
  const steps = mode === 'utterance' ? machine.maxSteps : 0;
  return [inputs.length + outputs.length * 256, steps, stateDepth === 0 ? 0 : states.length];
}

/** Weights of every lane of a group whose words lie side by side. */
function ofLanes({ words, depth, width }: MemImage, sizes: NetworkSizes): MemImage[] {
  const limbs = Math.ceil(width / 32);
  const column = weightColumnBits(sizes);
  const bits = weightWordBits(sizes);
  return Array.from({ length: sizes.lanes }, (_, lane) => {
    const [limb, shift] = [Math.floor((lane * column) / 32), (lane * column) % 32];
    const own = Uint32Array.from({ length: depth }, (_word, at) => {
      const low = words[at * limbs + limb]! / 2 ** shift;
      const high = limb + 1 < limbs ? words[at * limbs + limb + 1]! * 2 ** (32 - shift) : 0;
      return Math.floor(low + high) % 2 ** bits;
    });
    return memFromWords(bits, own);
  });
}
