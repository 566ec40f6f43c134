import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { networkStimuli, type PortValues } from '../../sim-verilator/network_stimuli.ts';
import { networkSimulationFiles } from '../../src/design/network_files.ts';
import { writeDesign } from '../../src/design/write_design.ts';
import { GoldenNetwork } from '../../src/golden/network.ts';
import { IMAGE_FILE, IMAGE_VERSIONS, readImageHash } from '../../src/program/image_words.ts';
import { type NetworkDesign, networkFor } from '../../src/program/network_design.ts';
import { packNetworkImage } from '../../src/program/network_image.ts';
import { toStream } from '../../src/program/port_order.ts';
import { type Program, vectorElements } from '../../src/program/program.ts';
import { Rng } from '../../src/util/rng.ts';
import { type TinyNetwork, tinyNetworkDesign } from '../lib/tiny_network.ts';
import { buildHarness, type Harness } from './harness.ts';

const SEED = 11;
const OK = 'ok';

/** Random frames of an utterance. */
function randomValues({ inputs, machine }: Program, steps: number, rng: Rng): PortValues {
  const limit = 2 ** (machine.vectorBits - 1);
  const values = ({ elements }: { readonly elements: number }) =>
    Int16Array.from({ length: steps * elements }, () => rng.integer(-limit, limit - 1) >> rng.integer(0, 6));
  return new Map(inputs.map((port) => [port.name, values(port)]));
}

/** Commands that queue utterances, and what must come out. */
function traffic(program: Program, utterances: readonly PortValues[]): { commands: string[]; answers: string } {
  const { elements: stream, answers } = networkStimuli(program, utterances);
  const commands: string[] = [];
  let from = 0;
  for (const [at, beat] of stream.entries()) {
    if (((beat >>> 18) & 1) === 0) continue;
    const packet = [...stream.subarray(from, at + 1)];
    const [first] = packet;
    const bit = (number: number) => (first! >>> number) & 1;
    const elements = packet.map((each) => ((each & 0xffff) << 16) >> 16);
    commands.push(`batch ${first! >>> 19} ${bit(17)} ${bit(16)} ${elements.join(' ')}`);
    from = at + 1;
  }
  const given = utterances.map((values) => {
    const { outputs } = new GoldenNetwork(program).run(values);
    return program.outputs.map((port) => toStream(port, outputs.get(port.name)!));
  });
  const frames = answers.map(({ utterance, output, step, channel }) => {
    const { elements } = program.outputs[output]!;
    const values = given[utterance]![output]!.subarray(step * elements, (step + 1) * elements);
    const voice = program.machine.channels > 1 ? `${channel}: ` : '';
    return `${voice}#${output} ${values.join(' ')}`;
  });
  return { commands, answers: frames.join(' / ') };
}

/** What the driver must read of a network. */
function described({ program, sizes }: NetworkDesign): string {
  const { inputs, outputs, states, machine } = program;
  const counts = [inputs.length, outputs.length, sizes.utterance ? machine.maxSteps : 0];
  const ports = [...inputs, ...outputs].map(({ elements, format }) => `${elements} ${format.frac}`);
  return [[...counts, sizes.utterance ? 0 : states.length].join(' '), ...ports].join(' / ');
}

interface Case {
  readonly name: string;
  readonly kind: 'streaming' | 'utterance';
  readonly network: TinyNetwork;
  readonly config: Readonly<Record<string, unknown>>;
}

const CASES: readonly Case[] = [
  {
    name: 'step by step, 2 channels, weights in external memory',
    kind: 'streaming',
    network: { beside: 2 },
    config: { array: { channels: 2, lanes: 2 }, weights: 'dram', memoryBusBits: 64 },
  },
  {
    name: 'by utterance',
    kind: 'utterance',
    network: { beside: 2, backward: true },
    config: { array: { groups: 2, lanes: 2 }, sequence: { maxSteps: 30 } },
  },
];
const ROOM = { words: 200, columns: 100, parameters: 100, elements: 200, rows: 32, instructions: 64 };

describe.each(CASES)('C driver and RTL of a network: $name', ({ kind, network, config }) => {
  /** What only one kind of hardware can do. */
  const testOf = (wanted: typeof kind, what: string, body: () => Promise<void>) => {
    if (kind === wanted) test(what, body);
  };

  const design = tinyNetworkDesign(network, { name: 'dut', ...config, room: ROOM });
  const { program } = design;
  const dram = design.weights !== null;
  const parent = mkdtempSync(join(tmpdir(), 'esegen-driver-'));
  const dir = join(parent, 'dut');
  let harness: Harness;
  let other: NetworkDesign;

  beforeAll(async () => {
    writeDesign(dir, networkSimulationFiles(design));
    const hash = readImageHash(readFileSync(join(dir, IMAGE_FILE)), IMAGE_VERSIONS.network, IMAGE_FILE);
    const second = tinyNetworkDesign({ ...network, classes: 2, seed: 5 }, { name: 'dut', ...config });
    other = networkFor(second.program, design);
    const image = packNetworkImage(other, hash);
    writeFileSync(join(dir, 'other.img'), image);
    image[image.length - 9]! ^= 16;
    writeFileSync(join(dir, 'damaged.img'), image);
    if (other.weights !== null) writeFileSync(join(dir, 'other.weights'), other.weights);
    harness = await buildHarness(dir, dram, program.machine.channels, kind);
  });
  afterAll(async () => {
    await harness.close();
    rmSync(parent, { recursive: true, force: true });
  });

  /** Utterances of random lengths; the hardware has been reset before each run. */
  function utterances(of: Program, seed: number, count = 4): PortValues[] {
    const rng = new Rng(seed);
    return Array.from({ length: count }, () => randomValues(of, rng.integer(2, 7), rng));
  }

  test('starts, tells what runs on it, answers as the golden model does, and counts its frames', async () => {
    const { commands, answers } = traffic(program, utterances(program, SEED));
    const count = answers.split(' / ').length;
    const check = dram ? ['check_weights'] : [];
    const script = ['pace 60 60 60', 'init', 'network', ...check, 'start', ...commands, `wait ${count}`, 'drain'];
    const lines = await harness.run([...script, 'outputs', 'pause', 'errors'], SEED);
    expect(lines).toEqual([OK, described(design), ...check.map(() => OK), OK, OK, answers, OK, OK]);
  });

  test('takes another network through the registers, and no damaged one', async () => {
    const [own, its] = [traffic(program, utterances(program, 3)), traffic(other.program, utterances(other.program, 4))];
    const lines = await harness.run(
      [
        ...['start', ...own.commands, `wait ${own.answers.split(' / ').length}`, 'drain', 'outputs'],
        ...['check damaged.img', 'check other.img', 'load other.img', 'reset', 'load damaged.img', 'network'],
        ...(dram ? ['weights other.weights'] : []),
        ...['load other.img', 'network', 'start', ...its.commands, `wait ${its.answers.split(' / ').length}`],
        ...['drain', 'outputs', 'errors'],
      ],
      SEED,
    );
    const damaged = 'the image is damaged (CRC)';
    expect(lines).toEqual([
      ...[OK, OK, own.answers, damaged, OK, 'the core runs: reset it before a load', OK, damaged, described(design)],
      ...(dram ? [''] : []),
      ...[OK, described(other), OK, OK, its.answers, OK],
    ]);
  });

  test('a soft reset in the middle of the work leaves streams whole; the next run is exact', async () => {
    let compared = 0;
    for (let trial = 0; trial < 12; trial++) {
      const before = traffic(program, utterances(program, 20 + trial, 1 + (trial % 2)));
      const after = traffic(program, utterances(program, 40 + trial));
      const script = [`pace 0 ${trial % 3 === 0 ? 100 : 0} 60`, 'start', ...before.commands, `cycles ${137 * trial}`];
      const again = ['cut', 'drain', 'outputs', 'reset', 'start', ...after.commands];
      const count = after.answers.split(' / ').length;
      const lines = await harness.run(
        [...script, 'reset', ...again, `wait ${count}`, 'drain', 'outputs', 'errors'],
        SEED + trial,
      );
      const where = `trial ${trial}`;
      expect([lines[0], lines[1], ...lines.slice(4, 6)], where).toEqual([OK, OK, OK, OK]);
      // A frame that was on offer at the reset is the first one of the next run.
      if (lines[2]!.endsWith('+')) continue;
      expect(lines.slice(-3), where).toEqual([OK, after.answers, OK]);
      compared++;
    }
    expect(compared).toBeGreaterThan(3);
  });

  testOf('streaming', 'a voice goes on in another channel with its states', async () => {
    const rng = new Rng(9);
    const values = randomValues(program, 6, rng);
    const single = traffic({ ...program, machine: { ...program.machine, channels: 1 } }, [values]);
    const perStep = program.inputs.length;
    const on = (channel: number) => (command: string) => command.replace(/^batch 0/, `batch ${channel}`);
    const [front, back] = [single.commands.slice(0, 3 * perStep), single.commands.slice(3 * perStep)];
    const frames = single.answers.split(' / ');
    const half = frames.length / 2;
    const counts = program.states.map(({ vector }) => vectorElements(program.vectors[vector]!));
    const reads = counts.map((count, state) => `read_state 0 ${state} ${count}`);
    const first = ['start', ...front, `wait ${half}`, 'drain', 'outputs', 'read_state 0 0 1', 'pause', ...reads];
    const lines = await harness.run(first, SEED);
    expect(lines.slice(0, 5)).toEqual([
      ...[
        OK,
        OK,
        frames
          .slice(0, half)
          .map((frame) => `0: ${frame}`)
          .join(' / '),
      ],
      ...['the core is not paused, or frames are under way 0', OK],
    ]);
    const states = lines.slice(5).map((line) => line.replace(/^ok ?/, ''));
    for (const [state, text] of states.entries())
      expect(text.split(' '), `state ${state}`).toHaveLength(counts[state]!);
    // In hardware that has just been started, and has seen nothing of it.
    const writes = states.map((text, state) => `write_state 1 ${state} ${text}`);
    const script = ['start', 'cycles 2000', 'pause', ...writes, 'resume 1', 'start', ...back.map(on(1))];
    const rest = await harness.run([...script, `wait ${half}`, 'drain', 'outputs', 'errors'], SEED);
    const expected = frames.slice(half).map((frame) => `1: ${frame}`);
    expect(rest).toEqual([OK, OK, ...states.map(() => OK), OK, OK, OK, expected.join(' / '), OK]);
  });

  testOf('utterance', 'an utterance of another length is dropped, and the next one answered', async () => {
    const { commands, answers } = traffic(program, utterances(program, 8, 1));
    const short = 'batch 0 1 1 1 2 3';
    const script = ['start', short, 'wait 1', ...commands, `wait ${answers.split(' / ').length}`, 'drain', 'outputs'];
    const lines = await harness.run(script, SEED);
    expect(lines).toEqual([OK, 'an utterance was dropped: wrong length', OK, answers]);
  });
});
