import { EsegenError } from '../util/errors.ts';
import type { Config } from './config.ts';
import { nearestArray } from './nearest_array.ts';
import { findPart, PARTS, type Part } from './parts.ts';
import { blockRams, ultraRams } from './resources/memory.ts';
import type { MachineSizes } from './sizes.ts';
import { weightColumnBits, weightWordBits } from './word_format.ts';

/** DSP blocks of a smaller array: one a PE, and those of the cell units, of which there are as many as voices. */
function dspsOfArray(config: Config, dsps: number, { channels, groups, lanes }: Config['array']): number {
  const { array, elemLanes } = config;
  const ofCells = dsps - array.channels * array.groups * array.lanes;
  const share = (channels * Math.min(elemLanes, lanes)) / (array.channels * Math.min(elemLanes, array.lanes));
  return channels * groups * lanes + Math.ceil(ofCells * share);
}

/** First listed part that has enough of something. */
function partWith(enough: (part: Part) => boolean): string {
  const part = PARTS.find(enough);
  return part === undefined ? '' : `, or a larger part (${part.name})`;
}

/** What of the sizes of a layer's or a network's hardware is held against the part. */
type DeviceSizes = Pick<MachineSizes, 'dram' | 'groups' | 'lanes' | 'weightDepth'>;

/** The kind of RAM in which the weights lie on chip, and how many of them a memory takes. */
function weightMemory({ weights }: Config) {
  return weights === 'uram'
    ? ({ kind: 'uram', what: 'UltraRAMs', rams: ultraRams } as const)
    : ({ kind: 'bram', what: 'block RAMs', rams: blockRams } as const);
}

/** RAMs of all weights on chip, with so many words a lane: a memory a lane, or one for all lanes of a group that work in step. */
function weightRams(config: Config, depth: number): number {
  const { groups, lanes } = config.array;
  const { rams } = weightMemory(config);
  return config.activationQueue === 'group'
    ? groups * rams(depth, lanes * weightColumnBits(config))
    : groups * lanes * rams(depth, weightWordBits(config));
}

/** Whether the part of a config has room for its weights, with so many words a lane; parts that are not listed have, and so has external memory. */
export function weightsFit(config: Config, depth: number): boolean {
  const part = findPart(config.part);
  return (
    part === null || config.weights === 'dram' || weightRams(config, depth) <= part.resources[weightMemory(config).kind]
  );
}

/**
 * Refuses what the part of the config cannot hold whatever synthesis does: more multipliers than it has DSP blocks, more weights
 * on chip than it has block RAM, or UltraRAM where they are to lie there. Of everything else there is an estimate, and `esegen synth` counts it. Parts that
 * are not listed are not checked.
 *
 * @param dsps DSP blocks of the hardware, see estimateResources
 * @throws EsegenError that names the limit and the nearest config that keeps to it
 */
export function checkDevice(config: Config, dimensions: DeviceSizes, dsps: number): void {
  const part = findPart(config.part);
  if (part === null) return;
  const { dsp } = part.resources;
  if (dsps > dsp) {
    const array = nearestArray(config.array, (smaller) => dspsOfArray(config, dsps, smaller) <= dsp);
    throw new EsegenError(
      'config: array',
      `expected at most the ${dsp} DSP blocks of ${part.name}, got ${dsps}`,
      `The nearest that fits is ${array}${partWith(({ resources }) => resources.dsp >= dsps)}`,
    );
  }
  if (dimensions.dram) return;
  const { groups, lanes, weightDepth } = dimensions;
  const wordBits = weightWordBits(config);
  const { kind, what } = weightMemory(config);
  const ramsOf = (depth: number) => weightRams(config, depth);
  const rams = ramsOf(weightDepth);
  const there = part.resources[kind];
  if (there === 0) {
    const what = `expected a part with UltraRAM for "uram", ${part.name} has none`;
    const larger = partWith(({ resources }) => resources.uram >= rams);
    throw new EsegenError('config: weights', what, `Use "weights": "onchip" or "dram"${larger}`);
  }
  if (rams <= there) return;
  let words = weightDepth;
  while (words > 1 && ramsOf(words) > there) words--;
  const fewer =
    ramsOf(words) > there ? 'fewer lanes or groups' : `${((100 * words) / weightDepth).toFixed(0)} % of the density`;
  throw new EsegenError(
    'config: weights',
    `expected weights of at most the ${there} ${what} of ${part.name}, got ${rams} (${groups * lanes} lanes with ${weightDepth} words of ${wordBits} bits)`,
    `The nearest that fits is "weights": "dram", or ${fewer}${partWith(({ resources }) => resources[kind] >= rams)}`,
  );
}
