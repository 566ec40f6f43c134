import { EsegenError } from '../util/errors.ts';
import type { Config } from './config.ts';
import { nearestArray } from './nearest_array.ts';
import { findPart, PARTS, type Part } from './parts.ts';
import { blockRams, ultraRams } from './resources/memory.ts';
import type { MachineSizes } from './sizes.ts';
import { weightColumnBits, weightWordBits } from './word_format.ts';

/** DSP blocks: one a PE, and in ElemMul one for the three products of a lane, one more for its peepholes. */
function dspBlocks({ channels, groups, lanes }: Config['array'], elemLanes: number, peepholes: boolean): number {
  return channels * (groups * lanes + Math.min(elemLanes, lanes) * (peepholes ? 2 : 1));
}

/** First listed part that has enough of something. */
function partWith(enough: (part: Part) => boolean): string {
  const part = PARTS.find(enough);
  return part === undefined ? '' : `, or a larger part (${part.name})`;
}

/** What of the sizes of a layer's or a network's hardware is held against the part. */
type DeviceSizes = Pick<MachineSizes, 'peepholes' | 'dram' | 'groups' | 'lanes' | 'weightDepth' | 'inStep'>;

/** The kind of RAM in which the weights lie on chip, and how many of them a memory takes. */
function weightMemory({ weights }: Config) {
  return weights === 'uram'
    ? ({ kind: 'uram', what: 'UltraRAMs', rams: ultraRams } as const)
    : ({ kind: 'bram', what: 'block RAMs', rams: blockRams } as const);
}

/**
 * Refuses what the part of the config cannot hold whatever synthesis does: more multipliers than it has DSP blocks, more weights
 * on chip than it has block RAM, or UltraRAM where they are to lie there. `esegen synth` counts everything else. Parts that are not listed are not checked.
 *
 * @throws EsegenError that names the limit and the nearest config that keeps to it
 */
export function checkDevice(config: Config, dimensions: DeviceSizes): void {
  const part = findPart(config.part);
  if (part === null) return;
  const { dsp } = part.resources;
  const { peepholes } = dimensions;
  const needed = dspBlocks(config.array, config.elemLanes, peepholes);
  if (needed > dsp) {
    const array = nearestArray(config.array, (smaller) => dspBlocks(smaller, config.elemLanes, peepholes) <= dsp);
    throw new EsegenError(
      'config: array',
      `expected at most the ${dsp} DSP blocks of ${part.name}, got ${needed}`,
      `The nearest that fits is ${array}${partWith(({ resources }) => resources.dsp >= needed)}`,
    );
  }
  if (dimensions.dram) return;
  const { groups, lanes, weightDepth } = dimensions;
  const wordBits = weightWordBits(config);
  // A memory a lane, or one for all lanes of a group that work in step.
  const { kind, what, rams: ramsFor } = weightMemory(config);
  const ramsOf = (depth: number) =>
    dimensions.inStep
      ? groups * ramsFor(depth, lanes * weightColumnBits(config))
      : groups * lanes * ramsFor(depth, wordBits);
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
