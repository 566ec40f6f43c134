import { describe, expect, test } from 'vitest';
import { withNetworkDir } from '../../fixtures/network_dir.ts';
import { cosimulateNetwork, runNetworkBench } from '../../sim-verilator/network_cosim.ts';
import { NetworkScript } from '../../sim-verilator/network_script.ts';
import { networkStimuli } from '../../sim-verilator/network_stimuli.ts';
import { lower } from '../../src/compiler/lower/lower.ts';
import type { QuantizedGraph, QuantizedNode } from '../../src/compiler/quantized_graph.ts';
import { printNetworkModules } from '../../src/design/modules.ts';
import { GoldenNetwork } from '../../src/golden/network.ts';
import { machineOf } from '../../src/machine/machine.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { type NetworkDesign, networkDesign, networkFor } from '../../src/program/network_design.ts';
import { packNetworkImage } from '../../src/program/network_image.ts';
import { toStream } from '../../src/program/port_order.ts';
import { hasStart } from '../../src/program/program.ts';
import { Rng } from '../../src/util/rng.ts';
import { type QuantizedOptions, randomFrames, randomQuantized } from '../golden/random_quantized.ts';

const ROOM = {
  ...{ words: 96, columns: 96, parameters: 64, elements: 256, rows: 64, instructions: 32 },
  ...{ bits: 8, features: ['lstm', 'peepholes', 'gru', 'linear', 'windows', 'initialStates'] },
};
const CONFIG = { name: 'net', array: { groups: 2, lanes: 2 }, elemLanes: 2 };
const START = 1 << 16;
const LAST = 1 << 18;

function networkOf(
  seed: number,
  options: QuantizedOptions,
  config: ReturnType<typeof parseConfig>,
  change: (graph: QuantizedGraph, rng: Rng) => QuantizedGraph = unchanged,
) {
  const graph = change(randomQuantized(seed, options), new Rng(seed));
  return { graph, program: lower(graph, { ...machineOf(config), tileRows: 64, maxSteps: 24 }) };
}

const unchanged = (graph: QuantizedGraph): QuantizedGraph => graph;

/** The same network with recurrent layers that start from other values than zeros. */
function starting(graph: QuantizedGraph, rng: Rng): QuantizedGraph {
  const values = (n: number) => Int32Array.from({ length: n }, () => rng.integer(-100, 100));
  const nodes = graph.nodes.map((node): QuantizedNode => {
    const { layer } = node;
    if (layer.kind === 'gru') return { ...node, layer: { ...layer, initial: { h: values(layer.cells) } } };
    if (layer.kind !== 'lstm') return node;
    const outputs = layer.projection?.sums.rows ?? layer.cells;
    return { ...node, layer: { ...layer, initial: { y: values(outputs), c: values(layer.cells) } } };
  });
  return { ...graph, nodes };
}

/** The first network of seeds from `first` on that fits the hardware; its recurrent layers start from other values than zeros. */
function fitting(hardware: NetworkDesign, options: QuantizedOptions, first: number) {
  for (let seed = first; ; seed++) {
    const { graph, program } = networkOf(seed, options, hardware.config, starting);
    try {
      return { seed, graph, design: networkFor(program, hardware) };
    } catch (error) {
      expect((error as Error).message, `seed ${seed}`).toMatch(/^network: /);
    }
  }
}

describe('another image on one hardware', () => {
  test.each([
    ['by utterance', true, {}],
    ['streaming, lanes in step', false, { activationQueue: 'group' }],
  ] as const)('%s', async (_title, utterance, more) => {
    const room = { ...ROOM, words: 256, columns: 192, ...(utterance ? { sequence: 1024 } : {}) };
    const config = parseConfig({ ...CONFIG, array: { groups: 1, lanes: 2 }, ...more, room }, 'config');
    const hardware = networkDesign(networkOf(11, { utterance }, config).program, config);
    const { hash } = printNetworkModules(hardware);
    await withNetworkDir(hardware, async (dir) => {
      const { seed, graph, design } = fitting(hardware, { utterance }, 29);
      expect(design.program.vectors.some(hasStart)).toBe(true);
      expect(hardware.program.vectors.some(hasStart)).toBe(false);
      const rng = new Rng(seed);
      const utterances = [5, 7].map((steps) => randomFrames(graph, rng, utterance ? steps : 2));
      const script = new NetworkScript().load(packNetworkImage(design, hash)).run().read('MODEL_PORTS');
      for (let number = 0; number < design.program.inputs.length; number++) {
        script.write('PORT', number).read('PORT_SHAPE');
      }
      const run = await cosimulateNetwork(dir, design, utterances, {
        simulator: 'icarus',
        seed,
        stalls: 0.2,
        script,
      });
      expect([run.mismatches, run.comparedWords > 0], `seed ${seed}`).toEqual([0, true]);
      const { inputs, outputs } = design.program;
      const shapes = inputs.map(({ elements, format }) => ((format.frac & 0xff) * 2 ** 24 + elements) >>> 0);
      expect(run.log, `seed ${seed}`).toEqual([inputs.length + 256 * outputs.length, ...shapes]);
    });
  });

  test('a damaged image is refused by its CRC, and the network stays', async () => {
    const config = parseConfig(CONFIG, 'config');
    const { graph, program } = networkOf(12, { utterance: false }, config);
    const design = networkDesign(program, config);
    const image = packNetworkImage(design, printNetworkModules(design).hash);
    image[image.length - 40]! ^= 1;
    const script = new NetworkScript().set('IMAGE', 'check');
    for (const word of new Uint32Array(image.buffer)) script.write('IMAGE_DATA', word);
    script.until('IMAGE', 'busy', 0).read('IMAGE').read('ERRORS').run();
    await withNetworkDir(design, async (dir) => {
      const options = { simulator: 'icarus', seed: 1, stalls: 0, script } as const;
      const run = await cosimulateNetwork(dir, design, [randomFrames(graph, new Rng(1), 3)], options);
      expect(run.log.map((word) => word >>> 0)).toEqual([1 << 11, 1 << 9]);
      expect(run.mismatches).toBe(0);
    });
  });
});

describe('pause and soft reset', () => {
  test.each([
    ['streaming', false, {}],
    ['streaming, weights in external memory', false, { weights: 'dram', memoryBusBits: 64 }],
    ['by utterance', true, {}],
  ] as const)('a pause in the middle changes nothing: %s', async (_title, utterance, more) => {
    const seed = 13;
    const config = parseConfig({ ...CONFIG, ...more }, 'config');
    const { graph, program } = networkOf(seed, { utterance }, config);
    const design = networkDesign(program, config);
    const rng = new Rng(seed);
    const utterances = [12, 12].map((steps) => randomFrames(graph, rng, utterance ? steps : 3));
    const { elements, answers } = networkStimuli(program, utterances);
    // In the last input of the first step: between its inputs the core is not at rest.
    const cut = utterance ? elements.findIndex((element) => (element & LAST) !== 0) - 1 : elements.length / 6 - 2;
    const size = answers.reduce((sum, { output }) => sum + program.outputs[output]!.elements, 0);
    const base = new NetworkScript();
    if (more !== null && 'weights' in more) base.write('BASE_LO', 0x2345_6000).write('BASE_HI', 1);
    const script = base
      .run()
      .allow(cut)
      .waitInput(cut)
      .pause(50)
      .write('CONTROL', 0)
      .allow(elements.length)
      .pause(2000);
    script.until('STATUS', 'busy', 0).read('FRAMES').read('STATUS').run().waitOutput(size).rest().read('FRAMES');
    script.read('MACS_LO').read('MACS_HI').run();
    await withNetworkDir(design, async (dir) => {
      const options = { simulator: 'icarus', seed, stalls: 0, script } as const;
      const run = await cosimulateNetwork(dir, design, utterances, options);
      expect(run.mismatches).toBe(0);
      const [paused, status, frames, macs] = run.log;
      expect([paused! < frames!, status, frames]).toEqual([true, 0, run.stats.length]);
      expect(macs).toBeGreaterThan(0);
    });
  });

  test.each([
    ['streaming', false, {}, unchanged],
    ['streaming, weights in external memory', false, { weights: 'dram', memoryBusBits: 64 }, unchanged],
    ['by utterance', true, {}, unchanged],
    ['streaming, from constant initial states', false, {}, starting],
  ] as const)(
    'a soft reset in the middle forgets all, and streams stay whole: %s',
    async (_title, utterance, more, change) => {
      const seed = 15;
      const config = parseConfig({ ...CONFIG, ...more }, 'config');
      const { graph, program } = networkOf(seed, { utterance }, config, change);
      if (change === starting) expect(program.vectors.some(hasStart)).toBe(true);
      const design = networkDesign(program, config);
      const rng = new Rng(seed);
      const [cutOff, whole] = [12, 12].map((steps) => randomFrames(graph, rng, utterance ? steps : 3));
      const first = networkStimuli(program, [cutOff!]);
      const second = networkStimuli(program, [whole!]);
      const golden = new GoldenNetwork(program);
      const expected = [cutOff!, whole!].map((inputs) => {
        const { outputs } = golden.run(inputs);
        return outputs;
      });
      // After a reset all states are those of a start, whether the first frame says that it is one or not.
      const unmarked = second.elements.map((element) => (utterance ? element : element & ~START));
      const elements = Uint32Array.from([...first.elements, ...unmarked]);
      await withNetworkDir(design, async (dir) => {
        for (const stalls of [0, 0.6]) {
          const script = new NetworkScript();
          const begin = () => {
            if ('weights' in more) script.write('BASE_LO', 0x2345_6000).write('BASE_HI', 1);
            script.run();
          };
          // In the middle of the last frame.
          const cut = first.elements.length - 1;
          begin();
          script.allow(cut).waitInput(cut).pause(37).softReset().allow(first.elements.length);
          script.waitInput(first.elements.length).until('STATUS', 'dropping', 0);
          begin();
          script.allow(elements.length).waitInput(elements.length).pause(50).until('STATUS', 'busy', 0);
          const options = { simulator: 'icarus', seed, stalls, script } as const;
          const run = await runNetworkBench(dir, design, { elements, answers: [] }, options);
          const size = second.answers.reduce((sum, { output }) => {
            return sum + Math.ceil(program.outputs[output]!.elements / design.sizes.beat);
          }, 0);
          const words = second.answers.flatMap(({ output, step }) => {
            const port = program.outputs[output]!;
            const values = toStream(port, expected[1]!.get(port.name)!);
            return [...values.subarray(step * port.elements, (step + 1) * port.elements)];
          });
          const title = `stalls ${stalls}`;
          expect(run.beats.length, title).toBeGreaterThanOrEqual(size);
          const answers = run.beats.slice(run.beats.length - size);
          expect(
            answers.map(({ elements }) => elements[0]),
            title,
          ).toEqual(words);
          // What came before is whole frames, but for one that is closed.
          const before = run.beats.slice(0, run.beats.length - size);
          expect(before.at(-1)?.last ?? true, title).toBe(true);
        }
      });
    },
  );
});

describe('states', () => {
  test('are read, written and cleared while the core is paused', async () => {
    const config = parseConfig({ ...CONFIG, array: { channels: 2, groups: 2, lanes: 2 } }, 'config');
    let seed = 60;
    let found = networkOf(seed, { utterance: false }, config);
    const plain = ({ program }: typeof found) =>
      program.states.length > 1 &&
      program.inputs.length === 1 &&
      program.views.every(({ taps }) => taps === 1) &&
      program.vectors.every(({ format }) => format.bits <= 16);
    while (!plain(found)) found = networkOf(++seed, { utterance: false }, config);
    const { graph, program } = found;
    const design = networkDesign(program, config);
    const rng = new Rng(seed);
    const utterances = [randomFrames(graph, rng, 3), randomFrames(graph, rng, 3)];
    const more = [randomFrames(graph, rng, 3), randomFrames(graph, rng, 3)];
    const golden = new GoldenNetwork(program);
    const reached = utterances.map((inputs) => golden.run(inputs).states);
    const given = new Map([...reached[0]!].map(([name, values]) => [name, values.map((v) => (v >> 1) + 3)] as const));
    const first = networkStimuli(program, utterances);
    const second = networkStimuli(program, more);
    const strip = second.elements.map((element) => element & ~START);
    const elements = Uint32Array.from([...first.elements, ...strip]);
    const size = first.answers.reduce((sum, { output }) => sum + program.outputs[output]!.elements, 0);
    const script = new NetworkScript().run().allow(first.elements.length).waitOutput(size).rest();
    script.until('STATE', 'idle');
    const names = program.states.map(({ node, part }) => `${node}.${part}`);
    for (const channel of [0, 1]) {
      for (const [number, name] of names.entries()) {
        for (let element = 0; element < reached[channel]!.get(name)!.length; element++) {
          script.write('STATE_PLACE', number * 2 ** 24 + channel * 2 ** 16 + element);
          script.until('STATE_READ', 'valid').read('STATE_READ');
        }
      }
    }
    // Channel 0 goes on from other states, channel 1 starts anew.
    for (const [number, name] of names.entries()) {
      script.write('STATE_PLACE', number * 2 ** 24);
      for (const value of given.get(name)!) script.write('STATE_WRITE', value);
    }
    script
      .set('STATE', 'resume')
      .write('STATE_PLACE', 2 ** 16)
      .set('STATE', 'clear');
    script.run().allow(elements.length).waitInput(elements.length).pause(20).until('STATUS', 'busy', 0);
    await withNetworkDir(design, async (dir) => {
      const options = { simulator: 'icarus', seed, stalls: 0, script } as const;
      const run = await runNetworkBench(
        dir,
        design,
        { elements, answers: [...first.answers, ...second.answers] },
        options,
      );
      const read = run.log.map((word) => (word << 16) >> 16);
      expect(read, `seed ${seed}`).toEqual(
        reached.flatMap((states) => names.flatMap((name) => [...states.get(name)!])),
      );
      const outputs = [golden.run(more[0]!, { states: given }).outputs, golden.run(more[1]!).outputs];
      const words = second.answers.flatMap(({ utterance, output, step }) => {
        const port = program.outputs[output]!;
        const values = toStream(port, outputs[utterance]!.get(port.name)!);
        return [...values.subarray(step * port.elements, (step + 1) * port.elements)];
      });
      expect(
        run.beats.slice(-words.length).map(({ elements }) => elements[0]),
        `seed ${seed}`,
      ).toEqual(words);
    });
  });
});
