import type { Config } from './config.ts';

/**
 * What the config decides of the hardware that runs networks, and nothing that a network decides. A program is compiled for a
 * machine; another program for the same machine is another network for the same hardware.
 */
export interface Machine {
  /** Voices that share the weights. */
  readonly channels: number;
  /** G: column groups. Element e of a vector lies in group e mod G, and column j of a segment is added there. */
  readonly groups: number;
  /** PEs of a group, which split the rows. */
  readonly lanes: number;
  readonly elemLanes: number;
  readonly vectorBits: number;
  /** Bits that a weight has room for: those of the layer with the widest. */
  readonly weightBits: number;
  readonly indexBits: number;
  /** Accumulators of a PE in each of the two tiles. */
  readonly tileRows: number;
  /** Steps of an utterance that the sequence memory holds. */
  readonly maxSteps: number;
}

/** A block RAM is 1,024 words of 36 bits deep; a tile of more rows would take two of them. */
const TILE_ROWS = 1024;

/** Steps of an utterance where the config does not say: 163 s of frames of 10 ms. */
export const MAX_STEPS = 16_384;

/**
 * Elements at multiples of which a frame, a row of it and whatever CELL writes at a time begin: a word of ElemMul, and a round over the
 * groups.
 */
export function wordUnit({ groups, elemLanes }: Pick<Machine, 'groups' | 'elemLanes'>): number {
  return Math.max(groups, elemLanes);
}

/** The machine of a config. */
export function machineOf(config: Config): Machine {
  const { array, elemLanes, vectorBits, indexBits } = config;
  const ofLayers = Object.values(config.layers ?? {}).map((layer) => layer.weightBits ?? 0);
  const { maxSteps } = config.sequence ?? { maxSteps: MAX_STEPS };
  const weightBits = Math.max(config.weightBits, ...ofLayers);
  return { ...array, elemLanes, vectorBits, weightBits, indexBits, tileRows: TILE_ROWS, maxSteps };
}
