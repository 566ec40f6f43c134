import { describe, expect, test } from 'vitest';
import { selectBits } from '../../../src/hdl/network/vmem.ts';
import type { NetworkSizes } from '../../../src/machine/network_sizes.ts';
import { spectrumArrives, turnedSpectrum, turningOf } from '../../../src/machine/transform_cycles.ts';
import { ForwardSpectrum } from '../../../src/program/forward_spectrum.ts';
import { spectralColumns } from '../../../src/program/spectral_order.ts';
import { clog2 } from '../../../src/util/fixed.ts';
import { Rng } from '../../../src/util/rng.ts';
import { spectralPlans } from './move_plans.ts';
import { copies, DUT, lintBlocks, runBlocks, sdpRam } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

/** Elements of all channels in hexadecimal digits, the first one lowest. */
function packed(values: ArrayLike<number>): string {
  return Array.from(values, (value) => (value & 0xffff).toString(16).padStart(4, '0'))
    .reverse()
    .join('');
}

/** Where word n of the spectra goes: group address and block of groups; words of E elements of an interleaved vector. */
function placeOf(element: number, { groups, elemLanes }: NetworkSizes): [addr: number, select: number] {
  return [Math.floor(element / groups), groups > elemLanes ? Math.floor((element % groups) / elemLanes) : 0];
}

const FRAMES = 12;

describe.each([
  { blocks: [8], groups: 1, elemLanes: 8, channels: 2 },
  { blocks: [4], groups: 2, elemLanes: 16, channels: 1 },
  { blocks: [8], groups: 8, elemLanes: 8, channels: 1 },
  // Queues so wide that some bits have registers of their own.
  { blocks: [16], groups: 32, elemLanes: 16, channels: 3 },
  { blocks: [2, 8], groups: 4, elemLanes: 8, channels: 2 },
  { blocks: [2, 4, 16], groups: 64, elemLanes: 16, channels: 1 },
  // Blocks of several words; as many channels as they have words, more, fewer; real and imaginary parts in different words.
  { blocks: [4], groups: 1, elemLanes: 1, channels: 2 },
  { blocks: [8], groups: 2, elemLanes: 2, channels: 16 },
  { blocks: [2, 4, 8], groups: 16, elemLanes: 2, channels: 1 },
  { blocks: [8, 32], groups: 8, elemLanes: 4, channels: 2 },
  { blocks: [32], groups: 64, elemLanes: 1, channels: 1 },
])('spectra of $blocks, $groups groups, words of $elemLanes, $channels channels', ({ blocks, ...array }) => {
  const { groups, elemLanes, channels } = array;
  const shape = { slice: Math.max(1, elemLanes / groups), spread: Math.max(1, groups / elemLanes) };
  const sizes = testSizes({ blocks, ...array, ...shape });
  const turning = turningOf(sizes);
  // Words that go into memory together, and pairs in a part of them.
  const together = turning?.words ?? (elemLanes < 2 * groups ? 2 : 1);

  test.each([true, false])('words and places, stalls %s', async (stalls) => {
    const seed = 31 * groups + elemLanes + Number(stalls);
    const rng = new Rng(seed);
    const forward = new Map(blocks.map((block) => [block, new ForwardSpectrum(block)]));
    const frames: string[] = [];
    const words: string[] = [];
    const expected: (readonly [addr: number, select: number, word: string])[][] = [];
    for (let frame = 0; frame < FRAMES; frame++) {
      const block = rng.pick(blocks);
      const count = rng.integer(1, 9);
      const length = count * elemLanes;
      // It begins with a whole word, a whole block and a pair in group 0.
      const unit = turning === null ? Math.max(2 * groups, elemLanes, ...blocks) / groups : Math.max(...blocks);
      const base = unit * rng.integer(0, 40);
      const pairWords = together * Math.ceil(count / together);
      const halves = (turning?.words ?? 1) * elemLanes < 2 * groups;
      const order = spectralColumns(block, groups, length, (base * groups) / block);
      const spectra = Array.from({ length: channels }, () => new Int16Array(Math.max(order.length, length)));
      for (let word = 0; word < count; word++) words.push('');
      for (let channel = channels - 1; channel >= 0; channel--) {
        const values = Array.from({ length }, () => rng.integer(-32768, 32767));
        const natural = new Int16Array(Math.ceil(length / block) * block);
        const own = new Int16Array(block);
        for (let at = 0; at < length; at += block) {
          forward.get(block)!.run(
            16,
            Int16Array.from({ length: block }, (_, n) => values[at + n] ?? 0),
            own,
          );
          natural.set(own, at);
        }
        for (const [at, part] of order.entries()) if (part >= 0) spectra[channel]![at] = natural[part]!;
        for (let word = 0; word < count; word++) {
          words[words.length - count + word] += packed(values.slice(word * elemLanes, (word + 1) * elemLanes));
        }
      }
      // Words in the order of their places: real parts of some groups, their imaginary parts.
      const made: (readonly [number, number, string])[] = [];
      for (let word = 0; word < pairWords; word++) {
        const half = together / 2;
        const imaginary = halves ? Math.floor((word % together) / half) : 0;
        const pair = Math.floor(word / together) * half * elemLanes + (word % half) * elemLanes;
        const element = halves
          ? 2 * groups * Math.floor(pair / groups) + (pair % groups) + imaginary * groups
          : word * elemLanes;
        const [addr, select] = placeOf(element, sizes);
        const text = [...spectra]
          .reverse()
          .map((own) => packed(Int16Array.from({ length: elemLanes }, (_, e) => own[element + e] ?? 0)));
        made.push([base + addr, select, text.join('')]);
      }
      expected.push(made);
      frames.push(((clog2(block) << 27) | (count << 18) | base).toString(16));
    }
    const lines = await runBlocks({
      ...{ plans: [sdpRam(), copies(), ...spectralPlans(sizes)], bench: 'spectral_copy_bench' },
      parameters: {
        ...{ WORD: 16 * channels * elemLanes, SELECT_BITS: selectBits(sizes), FRAMES, WORDS: words.length },
        ...{ SEED: seed, STALLS: Number(stalls) },
      },
      defines: blocks.length > 1 ? ['SEVERAL'] : [],
      files: { 'frames.txt': frames.join('\n'), 'words.txt': words.join('\n') },
    });
    const written = lines.filter((line) => line.startsWith('W'));
    const wanted = expected.flat().map(([addr, select, word]) => `W ${addr} ${select} ${word}`);
    expect(written, `seed ${seed}`).toEqual(wanted);
    if (stalls) return;
    // A word a cycle, behind the latency.
    const cyclesOf = (kind: string) =>
      lines.filter((line) => line.startsWith(kind)).map((line) => Number(line.slice(2)));
    const starts = cyclesOf('S');
    const took = cyclesOf('D').map((cycle, n) => cycle - starts[n]!);
    expect(took).toEqual(
      expected.map((own) =>
        turning === null
          ? own.length + 1 + spectrumArrives(blocks) + Number(elemLanes < 2 * groups)
          : own.length + turning.words + 3 + turnedSpectrum(blocks, turning),
      ),
    );
  });

  test('lint', async () => {
    expect(await lintBlocks([sdpRam(), copies(), ...spectralPlans(sizes)], `${DUT}_spectral_copy`)).toEqual([]);
  });
});
