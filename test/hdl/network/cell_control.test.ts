import { expect, test } from 'vitest';
import { replicatedCycles } from '../../../src/machine/cell_pipeline.ts';
import type { NetworkSizes } from '../../../src/machine/network_sizes.ts';
import { Rng } from '../../../src/util/rng.ts';
import { cellPlans } from './cell_plans.ts';
import { CellProgram, randomCellSizes } from './cell_program.ts';
import { runBlocks } from './run_blocks.ts';

/** What a bench printed: lines of a kind, their numbers. */
function linesOf(lines: readonly string[], kind: string): string[][] {
  return lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.split(' ').slice(1));
}

/** Runs a program and compares VMEM, posts, and the order and time of what is written. */
async function check(rng: Rng, sizes: NetworkSizes, works: number, seed: number): Promise<void> {
  const program = new CellProgram(rng, sizes, works);
  const lines = await runBlocks({
    plans: cellPlans(sizes),
    bench: 'cell_bench',
    parameters: { ...program.parameters, SEED: seed },
    memories: program.memories,
    files: program.files,
  });
  const { channels, groups, lanes, elemLanes, vectorBits, kinds, peepholes, replicated } = sizes;
  const shape = `${channels}x${groups}x${lanes}, ${elemLanes} wide, ${vectorBits} bits`;
  const title = `seed ${seed}: ${shape}, ${kinds.join()}${peepholes ? ', peepholes' : ''}${replicated ? ', replicated' : ''}`;
  expect(
    lines.filter((line) => line.startsWith('E')),
    title,
  ).toEqual([]);
  const words = linesOf(lines, 'M').map(([word]) => Number(BigInt.asIntN(vectorBits, BigInt(`0x${word}`))));
  expect(words, title).toEqual(program.expected);

  // Posts: tileFree of the works in turn, and all else in turn.
  const posts = linesOf(lines, 'P').map(([cycle, bits]) => ({
    cycle: Number(cycle),
    bits: Number.parseInt(bits!, 16),
  }));
  const isEarly = (bits: number) => [bits & 0xff, bits >> 8].some((post) => post >> 4 > 0 && (post & 0xe) === 0);
  const expected = (of: 'early' | 'late') => program.traces.map((trace) => trace[of]).filter((bits) => bits !== 0);
  const late = posts.filter(({ bits }) => !isEarly(bits));
  expect(
    posts.filter(({ bits }) => isEarly(bits)).map(({ bits }) => bits),
    title,
  ).toEqual(expected('early'));
  expect(
    late.map(({ bits }) => bits),
    title,
  ).toEqual(expected('late'));

  // Words of the works in turn, as fast as their kind allows.
  const writes = linesOf(lines, 'W').map((fields) => fields.map(Number));
  const progress = linesOf(lines, 'G').map((fields) => fields.map(Number));
  const settled = 3 + (replicated ? replicatedCycles(sizes) - 1 : 0);
  let [at, told, count] = [0, 0, 0];
  for (const [n, { ends, results, period, ready, late: ownPosts }] of program.traces.entries()) {
    const own = writes.slice(at, at + results * ends.length);
    at += own.length;
    const toDest =
      results === 1 ? own : own.filter(([, address], i) => i >= 0 && ends.some((end) => end.address === address));
    const where = `${title}, work ${n}`;
    expect(
      toDest.map(([, address]) => address),
      where,
    ).toEqual(ends.map(({ address }) => address));
    const copies = toDest.some(([, , isCopied]) => isCopied === 1);
    const gaps = toDest.slice(1).map(([cycle], i) => cycle! - toDest[i]![0]!);
    if (!copies) expect(gaps, where).toEqual(gaps.map(() => period));
    // MAC may read what is below `progress`, in the cycle behind it.
    const last = toDest.at(-1)?.[0] ?? 0;
    if (ready > 0) {
      for (const [word, { end }] of ends.slice(0, -1).entries()) {
        const before = word === 0 ? 0 : ends[word - 1]!.end;
        if (end === before) continue;
        expect(progress[told], `${where}, word ${word}`).toEqual([toDest[word]![0]! + settled, count, end]);
        told++;
      }
      count = (count + ready) % 16;
      expect(progress[told], where).toEqual([last + settled, count, 0]);
      told++;
    }
    if (ownPosts !== 0 && ends.length > 0) {
      const post = late.shift()!;
      expect(post.cycle, where).toBeGreaterThanOrEqual(last + settled);
    } else if (ownPosts !== 0) late.shift();
  }
  expect(at, title).toBe(writes.length);
  expect(told, title).toBe(progress.length);
}

test.each(Array.from({ length: 12 }, (_, n) => n + 1))(
  'random slot programs, seed %i',
  { timeout: 120_000 },
  async (seed) => {
    const rng = new Rng(seed);
    await check(rng, randomCellSizes(rng), 40, seed);
  },
);
