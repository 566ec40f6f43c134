import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { TURN_BLOCK_DEPTH } from '../../machine/ram_kind.ts';
import {
  forwardCycles,
  inverseCycles,
  largestBlock,
  TURN_CYCLES,
  type Turning,
  turnedQueue,
  turnedSpectrum,
  turningOf,
  turnPlaceBits,
} from '../../machine/transform_cycles.ts';
import { TIME_BITS } from '../../program/transform_bounds.ts';
import { clog2 } from '../../util/fixed.ts';
import { lit, type ModulePlan } from '../module_plan.ts';
import { networkPlan } from './network_plan.ts';
import { spectraQueue } from './spectra_queue.ts';
import { selectBits } from './vmem.ts';

/** What all that turns blocks prints. */
function turningView({ words, voices, networks }: Turning) {
  const numberBits = clog2(words);
  return {
    ...{ words, voices, networks, numberBits, severalVoices: voices > 1, fewVoices: voices < words },
    ...{ lastWord: lit(numberBits, words - 1), lastVoice: lit(numberBits, voices - 1) },
  };
}

/** Words into blocks, or back. */
export function cornerTurn(sizes: NetworkSizes): ModulePlan {
  const { elemLanes, vectorBits } = sizes;
  const view = turningView(turningOf(sizes)!);
  return networkPlan('corner_turn', { ...view, width: elemLanes * vectorBits, blockDepth: TURN_BLOCK_DEPTH });
}

/** Spectra of a frame in blocks that are longer than a word. */
export function turnedCopy(sizes: NetworkSizes, turning: Turning): ModulePlan {
  const { blocks, channels, elemLanes: elems, groups, slice, spread, vectorBits: width } = sizes;
  const queue = turnedQueue(blocks, turning);
  const levelBits = clog2(queue) + 1;
  const pushed = 3 + turnedSpectrum(blocks, turning);
  const sent = TURN_CYCLES / 2 + forwardCycles(blocks);
  const view = turningView(turning);
  const { numberBits } = view;
  const select = selectBits(sizes);
  // Bits of the number of a word in half a block.
  const low = numberBits - 1;
  return {
    ...networkPlan('turned_copy', {
      ...view,
      ...{ channels, elems, width, slice, selectBits: select, several: blocks.length > 1, pushed, written: pushed + 1 },
      ...spectraQueue(sizes, queue),
      ...{ levelOne: lit(levelBits, 1), levelRoom: lit(levelBits, queue - 1) },
      ...{ sentMsb: sent - 1, sentZero: lit(sent, 0) },
      ...{ spreads: spread > 1, apart: 2 * groups > largestBlock(blocks).block },
      halfEnds: low === 0 ? "1'b1" : `&write_number_reg[${low - 1}:0]`,
      halfMask: low === 0 ? `{${select}{1'b1}}` : `{ {${select - low}{1'b1}}, ${lit(low, 0)} }`,
    }),
    file: 'spectral_copy',
  };
}

/** Bits of what cell_control says of a row on its way into a turn, and of a row that is read behind it. */
export function turnedBits(sizes: NetworkSizes): { readonly gather: number; readonly spread: number } {
  const numberBits = clog2(turningOf(sizes)!.words);
  const placeBits = turnPlaceBits(sizes);
  return { gather: 13 + placeBits + numberBits + 1, spread: placeBits + numberBits };
}

/** Inverse transforms of all channels, in blocks that are longer than a word. */
export function turnedInverse(sizes: NetworkSizes): ModulePlan {
  const { blocks, channels, elemLanes, accBits, groups } = sizes;
  const view = turningView(turningOf(sizes)!);
  const placeBits = turnPlaceBits(sizes);
  const { gather, spread } = turnedBits(sizes);
  const cycles = inverseCycles(blocks);
  const wayWidth = placeBits + view.numberBits + 1;
  const way = (TURN_CYCLES / 2 + cycles - 1) * wayWidth;
  const enters = 1 + TURN_CYCLES;
  return networkPlan('turned_inverse', {
    ...view,
    ...{ channels, elemLanes, sum: accBits + clog2(groups), time: TIME_BITS, several: blocks.length > 1 },
    ...{ placeBits, places: 2 ** placeBits, gatherWidth: gather, gatherMsb: gather - 1, spreadMsb: spread - 1 },
    ...{ wayMsb: way - 1, wayKeep: way - wayWidth - 1, wayZero: `{${way}{1'b0}}` },
    ...{ enters, readable: enters + view.voices - 1 + cycles + TURN_CYCLES / 2 },
  });
}
