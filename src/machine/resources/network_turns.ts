import { clog2 } from '../../util/fixed.ts';
import type { NetworkSizes } from '../network_sizes.ts';
import { TURN_BLOCK_DEPTH } from '../ram_kind.ts';
import {
  inverseCycles,
  largestBlock,
  spectrumArrives,
  type Turning,
  turnedQueue,
  turningOf,
  turnPlaceBits,
} from '../transform_cycles.ts';
import { ramUnit } from './ram.ts';
import { type Unit, unit } from './unit.ts';

/** Bits of an element of the inverse transform (transform_bounds.ts). */
export const TIME_BITS = 29;

/** Turns of the pairs of a block by up to `levels` bits: two levels a LUT. */
export function pairTurn(instances: number, bits: number, levels: number): Unit[] {
  return levels === 0 ? [] : [unit('pair_turn', instances, { counted: { lut: bits * Math.ceil(levels / 2) } })];
}

/** Turns of words of so many bits into blocks, or back: registers before the banks and behind them. */
function cornerTurns({ words, voices, networks }: Turning, bits: number, places: number): Unit[] {
  const depth = places * voices;
  const numberBits = clog2(words);
  const counted = { lut: words * numberBits, ff: 2 * words * bits + 3 * numberBits + 2 * clog2(places) + 3 };
  return [
    unit('corner_turn', networks, { counted }),
    ramUnit(networks * words, { words: depth, bits, block: depth >= TURN_BLOCK_DEPTH }),
    ...pairTurn(2 * networks, words * bits, numberBits),
  ];
}

/**
 * What stands around the networks: what puts their words together, or turns blocks that are longer than a word.
 *
 * @param sum bits of a sum over all groups
 * @param several whether there are blocks of several sizes
 */
export function aroundNetworks(sizes: NetworkSizes, sum: number, several: boolean): Unit[] {
  const { blocks, channels, elemLanes, groups, vectorBits } = sizes;
  const turning = turningOf(sizes);
  const word = channels * elemLanes * vectorBits;
  const chosen = several ? 1 : 0;
  if (turning === null) {
    const halves = elemLanes < 2 * groups ? elemLanes * vectorBits : 0;
    return [
      unit('cell_inverse', channels, { counted: { ff: 1, lut: 1 } }),
      unit('spectrum_channel', channels, {
        lut: { several: chosen * elemLanes * vectorBits, halves },
        ff: { word: elemLanes * vectorBits, halves },
      }),
      unit('spectral_copy', 1, {
        counted: { ff: word },
        rams: [{ words: 32, bits: word }],
        lut: { one: 1 },
        ff: { way: spectrumArrives(blocks), one: 1 },
      }),
    ];
  }
  const bits = largestBlock(blocks).block * vectorBits;
  const placeBits = turnPlaceBits(sizes);
  const way = (inverseCycles(blocks) + 2) * (placeBits + clog2(turning.words) + 1);
  return [
    ...cornerTurns(turning, elemLanes * vectorBits, 2),
    ...cornerTurns(turning, elemLanes * vectorBits, 2),
    ...cornerTurns(turning, elemLanes * sum, 2),
    ...cornerTurns(turning, elemLanes * TIME_BITS, 2 ** placeBits),
    unit('turned_inverse', 1, { counted: { ff: way }, lut: { one: 1 }, ff: { one: 1 } }),
    unit('spectrum_channel', turning.networks, {
      lut: { several: chosen * bits, halves: 0 },
      ff: { word: bits, halves: 0 },
    }),
    // Zeros come behind a frame.
    unit('spectral_copy', 1, {
      counted: { lut: word, ff: word },
      rams: [{ words: turnedQueue(blocks, turning), bits: word }],
      lut: { one: 1 },
      ff: { way: spectrumArrives(blocks), one: 1 },
    }),
  ];
}
