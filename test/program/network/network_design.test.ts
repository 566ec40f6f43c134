import { describe, expect, test } from 'vitest';
import { lower } from '../../../src/compiler/lower/lower.ts';
import { GoldenNetwork } from '../../../src/golden/network.ts';
import { machineOf } from '../../../src/machine/machine.ts';
import { parseConfig } from '../../../src/machine/read_config.ts';
import { unpackWord, wordBits } from '../../../src/program/field.ts';
import { STREAMS } from '../../../src/program/instruction.ts';
import { memWord } from '../../../src/program/mem_image.ts';
import { sizesOf } from '../../../src/program/network/sizes.ts';
import { type NetworkDesign, networkDesign } from '../../../src/program/network_design.ts';
import type { ProgramPort } from '../../../src/program/program.ts';
import { LOOP_KINDS, LOOP_WORD, UNIT_OPS, UNIT_WORDS } from '../../../src/program/unit_words.ts';
import { EsegenError } from '../../../src/util/errors.ts';
import { Rng } from '../../../src/util/rng.ts';
import { type QuantizedOptions, randomFrames, randomMachine, randomQuantized } from '../../golden/random_quantized.ts';
import { ImageMachine } from './image_machine.ts';

/** A random network on a random array. */
function randomDesign(seed: number, options: QuantizedOptions, settings: object = {}) {
  const rng = new Rng(seed);
  const { groups, lanes, elemLanes, tileRows, maxSteps } = randomMachine(rng);
  const graph = randomQuantized(seed, options);
  const config = parseConfig({ array: { groups, lanes }, elemLanes, ...settings }, 'test');
  const program = lower(graph, { ...machineOf(config), tileRows, maxSteps });
  return { rng, graph, design: networkDesign(program, config) };
}

/** Frames of a port in the order of its stream. */
function streamed({ elements, order }: ProgramPort, frames: Int16Array): Int16Array {
  return frames.map((_, at) => {
    const base = at - (at % elements);
    return frames[order === null ? at : base + order[at - base]!]!;
  });
}

function check(seed: number, options: QuantizedOptions, settings: object = {}): void {
  const { rng, graph, design } = randomDesign(seed, options, settings);
  const golden = new GoldenNetwork(design.program);
  const machine = new ImageMachine(design);
  for (let utterance = 0; utterance < 2; utterance++) {
    const frames = randomFrames(graph, rng, rng.integer(8, 12));
    const { outputs } = golden.run(frames);
    const got = machine.run(design.program.inputs.map((port) => streamed(port, frames.get(port.name)!)));
    for (const [number, port] of design.program.outputs.entries()) {
      const expected = [...streamed(port, outputs.get(port.name)!)];
      expect(got[number], `seed ${seed}, utterance ${utterance}, ${port.name}`).toEqual(expected);
    }
  }
}

describe('memory files alone give what the golden model gives', () => {
  test('of random streaming networks', () => {
    for (let seed = 1; seed <= 60; seed++) check(seed, { utterance: false });
  });

  test('of random networks by utterance', () => {
    for (let seed = 1001; seed <= 1060; seed++) check(seed, { utterance: true });
  });

  test('where accumulators saturate, and where lanes work in step', () => {
    for (let seed = 2001; seed <= 2020; seed++) {
      check(seed, { utterance: seed % 2 === 0, accumulatorBits: 24 }, { accumulatorBits: 24 });
      check(seed, { utterance: seed % 2 === 0 }, { activationQueue: 'group' });
    }
  });
});

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof EsegenError ? error.message : '';
  }
  return '';
}

/** Every word of a program memory with its fields. */
function wordsOf({ name, memories }: NetworkDesign, stream: (typeof STREAMS)[number]) {
  const image = memories.get(`${name}_${stream}.mem`)!;
  return Array.from({ length: image.depth }, (_, at) => unpackWord(UNIT_WORDS[stream], memWord(image, at)));
}

describe('program memories', () => {
  test('end with halt; a program that streams repeats its steps without an end', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { design } = randomDesign(seed, { utterance: seed % 2 === 0 });
      for (const stream of STREAMS) {
        const words = wordsOf(design, stream);
        expect(words.at(-1)!.op, `seed ${seed}, ${stream}`).toBe(UNIT_OPS.halt);
        expect(words.length).toBe(design.sizes.programDepth[stream]);
        const image = design.memories.get(`${design.name}_${stream}.mem`)!;
        expect(image.width).toBe(wordBits(UNIT_WORDS[stream]));
        const loops = words.flatMap(({ op }, at) =>
          op === UNIT_OPS.loop ? [unpackWord(LOOP_WORD, memWord(image, at))] : [],
        );
        const endless = loops.filter(({ loopKind }) => loopKind === LOOP_KINDS.endless).length;
        if (stream !== 'cell' || loops.length > 0)
          expect(endless, `seed ${seed}, ${stream}`).toBe(design.sizes.utterance ? 0 : 1);
      }
    }
  });
});

describe('what the hardware cannot run is refused', () => {
  const refused = (seed: number, options: QuantizedOptions, settings: object) => () => {
    const graph = randomQuantized(seed, options);
    const config = parseConfig({ array: { lanes: 2 }, ...settings }, 'test');
    return networkDesign(lower(graph, { ...machineOf(config), maxSteps: 100 }), config);
  };
  const everySeed = (options: QuantizedOptions, settings: object) => {
    const messages: string[] = [];
    for (let seed = 1; seed <= 30; seed++) {
      try {
        refused(seed, options, settings)();
      } catch (error) {
        messages.push(String(error));
      }
    }
    return messages;
  };

  test('start values of what is no state of one frame', () => {
    const { design } = randomDesign(1, { utterance: false });
    const vectors = design.program.vectors.map((own) => ({
      ...own,
      role: 'inner' as const,
      initial: Int32Array.of(1),
    }));
    expect(() => networkDesign({ ...design.program, vectors }, design.config)).toThrow(
      `vector "${vectors[0]!.name}": starts from values that are not zero and is no state of one frame`,
    );
  });

  test('several channels by utterance, or with windows over time', () => {
    const channels = { array: { lanes: 2, channels: 2 } };
    const streaming = everySeed({ utterance: false }, channels);
    expect(streaming.length).toBeGreaterThan(0);
    expect(
      streaming.every((m) => /segment "n\d[^"]*": is a window over time, which takes one channel, got 2/.test(m)),
    ).toBe(true);
    const utterance = everySeed({ utterance: true }, channels);
    expect(utterance.some((m) => /network: runs by utterance, which takes one channel, got 2/.test(m))).toBe(true);
  });

  test('a value that does not fit its field', () => {
    const { design } = randomDesign(1, { utterance: false });
    const { streams } = design.program;
    const at = streams.mac.findIndex(({ op }) => op === 'mac');
    const mac = streams.mac.map((own, n) => (n === at && own.op === 'mac' ? { ...own, align: 16 } : own));
    const program = { ...design.program, streams: { ...streams, mac } };
    expect(() => networkDesign(program, design.config)).toThrow(
      `mac ${at}: mac.align: expected an integer from 0 to 15, got 16`,
    );
  });

  test('more steps than the sequence memory can have, with the number that fits', () => {
    const graph = randomQuantized(1002, { utterance: true });
    const settings = { array: { lanes: 2 }, elemLanes: 1 };
    const design = (maxSteps: number) => {
      const config = parseConfig({ ...settings, sequence: { maxSteps } }, 'test');
      const program = lower(graph, machineOf(config));
      // So many axes of long frames as no network of this size has.
      const long = { ...program.sequences[0]!, elements: 2048 };
      const views = program.views.map((view) => ({ ...view, rows: 1, run: 2048 }));
      return () => sizesOf({ ...program, views, sequences: program.sequences.map(() => long) }, config);
    };
    expect(design(60_000)).toThrow(/sequence memory: expected at most 16777216 words, 60000 steps take \d+/);
    const fits = /"maxSteps": (\d+)/.exec(message(design(60_000)))!;
    expect(design(Number(fits[1]))).not.toThrow();
    expect(design(Number(fits[1]) + 1)).toThrow(/sequence memory/);
  });

  test.each(['inputBeat', 'outputBeat'])('%s that is wider than a word', (key) => {
    const settings = { elemLanes: 1, [key]: 2 };
    const refusal = new RegExp(`${key}: expected at most elemLanes \\(1\\), got 2`);
    expect(refused(1, { utterance: false }, settings)).toThrow(refusal);
  });
});
