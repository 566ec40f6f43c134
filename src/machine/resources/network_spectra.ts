import { clog2 } from '../../util/fixed.ts';
import { inverseCycles, largestBlock, spectrumArrives } from '../transform_cycles.ts';
import { distributedRam } from './memory.ts';
import type { NetworkView } from './network_view.ts';
import { type Unit, unit } from './unit.ts';

/** Rotations of a stage of all blocks of a network: pairs 1 to m / 4 - 1 of each block of m. */
function rotations(block: number): number {
  let count = 0;
  for (let m = 8; m <= block; m *= 2) count += (block / m) * (m / 4 - 1);
  return count;
}

/** Units of the transforms of block-circulant layers. */
export function networkSpectraUnits({ sizes, spectral }: NetworkView): Unit[] {
  if (!spectral) return [];
  const { blocks, channels, elemLanes, groups, accBits, vectorBits } = sizes;
  const { block, bits } = largestBlock(blocks);
  const networks = (channels * elemLanes) / block;
  const lanes = channels * elemLanes;
  const sum = accBits + clog2(groups);
  const several = blocks.length > 1 ? 1 : 0;
  const word = lanes * vectorBits;
  const turns = (channels * elemLanes * blocks.length) / block;
  return [
    unit('cell_inverse', channels, { counted: { ff: 1 } }),
    unit('inverse_lane', lanes, { lut: { sum, one: 1 }, ff: { delays: inverseCycles(blocks), one: 1 } }),
    unit('inverse_transform', networks, {
      lut: { sums: block * sum, block, several: several * block, one: 1 },
      ff: { sums: block * sum, block, several, one: 1 },
    }),
    unit('inverse_stage', networks * bits, {
      lut: { block, blockBits: block * bits, several: several * block, one: 1 },
      ff: { block, blockBits: block * bits, rotations: rotations(block) / bits, one: 1 },
    }),
    unit('forward_transform', networks, {
      lut: { elements: block * vectorBits, several: several * block * vectorBits, block, one: 1 },
      ff: { elements: block * vectorBits, several, one: 1 },
    }),
    unit('forward_stage', networks * bits, {
      lut: { elements: block * vectorBits, block, several: several * block * vectorBits, one: 1 },
      ff: { elements: block * vectorBits, block, rotations: (rotations(block) * vectorBits) / bits, one: 1 },
    }),
    unit('rotation', 2 * networks * rotations(block), {
      counted: { dsp: 4 },
      lut: { vectorBits, one: 1 },
      ff: { vectorBits, one: 1 },
    }),
    unit('pair_turn', turns, {
      lut: { elements: block * vectorBits * clog2(Math.max(groups, 1)), sums: block * sum, one: 1 },
    }),
    unit('spectrum_channel', channels, {
      lut: { word: elemLanes * vectorBits, several: several * elemLanes * vectorBits, one: 1 },
      ff: { word: elemLanes * vectorBits, one: 1 },
    }),
    unit('spectral_copy', 1, {
      counted: { lutram: distributedRam(32, word).lutram, ff: word },
      lut: { word, groups: clog2(groups), one: 1 },
      ff: { way: spectrumArrives(blocks), several, one: 1 },
    }),
  ];
}
