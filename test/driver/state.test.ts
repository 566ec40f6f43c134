import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleDesign, sampleFrames } from '../../fixtures/sample_design.ts';
import { programOfDesign } from '../../src/compiler/lower/program_of_design.ts';
import { generate } from '../../src/design/generate.ts';
import { writeDesign } from '../../src/design/write_design.ts';
import { GoldenVoice } from '../../src/golden/voice.ts';
import { buildHarness, type Harness } from './harness.ts';

const INPUTS = 5;

/** Elements of a word for all groups, words for half of them, y without a projection, and narrow elements. */
const SHAPES = [
  { channels: 1, groups: 1, lanes: 4, elemLanes: 4, outputs: 7, vectorBits: 16, dram: false },
  { channels: 2, groups: 4, lanes: 2, elemLanes: 2, outputs: 3, vectorBits: 16, dram: true },
  { channels: 4, groups: 2, lanes: 2, elemLanes: 1, outputs: undefined, vectorBits: 12, dram: false },
];

describe.each(SHAPES)('state of $channels x $groups x $lanes, $outputs outputs', (shape) => {
  const { channels, groups, lanes, elemLanes, outputs, vectorBits, dram } = shape;
  const compilation = sampleDesign(
    { inputs: INPUTS, cells: 9, ...(outputs === undefined ? {} : { outputs }), density: 0.7, peepholes: true },
    {
      ...{ name: 'dut', array: { channels, groups, lanes }, elemLanes, vectorBits, fifoDepth: 2 },
      ...(dram ? { weights: 'dram', memoryBusBits: 64 } : {}),
    },
  );
  const { design } = compilation;
  const parent = mkdtempSync(join(tmpdir(), 'esegen-state-'));
  const dir = join(parent, 'dut');
  const voice = channels - 1;
  let harness: Harness;

  beforeAll(async () => {
    const { layer } = compilation;
    writeDesign(dir, generate(compilation, { layer, outputLayer: null }, { norm: null, labels: null }));
    harness = await buildHarness(dir, dram, channels);
  });

  afterAll(async () => {
    await harness.close();
    rmSync(parent, { recursive: true, force: true });
  });

  /** Frames of one utterance on the last channel: commands that send them (without a mark), the answer, c and y after each. */
  function utterance(frames: number, seed: number) {
    const { data } = sampleFrames(frames, INPUTS, vectorBits, seed);
    const cells: number[] = [];
    const model = new GoldenVoice(programOfDesign(design), (cell, { c }) => {
      cells[cell] = c;
    });
    model.reset();
    return Array.from({ length: frames }, (_, t) => {
      const x = data.subarray(t * INPUTS, (t + 1) * INPUTS);
      const y = [...model.step(x)].join(' ');
      return { x: [...x].join(' '), y, answer: channels > 1 ? `${voice}: ${y}` : y, c: cells.join(' ') };
    });
  }

  const send = (x: string, first: number) => `batch ${voice} 1 ${first} ${x}`;

  test('is read, written back after another utterance, and goes on to the bit', async () => {
    const [a0, a1, a2, a3] = utterance(4, 1);
    const [b0, b1] = utterance(2, 2);
    const [, wait, pause, saved, read, ...rest] = await harness.run(
      [
        'pace 20 20 20',
        'start',
        send(a0!.x, 1),
        send(a1!.x, 0),
        'wait 2',
        'drain',
        'pause',
        `save 0 ${voice}`,
        'outputs',
      ]
        .concat(['start', send(b0!.x, 1), send(b1!.x, 0), 'wait 4', 'drain', 'pause', `save 1 ${voice}`, 'outputs'])
        .concat([`restore 0 ${voice}`, `save 2 ${voice}`, 'start', send(a2!.x, 0), send(a3!.x, 0), 'wait 6', 'drain'])
        .concat(['outputs', 'errors']),
      1,
    );
    expect([wait, pause, read]).toEqual(['ok', 'ok', `${a0!.answer} / ${a1!.answer}`]);
    expect(saved).toBe(`ok / ${a1!.c} / ${a1!.y}`);
    const [, waited, paused, other, read2, restored, again, , waited2, read3, errors] = rest;
    expect([waited, paused, other]).toEqual(['ok', 'ok', `ok / ${b1!.c} / ${b1!.y}`]);
    expect(read2).toBe(`${b0!.answer} / ${b1!.answer}`);
    expect([restored, again]).toEqual(['ok', saved]);
    expect([waited2, read3, errors]).toEqual(['ok', `${a2!.answer} / ${a3!.answer}`, 'ok']);
  });

  test('is written to a core that was reset, and cleared', async () => {
    const [a0, a1] = utterance(2, 3);
    const lines = await harness.run(
      [
        'start',
        send(a0!.x, 1),
        'wait 1',
        'drain',
        'pause',
        `save 0 ${voice}`,
        'outputs',
        'reset',
        'start',
        'cycles 200',
      ]
        .concat(['pause', `restore 0 ${voice}`, 'start', send(a1!.x, 0), 'wait 1', 'drain', 'pause', 'outputs'])
        .concat([`clear ${voice}`, 'start', send(a0!.x, 0), 'wait 2', 'drain', 'outputs']),
      2,
    );
    const [, , , , first, reset, , , restored, , , , second, cleared, , , third] = lines;
    expect([first, reset, restored, second]).toEqual([a0!.answer, 'ok', 'ok', a1!.answer]);
    expect([cleared, third]).toEqual(['ok', a0!.answer]);
  });

  test('cannot be reached while the core runs, and accesses change nothing', async () => {
    const frames = utterance(6, 4);
    const refused = 'the core is not paused, or frames are under way';
    const lines = await harness.run(
      ['start', ...frames.map(({ x }, t) => send(x, t === 0 ? 1 : 0)), 'cycles 100', `restore 0 ${voice}`].concat([
        `clear ${voice}`,
        'write 164 0 15',
        'write 168 77 15',
        'write 160 1 15',
        'wait 6',
        'drain',
        'outputs',
      ]),
      3,
    );
    expect(lines).toEqual([
      'ok',
      refused,
      refused,
      '0',
      '0',
      '0',
      'ok',
      frames.map(({ answer }) => answer).join(' / '),
    ]);
  });
});
