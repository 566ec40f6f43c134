import { expect, test } from 'vitest';
import { loadView } from '../../../src/hdl/network/load.ts';
import { replicatedCycles } from '../../../src/machine/cell_pipeline.ts';
import type { NetworkSizes } from '../../../src/machine/network_sizes.ts';
import { SEMAPHORES } from '../../../src/program/instruction.ts';
import { Rng } from '../../../src/util/rng.ts';
import { cellPlans } from './cell_plans.ts';
import { CellProgram, randomCellSizes } from './cell_program.ts';
import { runBlocks } from './run_blocks.ts';

const OUT_FULL = SEMAPHORES.indexOf('outFull');

/** What a bench printed: lines of a kind, their numbers. */
function linesOf(lines: readonly string[], kind: string): string[][] {
  return lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.split(' ').slice(1));
}

/** Runs a program and compares VMEM, posts, and the order and time of what is written. */
async function check(rng: Rng, sizes: NetworkSizes, works: number, seed: number, full = false): Promise<void> {
  const program = new CellProgram(rng, sizes, works, full);
  const { loadAddr, loadData } = loadView(sizes);
  const lines = await runBlocks({
    plans: cellPlans(sizes),
    bench: 'cell_bench',
    parameters: { ...program.parameters, LOAD: loadAddr + loadData + 16, SEED: seed, PAUSES: Number(!full) },
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

  // Posts: tileFree of the works in turn, outFull in turn, and all else in turn.
  const posts = linesOf(lines, 'P').map(([cycle, bits]) => ({
    cycle: Number(cycle),
    bits: Number.parseInt(bits!, 16),
  }));
  const isEarly = (bits: number) => [bits & 0xff, bits >> 8].some((post) => post >> 4 > 0 && (post & 0xe) === 0);
  const isFull = (bits: number) => [bits & 0xff, bits >> 8].some((post) => post >> 4 > 0 && (post & 0xf) === OUT_FULL);
  const expected = (of: 'early' | 'late' | 'full') =>
    program.traces.map((trace) => trace[of]).filter((bits) => bits !== 0);
  const late = posts.filter(({ bits }) => !isEarly(bits) && !isFull(bits));
  const begun = posts.filter(({ bits }) => isFull(bits));
  expect(
    posts.filter(({ bits }) => isEarly(bits)).map(({ bits }) => bits),
    title,
  ).toEqual(expected('early'));
  expect(
    late.map(({ bits }) => bits),
    title,
  ).toEqual(expected('late'));
  expect(
    begun.map(({ bits }) => bits),
    title,
  ).toEqual(expected('full'));

  // Words of the works in turn, as fast as their kind allows.
  const writes = linesOf(lines, 'W').map((fields) => fields.map(Number));
  const followed = (['ready', 'full'] as const).map((kind) => {
    const told = linesOf(lines, kind === 'ready' ? 'G' : 'O').map((fields) => fields.map(Number));
    return { kind, told, at: 0, count: 0 };
  });
  const settled = 3 + (replicated ? replicatedCycles(sizes) - 1 : 0);
  let at = 0;
  for (const [
    n,
    { ends, results, period, tokens, late: ownPosts, full: begins, first, waits },
  ] of program.traces.entries()) {
    const own = writes.slice(at, at + results * ends.length);
    const where = `${title}, work ${n}`;
    if (full && n > 0 && !waits) expect(own[0]![0]! - writes[at - 1]![0]!, where).toBe(first);
    at += own.length;
    const toDest = results === 1 ? own : own.filter(([, address]) => ends.some((end) => end.address === address));
    expect(
      toDest.map(([, address]) => address),
      where,
    ).toEqual(ends.map(({ address }) => address));
    const copies = toDest.some(([, , isCopied]) => isCopied === 1);
    const gaps = toDest.slice(1).map(([cycle], i) => cycle! - toDest[i]![0]!);
    if (!copies) expect(gaps, where).toEqual(gaps.map(() => period));
    const last = toDest.at(-1)?.[0] ?? 0;
    for (const own of followed) {
      const { told } = own;
      if (tokens[own.kind] === 0) continue;
      for (const [word, { end }] of ends.slice(0, -1).entries()) {
        const before = word === 0 ? 0 : ends[word - 1]!.end;
        if (end === before) continue;
        expect(told[own.at++], `${where}, word ${word}`).toEqual([toDest[word]![0]! + settled, own.count, end]);
      }
      own.count = (own.count + tokens[own.kind]) % 16;
      // Of a sync, which writes nothing, the cycle is its own.
      const cycle = ends.length > 0 ? last + settled : Number(told[own.at]?.[0]);
      expect(told[own.at++], where).toEqual([cycle, own.count, 0]);
    }
    if (begins !== 0) {
      const post = begun.shift()!;
      if (ends.length > 0) expect(post.cycle, where).toBeLessThan(toDest[0]![0]!);
    }
    if (ownPosts === 0) continue;
    const post = late.shift()!;
    if (ends.length > 0) expect(post.cycle, where).toBeGreaterThanOrEqual(last + settled);
  }
  expect(at, title).toBe(writes.length);
  for (const { told, at: seen } of followed) expect(seen, title).toBe(told.length);
}

test.each(Array.from({ length: 12 }, (_, n) => n + 1))(
  'random slot programs, seed %i',
  { timeout: 120_000 },
  async (seed) => {
    const rng = new Rng(seed);
    await check(rng, randomCellSizes(rng), 40, seed);
  },
);

// Words of one element, so that a work takes longer than what it needs to be prepared.
test.each([
  { seed: 1, kinds: ['lstm'], peepholes: true },
  { seed: 2, kinds: ['lstm', 'gruAfter', 'gruBefore'], peepholes: false },
  { seed: 3, kinds: ['lstm', 'gruBefore'], peepholes: false },
] as const)('works follow each other without a pause, seed $seed', { timeout: 120_000 }, async ({ seed, ...own }) => {
  const rng = new Rng(seed);
  const array = { channels: 1, groups: rng.pick([1, 2]), lanes: 4, elemLanes: 1, replicated: false };
  await check(rng, randomCellSizes(rng, { ...own, ...array }), 8, seed, true);
});
