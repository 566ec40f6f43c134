import { describe, expect, test } from 'vitest';
import { GoldenNetwork } from '../../../src/golden/network.ts';
import { wordLoad } from '../../../src/hdl/network/load.ts';
import type { NetworkDesign } from '../../../src/program/network_design.ts';
import { stepsOfAxes } from '../../../src/program/program.ts';
import { Rng } from '../../../src/util/rng.ts';
import { movePlans } from './move_plans.ts';
import { type MoveShape, streamingMoves, utteranceMoves } from './random_moves.ts';
import { DUT, lintBlocks, runBlocks } from './run_blocks.ts';
import { testSizes } from './sizes.ts';

/** A frame on its way in, in whole beats, with its marks. What is behind it in the last beat is noise. */
function beatsOf(
  values: Int16Array,
  width: number,
  { dest = 0, first = false, endOfBatch = false, last = true }: Marks,
): string[] {
  const count = Math.ceil(values.length / width);
  return Array.from({ length: count }, (_, at) => {
    const elements = Array.from({ length: width }, (_, n) => (values[at * width + n] ?? 0x5a5a) & 0xffff);
    const user = at === 0 ? Number(first) | (Number(endOfBatch) << 1) : 0;
    const marks = (Number(last && at === count - 1) << 6) | (user << 4) | dest;
    return `${marks.toString(16)}${elements
      .map((value) => value.toString(16).padStart(4, '0'))
      .reverse()
      .join('')}`;
  });
}

interface Marks {
  readonly dest?: number;
  readonly first?: boolean;
  readonly endOfBatch?: boolean;
  readonly last?: boolean;
}

async function simulate({ sizes, memories }: NetworkDesign, beats: readonly string[], seed: number, stalls: boolean) {
  const { channels, groups, elemLanes, axes } = sizes;
  const lines = await runBlocks({
    ...{ plans: movePlans(sizes), bench: 'move_bench', memories },
    parameters: {
      ...{
        CHANNELS: channels,
        GROUPS: groups,
        ELEMS: elemLanes,
        INPUT_BEAT: sizes.inputBeat,
        BEAT: sizes.beat,
        AXES: axes,
        WORDS: wordLoad(sizes).bits,
      },
      ...{ BEATS: beats.length, SEED: seed, STALLS: Number(stalls) },
    },
    defines: [...(sizes.sequenceWords > 0 ? ['SEQUENCES'] : []), ...(sizes.utterance ? [] : ['STREAMING'])],
    files: { 'beats.txt': beats.join('\n') },
  });
  return {
    out: lines.filter((line) => line.startsWith('O')),
    flags: lines.filter((line) => line.startsWith('F')),
    taken: lines.filter((line) => line === 'T').length,
    errors: lines.filter((line) => line === 'E').length,
    end: lines.at(-1)!,
  };
}

/** Beats of a frame as the bench prints them. */
function printed(frame: Int16Array, dest: number, user: number, width: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < frame.length; at += width) {
    const word = [...frame.subarray(at, at + width)].reverse().map((v) => (v & 0xffff).toString(16).padStart(4, '0'));
    lines.push(`O ${dest} ${user} ${Number(at + width >= frame.length)} ${word.join('')}`);
  }
  return lines;
}

/** The same beat, with which a frame or utterance ends. */
function withLast(beat: string, width: number): string {
  const digits = 4 * width;
  const marks = Number.parseInt(beat.slice(0, -digits), 16) | (1 << 6);
  return `${marks.toString(16)}${beat.slice(-digits)}`;
}

const random = (rng: Rng, count: number) => Int16Array.from({ length: count }, () => rng.integer(-32768, 32767));

const SHAPES: readonly MoveShape[] = [
  { channels: 1, groups: 1, elemLanes: 1, inputBeat: 1, beat: 1 },
  { channels: 2, groups: 1, elemLanes: 4, inputBeat: 4, beat: 2 },
  { channels: 4, groups: 2, elemLanes: 2, inputBeat: 2, beat: 1 },
  { channels: 2, groups: 4, elemLanes: 1, inputBeat: 1, beat: 1 },
  { channels: 1, groups: 8, elemLanes: 2, inputBeat: 1, beat: 2 },
  { channels: 2, groups: 2, elemLanes: 8, inputBeat: 2, beat: 4 },
];

describe('streaming', () => {
  test.each(SHAPES.flatMap((shape, at) => [1, 2].map((ports) => ({ ...shape, ports, seed: 10 * at + ports }))))(
    'ragged batches, $channels x $groups, words of $elemLanes, $ports ports, seed $seed',
    async ({ ports, seed, ...shape }) => {
      const rng = new Rng(seed);
      const { channels, inputBeat: width } = shape;
      const design = streamingMoves(rng, shape, ports);
      const { inputs, outputs } = design.program;
      const beats: string[] = [];
      const flags: string[] = [];
      const expected: string[] = [];
      const golden = Array.from({ length: channels }, () => new GoldenNetwork(design.program));
      const marks = new Array<boolean>(channels).fill(false);
      let errors = 0;
      let taken = 0;
      for (let step = 0; step < 14; step++) {
        const active = [...golden.keys()].filter(() => channels === 1 || rng.integer(0, 2) > 0);
        if (active.length === 0) active.push(rng.integer(0, channels - 1));
        const frames = active.map(() => inputs.map(({ elements }) => random(rng, elements)));
        const order = [...active.keys()].sort(() => rng.integer(0, 1) - 0.5);
        for (const [port, { elements }] of inputs.entries()) {
          for (const [place, which] of order.entries()) {
            const channel = active[which]!;
            const last = place === order.length - 1;
            const first = port === 0 && rng.integer(0, 2) === 0;
            if (first) marks[channel] = true;
            // Frames of other lengths, and a second one of a channel, are dropped.
            if (ports === 1 && rng.integer(0, 3) === 0) {
              const right = Math.ceil(elements / width);
              const bad = Math.max(1, right + rng.pick([-1, 1, 5]));
              if (bad !== right) {
                beats.push(...beatsOf(random(rng, bad * width), width, { dest: channel, first }));
                errors++;
              }
            }
            beats.push(...beatsOf(frames[which]![port]!, width, { dest: channel, first, endOfBatch: last }));
            taken++;
            if (ports === 1 && !last && rng.integer(0, 3) === 0) {
              beats.push(...beatsOf(random(rng, elements), width, { dest: channel }));
              errors++;
            }
          }
        }
        const bits = (channelsOf: readonly number[]) => channelsOf.reduce((sum, channel) => sum + 2 ** channel, 0);
        const started = active.filter((channel) => marks[channel]);
        flags.push(`F ${step % 8} ${bits(active)} ${bits(started)}`);
        for (const channel of active) marks[channel] = false;
        const runs = active.map((channel, which) => {
          const given = new Map(inputs.map(({ name }, port) => [name, frames[which]![port]!]));
          return golden[channel]!.run(given, { states: 'kept' }).outputs;
        });
        for (const [number, { name }] of outputs.entries()) {
          const sorted = [...active.keys()].sort((a, b) => active[a]! - active[b]!);
          for (const which of sorted)
            expected.push(...printed(runs[which]!.get(name)!, active[which]!, number, shape.beat));
        }
      }
      const seen = await simulate(design, beats, seed, seed % 2 === 0);
      expect(seen.out, `seed ${seed}: ${seen.end}`).toEqual(expected);
      expect(seen.flags, `seed ${seed}`).toEqual(flags);
      expect([seen.taken, seen.errors], `seed ${seed}`).toEqual([taken, errors]);
    },
  );
});

describe('by utterance', () => {
  const shapes = SHAPES.map((shape) => ({ ...shape, channels: 1 }));
  test.each(shapes.flatMap((shape, at) => [1, 2, 3].map((run) => ({ ...shape, seed: 100 + 10 * at + run }))))(
    'utterances of all lengths, wrong ones dropped, $groups groups, words of $elemLanes, seed $seed',
    async ({ seed, ...shape }) => {
      const rng = new Rng(seed);
      const maxSteps = 12;
      const design = utteranceMoves(rng, shape, maxSteps);
      const { inputs, outputs } = design.program;
      const golden = new GoldenNetwork(design.program);
      const width = shape.inputBeat;
      const perStep = inputs.reduce((sum, { elements }) => sum + Math.ceil(elements / width), 0);
      const beats: string[] = [];
      const expected: string[] = [];
      let [errors, taken] = [0, 0];
      for (let utterance = 0; utterance < 7; utterance++) {
        const steps = rng.pick([1, 2, 3, rng.integer(1, maxSteps), maxSteps, maxSteps + 1, maxSteps + 3]);
        const cut = perStep > 1 && rng.integer(0, 4) === 0 ? rng.integer(1, perStep - 1) : 0;
        const frames = inputs.map(({ elements }) => random(rng, elements * steps));
        const own: string[] = [];
        for (let step = 0; step < steps; step++) {
          for (const [port, { elements }] of inputs.entries()) {
            const frame = frames[port]!.subarray(step * elements, (step + 1) * elements);
            own.push(...beatsOf(frame, width, { first: step === 0 && port === 0, last: false }));
          }
        }
        own.length -= cut;
        const end = own.pop()!;
        beats.push(...own, withLast(end, width));
        const right = cut === 0 && steps <= maxSteps && stepsOfAxes(design.program, steps).every((count) => count > 0);
        if (!right) {
          errors++;
          continue;
        }
        taken++;
        const run = golden.run(new Map(inputs.map(({ name }, port) => [name, frames[port]!])));
        // The two outputs of a stage take turns.
        for (let first = 0; first < outputs.length; first += 2) {
          const own = outputs.slice(first, first + 2);
          const count = run.outputs.get(own[0]!.name)!.length / own[0]!.elements;
          for (let step = 0; step < count; step++) {
            for (const [at, { name, elements: size }] of own.entries()) {
              const frame = run.outputs.get(name)!.subarray(step * size, (step + 1) * size);
              expected.push(...printed(frame, 0, first + at, shape.beat));
            }
          }
        }
      }
      const seen = await simulate(design, beats, seed, seed % 2 === 0);
      expect(seen.out, `seed ${seed}: ${seen.end}`).toEqual(expected);
      expect([seen.taken, seen.errors], `seed ${seed}`).toEqual([taken, errors]);
    },
  );
});

describe.each([
  { channels: 1, groups: 1, elemLanes: 1, utterance: false },
  { channels: 3, groups: 4, elemLanes: 2, utterance: false },
  { channels: 1, groups: 2, elemLanes: 64, inputBeat: 2, beat: 2, utterance: true },
  { channels: 2, groups: 2, elemLanes: 4, inputBeat: 4, beat: 2, utterance: false },
])('$channels channels, $groups groups, words of $elemLanes, utterance $utterance', (shape) => {
  test('lint', async () => {
    const sizes = testSizes({ ...shape, axes: 3, sequenceWords: shape.utterance ? 40 : 0 });
    const own = shape.utterance ? ['sequence_memory', 'axis_counters', 'sequence_address'] : [];
    for (const top of ['load_unit', 'store_unit', 'frame_port', 'word_walk', 'word_queue', ...own]) {
      expect(await lintBlocks(movePlans(sizes), `${DUT}_${top}`)).toEqual([]);
    }
  });
});

test.each([
  { channels: 2, groups: 4, elemLanes: 8, slice: 2, spread: 1, blocks: [4, 8] },
  { channels: 1, groups: 16, elemLanes: 8, slice: 1, spread: 2, blocks: [8], axes: 3, sequenceWords: 40 },
])('lint of STORE with blocks of $blocks', async (own) => {
  const plans = movePlans(testSizes(own));
  expect(await lintBlocks(plans, `${DUT}_store_unit`)).toEqual([]);
  expect(await lintBlocks(plans, `${DUT}_vmem`)).toEqual([]);
});
