import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { lower } from '../../../src/compiler/lower/lower.ts';
import { GoldenNetwork } from '../../../src/golden/network.ts';
import { machineOf } from '../../../src/machine/machine.ts';
import { parseConfig } from '../../../src/machine/read_config.ts';
import { weightWordBits } from '../../../src/machine/word_format.ts';
import { unpackWord } from '../../../src/program/field.ts';
import { IMAGE_HEADER_WORDS, IMAGE_MAGIC, IMAGE_VERSIONS, readImageHash } from '../../../src/program/image_words.ts';
import { memWord } from '../../../src/program/mem_image.ts';
import { PORT_WORD, STATE_WORD } from '../../../src/program/network/host_tables.ts';
import { type NetworkDesign, networkDesign, networkFor } from '../../../src/program/network_design.ts';
import { NETWORK_MEMORY_KINDS, packNetworkImage } from '../../../src/program/network_image.ts';
import { Rng } from '../../../src/util/rng.ts';
import { type QuantizedOptions, randomFrames, randomQuantized } from '../../golden/random_quantized.ts';
import { ImageMachine } from './image_machine.ts';

const HASH = 0x0123_4567_89ab_cdefn;
const ROOM = {
  words: 4096,
  columns: 2048,
  parameters: 512,
  elements: 2048,
  rows: 128,
  instructions: 512,
  bits: 8,
  features: ['lstm', 'peepholes', 'gru', 'linear', 'windows', 'initialStates'],
};

const CONFIG = { array: { groups: 2, lanes: 4 }, elemLanes: 2 };

function programOf(seed: number, options: QuantizedOptions, config = parseConfig(CONFIG, 'test')) {
  const graph = randomQuantized(seed, options);
  return { graph, program: lower(graph, { ...machineOf(config), tileRows: 64, maxSteps: 24 }) };
}

function designOf(seed: number, options: QuantizedOptions, more: object = {}): NetworkDesign {
  const config = parseConfig({ ...CONFIG, ...more }, 'test');
  return networkDesign(programOf(seed, options, config).program, config);
}

/** Sections of an image by name of their memory. */
function sectionsOf(image: Uint8Array, design: NetworkDesign): Map<string, number[]> {
  const words = new Uint32Array(image.buffer, image.byteOffset, image.length / 4);
  const sections = new Map<string, number[]>();
  let at = IMAGE_HEADER_WORDS;
  while (at < words.length - 1) {
    const name = NETWORK_MEMORY_KINDS[words[at]! >>> 12]!;
    const number = words[at]! & 0xfff;
    const one = [...design.memories].find(([file]) => file.startsWith(`${design.name}_${name}`))![1];
    const width = name === 'weights' ? weightWordBits(design.sizes) : one.width;
    const entry = NETWORK_MEMORY_KINDS.indexOf(name) < 5 ? Math.ceil(width / 32) : 1;
    const end = at + 2 + words[at + 1]! * entry;
    sections.set(`${name} ${number}`, [...words.subarray(at + 2, end)]);
    at = end;
  }
  expect(at).toBe(words.length - 1);
  return sections;
}

describe('image of a network', () => {
  test('header, a section a memory, CRC', () => {
    const design = designOf(3, { utterance: false });
    const image = packNetworkImage(design, HASH);
    const words = new Uint32Array(image.buffer);
    const { inputs, outputs, states } = design.program;
    expect([...words.subarray(0, 3)]).toEqual([IMAGE_MAGIC, IMAGE_VERSIONS.network, words.length]);
    expect(readImageHash(image, IMAGE_VERSIONS.network, 'image')).toBe(HASH);
    expect([...words.subarray(5, 10)]).toEqual([inputs.length + 256 * outputs.length, 0, states.length, 0, 0]);
    expect(words.at(-1)).toBe(crc32(image.subarray(0, -4)));
    const sections = sectionsOf(image, design);
    expect(sections.size).toBe(design.memories.size);
    for (const [file, own] of design.memories) {
      const [, kind, number] = /_([a-z]+)(?:_(\d+))?\.mem$/.exec(file)!;
      expect(sections.get(`${kind} ${Number(number ?? 0)}`), file).toEqual([...own.words]);
    }
  });

  test('lanes in step have a section each', () => {
    const design = designOf(3, { utterance: false }, { activationQueue: 'group' });
    const lane = sectionsOf(packNetworkImage(design, HASH), design);
    const apart = designOf(3, { utterance: false });
    // The same words of a lane, without what fills rows up.
    const weights = apart.memories.get(`${apart.name}_weights_0005.mem`)!;
    const own = lane.get('weights 5')!;
    expect(own.length).toBe(design.sizes.weightDepth);
    const filled = (words: Iterable<number>) => [...words].filter((word) => word !== 0).length;
    expect(filled(own)).toBeGreaterThan(0);
    expect(filled(own)).toBeLessThanOrEqual(filled(weights.words) + own.length);
  });

  test('tables of ports and states are those of the program', () => {
    const { program, memories, name } = designOf(5, { utterance: false });
    const ports = memories.get(`${name}_ports.mem`)!;
    for (const [first, own] of [program.inputs, program.outputs].entries()) {
      for (let number = 0; number < 16; number++) {
        const { elements, frac } = unpackWord(PORT_WORD, memWord(ports, 16 * first + number));
        expect([elements, frac]).toEqual([own[number]?.elements ?? 0, own[number]?.format.frac ?? 0]);
      }
    }
    const states = memories.get(`${name}_states.mem`);
    expect(states !== undefined).toBe(program.states.length > 0);
    for (const [number, { vector }] of program.states.entries()) {
      const { base, replicated, channels } = program.vectors[vector]!;
      const expected = { base, replicated: Number(replicated), elements: channels };
      expect(unpackWord(STATE_WORD, memWord(states!, number))).toEqual(expected);
    }
  });
});

describe('another network for the same hardware', () => {
  test('random networks on hardware with room give what the golden model gives', () => {
    for (const utterance of [false, true]) {
      const room = utterance ? { ...ROOM, sequence: 8192 } : ROOM;
      const config = parseConfig({ ...CONFIG, room }, 'test');
      const hardware = networkDesign(programOf(11, { utterance }, config).program, config);
      let ran = 0;
      for (let seed = 20; seed < 90; seed++) {
        const { graph, program } = programOf(seed, { utterance }, config);
        let design: NetworkDesign;
        try {
          design = networkFor(program, hardware);
        } catch (error) {
          expect((error as Error).message, `seed ${seed}`).toMatch(/^network: /);
          continue;
        }
        ran++;
        expect(design.sizes).toBe(hardware.sizes);
        for (const [file, { depth, width }] of design.memories) {
          const own = hardware.memories.get(file);
          expect({ depth, width }, `seed ${seed}, ${file}`).toEqual({ depth: own?.depth, width: own?.width });
        }
        const frames = randomFrames(graph, new Rng(seed), 10);
        const { outputs } = new GoldenNetwork(design.program).run(frames);
        const machine = new ImageMachine(design);
        const stream = (port: (typeof program.inputs)[number], values: Int16Array) =>
          values.map((_, at) => {
            const base = at - (at % port.elements);
            return values[port.order === null ? at : base + port.order[at - base]!]!;
          });
        const got = machine.run(program.inputs.map((port) => stream(port, frames.get(port.name)!)));
        for (const [number, port] of program.outputs.entries()) {
          expect(got[number], `seed ${seed}, ${port.name}`).toEqual([...stream(port, outputs.get(port.name)!)]);
        }
      }
      expect(ran).toBeGreaterThan(5);
    }
  });

  test('what is too large is named, with what would fit', () => {
    const config = parseConfig({ ...CONFIG, room: {} }, 'test');
    const hardware = networkDesign(programOf(11, { utterance: false }, config).program, config);
    const messages = new Set<string>();
    for (let seed = 20; seed < 90; seed++) {
      try {
        networkFor(programOf(seed, { utterance: false }, config).program, hardware);
      } catch (error) {
        messages.add((error as Error).message);
      }
    }
    expect([...messages].some((m) => /needs \d+ words of a lane, the hardware has \d+.*"words": \d+/s.test(m))).toBe(
      true,
    );
    expect([...messages].every((m) => m.startsWith('network: '))).toBe(true);
  });
});
