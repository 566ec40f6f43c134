import { describe, expect, test } from 'vitest';
import { InverseSpectrum } from '../../../src/golden/inverse_spectrum.ts';
import {
  forwardStage,
  forwardTransform,
  inverseStage,
  inverseTransform,
  pairTurn,
  rotation,
} from '../../../src/hdl/network/transform.ts';
import { registerCopy } from '../../../src/hdl/register_copy.ts';
import type { NetworkSizes } from '../../../src/machine/network_sizes.ts';
import { forwardCycles, inverseCycles, largestBlock } from '../../../src/machine/transform_cycles.ts';
import { ForwardSpectrum } from '../../../src/program/forward_spectrum.ts';
import { inverseBits, TIME_BITS } from '../../../src/program/transform_bounds.ts';
import { clog2 } from '../../../src/util/fixed.ts';
import { Rng } from '../../../src/util/rng.ts';
import { DUT, lintBlocks, runBlocks } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

/** All modules of both networks, with the name of a design. */
function transformPlans(sizes: NetworkSizes) {
  return [registerCopy, rotation, pairTurn, forwardStage, forwardTransform, inverseStage, inverseTransform].map(
    (build) => {
      const plan = build(sizes);
      return { ...plan, values: { ...plan.values, name: DUT } };
    },
  );
}

/** Elements of a word in hexadecimal digits, the first one lowest. */
function packed(values: ArrayLike<number>, bits: number): string {
  let word = 0n;
  for (let n = values.length - 1; n >= 0; n--) word = (word << BigInt(bits)) | BigInt.asUintN(bits, BigInt(values[n]!));
  return word.toString(16).padStart(Math.ceil((values.length * bits) / 4), '0');
}

/** A word of a kind: extreme, sparse or random values of at most so many bits. */
function randomWord(rng: Rng, length: number, bits: number): number[] {
  const [low, high] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  const kind = rng.integer(0, 5);
  const own = kind < 4 ? bits : rng.integer(1, bits);
  const place = rng.integer(0, length - 1);
  return Array.from({ length }, (_, n) => {
    if (kind === 0) return rng.pick([low, high]);
    if (kind === 1) return n === place ? low : 0;
    if (kind === 2) return n % 2 === 0 ? low : high;
    return rng.integer(-(2 ** (own - 1)), 2 ** (own - 1) - 1);
  });
}

describe.each([
  { blocks: [2], groups: 1, lanes: 2, accBits: 30 },
  { blocks: [4], groups: 2, lanes: 4, accBits: 20 },
  { blocks: [8], groups: 4, lanes: 16, accBits: 40 },
  { blocks: [16], groups: 16, lanes: 2, accBits: 32 },
  { blocks: [2, 8], groups: 2, lanes: 8, accBits: 33 },
  { blocks: [8, 16], groups: 8, lanes: 8, accBits: 18 },
  { blocks: [4, 16, 32], groups: 1, lanes: 64, accBits: 45 },
  { blocks: [2, 4, 8, 16, 32, 64], groups: 2, lanes: 8, accBits: 38 },
])('networks for blocks of $blocks, sums of $accBits bits in $groups groups of $lanes lanes', (own) => {
  const { blocks, groups, lanes, accBits } = own;
  const sizes = testSizes(own);

  test('bit for bit as their twins, with gaps', async () => {
    const seed = 100 * accBits + groups;
    const rng = new Rng(seed);
    const { block: length } = largestBlock(blocks);
    // Icarus takes long for wide words.
    const words = length > 32 ? 30 : 120;
    const sum = accBits + clog2(groups);
    const controls: string[] = [];
    const gaps: string[] = [];
    const vectors: string[] = [];
    const rows: string[] = [];
    const expected: string[] = [];
    const forward = new Map(blocks.map((block) => [block, new ForwardSpectrum(block)]));
    const inverse = new Map(blocks.map((block) => [block, new InverseSpectrum(block)]));
    for (let word = 0; word < words; word++) {
      const block = rng.pick(blocks);
      const vector = randomWord(rng, length, 16);
      // As many bits are dropped as are needed, or some more.
      const bits = rng.integer(Math.max(sum - 8, 2), sum);
      const drop = Math.min(31, Math.max(0, bits + 1 - inverseBits(block)) + rng.pick([0, 0, 1, 5]));
      const sums = randomWord(rng, length, Math.min(bits, inverseBits(block) - 1 + drop));
      // Row of the lanes in which the word begins; a longer word begins in the first of its rows.
      const turn = rng.integer(0, 31) & -Math.max(1, length / lanes);
      const [spectra, elements] = [new Int16Array(length), new Float64Array(length)];
      const [own, time] = [new Int16Array(block), new Float64Array(block)];
      for (let at = 0; at < length; at += block) {
        forward.get(block)!.run(16, vector.slice(at, at + block), own);
        spectra.set(own, at);
        // The pair of place n is that of place n - turn, as its block is turned (spectral_order.ts).
        const row = turn | Math.floor(at / lanes);
        const turned = Math.floor(row / Math.max(1, block / lanes)) % (Math.min(block, lanes) / 2);
        const placed = Array.from({ length: block }, (_, n) => sums[at + ((n + 2 * turned) % block)]!);
        inverse.get(block)!.run(placed, drop, time);
        elements.set(time, at);
      }
      controls.push(((turn << 8) | (drop << 3) | clog2(block)).toString(16));
      gaps.push(rng.pick([0, 0, 0, 1, rng.integer(2, 20)]).toString(16));
      vectors.push(packed(vector, 16));
      rows.push(packed(sums, sum));
      expected.push(`F ${packed(spectra, 16)}`, `I ${packed(elements, TIME_BITS)}`);
    }
    const lines = await runBlocks({
      ...{ plans: transformPlans(sizes), bench: 'transform_bench' },
      parameters: {
        ...{ BLOCK: length, SUM_WIDTH: sum, TIME_WIDTH: TIME_BITS, WORDS: words },
        ...{ FORWARD: forwardCycles(blocks), INVERSE: inverseCycles(blocks) },
      },
      defines: blocks.length > 1 ? ['SEVERAL'] : [],
      files: {
        'controls.txt': controls.join('\n'),
        'gaps.txt': gaps.join('\n'),
        'vectors.txt': vectors.join('\n'),
        'rows.txt': rows.join('\n'),
      },
    });
    for (const kind of ['F', 'I']) {
      const own = (all: readonly string[]) => all.filter((line) => line.startsWith(kind));
      expect(own(lines), `seed ${seed}`).toEqual(own(expected));
    }
  });

  test('lint', async () => {
    const plans = transformPlans(sizes);
    expect(await lintBlocks(plans, `${DUT}_forward_transform`)).toEqual([]);
    expect(await lintBlocks(plans, `${DUT}_inverse_transform`)).toEqual([]);
  });
});
