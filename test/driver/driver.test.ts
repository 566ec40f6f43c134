import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { REGISTERS, registerOf, registersOf } from '../../src/control/registers.ts';
import { registersMarkdown } from '../../src/control/registers_doc.ts';
import { generate } from '../../src/design/generate.ts';
import { loadDesign } from '../../src/design/load_design.ts';
import { writeDesign } from '../../src/design/write_design.ts';
import type { Design } from '../../src/program/design.ts';
import { Rng } from '../../src/util/rng.ts';
import {
  answersTo,
  batchCommand,
  driverDesign,
  INPUTS,
  OUTPUTS,
  randomBatches,
  type SentFrame,
  utterance,
} from './driver_design.ts';
import { buildHarness, type Harness } from './harness.ts';

const OK = 0;
const SLVERR = 2;
const TRANSACTIONS = 10_000;
const BATCHES = 60;
const TRIALS = 200;

/** One channel, and batches of several with their groups. */
const SHAPES = [
  { dram: false, channels: 1, groups: 2, accumulatorMemory: 'auto' },
  { dram: true, channels: 1, groups: 2, accumulatorMemory: 'auto' },
  { dram: false, channels: 4, groups: 2, accumulatorMemory: 'split', activationQueue: 'group', indexBits: 5 },
  { dram: true, channels: 2, groups: 4, accumulatorMemory: 'split' },
] as const;

describe.each(SHAPES)('C driver and RTL, $channels x $groups, weights in external memory: $dram', (shape) => {
  const { dram, channels, groups, ...more } = shape;
  const compilation = driverDesign(dram, { array: { channels, groups, lanes: 2 }, ...more });
  const parent = mkdtempSync(join(tmpdir(), 'esegen-driver-'));
  const dir = join(parent, 'dut');
  let harness: Harness;
  let design: Design;

  beforeAll(async () => {
    const { layer } = compilation;
    writeDesign(dir, generate(compilation, { layer, outputLayer: null }, { norm: null, labels: null }));
    harness = await buildHarness(dir, dram, channels);
    ({ design } = loadDesign(dir));
  });

  afterAll(async () => {
    await harness.close();
    rmSync(parent, { recursive: true, force: true });
  });

  /** Offset of a register. */
  const at = (name: string) => registerOf(name).offset;

  function frames(count: number, seed: number) {
    return utterance(design, count, seed);
  }

  test(`${TRANSACTIONS} random register accesses under traffic: every answer right, no frame lost`, async () => {
    const seed = 4;
    const rng = new Rng(seed);
    const mapped = new Map(
      registersOf({ dram, network: false, sequence: false }).map((register) => [register.offset, register]),
    );
    const stored = new Map<string, number>();
    const script = ['pace 90 60 60', 'start'];
    const expected: (string | null)[] = ['ok'];
    const sent = randomBatches(design, BATCHES, rng);
    const { answers } = answersTo(design, sent);
    const commands = sent.map(batchCommand);
    if (dram) for (const name of ['BASE_LO', 'BASE_HI']) stored.set(name, name === 'BASE_LO' ? 0x23456000 : 1);
    let queued = 0;
    for (let n = 0; n < TRANSACTIONS; n++) {
      if (n % 150 === 0 && queued < commands.length) script.push(commands[queued++]!);
      const offset = rng.uniform() < 0.7 ? 4 * rng.integer(0, 48) : 4 * rng.integer(0, 1023);
      const register = mapped.get(offset);
      const rw = register?.fields.every(({ access }) => access === 'rw') ?? false;
      if (register?.name === 'CONTROL') {
        // Pause and go on; with an empty strobe nothing changes.
        const strobe = rng.integer(0, 1);
        script.push(`write ${offset} ${rng.integer(0, 1)} ${strobe}`);
        expected.push(`${OK}`);
      } else if (rng.uniform() < 0.5) {
        script.push(`read ${offset + rng.integer(0, 3)}`);
        if (register === undefined) expected.push(`0 ${SLVERR}`);
        else expected.push(rw ? `${stored.get(register.name) ?? 0} ${OK}` : null);
      } else {
        const data = rng.integer(0, 2 ** 32 - 1);
        // No load of an image and no change of the state by chance.
        const strobes = /^(IMAGE|STATE)/.test(register?.name ?? '') ? 0 : rng.integer(0, 15);
        script.push(`write ${offset} ${data} ${strobes}`);
        const writable = register?.fields.some(({ access }) => ['rw', 'w1c', 'w1s', 'push'].includes(access)) ?? false;
        expected.push(`${writable ? OK : SLVERR}`);
        if (register !== undefined && rw) {
          let value = BigInt(stored.get(register.name) ?? 0);
          for (let byte = 0; byte < 4; byte++) {
            const mask = 0xffn << BigInt(8 * byte);
            if (((strobes >> byte) & 1) === 1) value = (value & ~mask) | (BigInt(data) & mask);
          }
          const field = register.fields.reduce(
            (mask, { lsb, bits }) => mask | (((1n << BigInt(bits)) - 1n) << BigInt(lsb)),
            0n,
          );
          stored.set(register.name, Number(value & field));
        }
      }
    }
    script.push(`write ${at('CONTROL')} 1 1`, ...commands.slice(queued), `wait ${answers.length}`, 'drain');
    script.push('outputs', 'errors');
    const lines = await harness.run(script, seed);
    for (const [n, want] of expected.entries()) if (want !== null) expect(lines[n], `answer ${n}`).toBe(want);
    expect(lines.slice(-4)).toEqual([`${OK}`, 'ok', answers.join(' / '), 'ok']);
  });

  test(`soft reset at ${TRIALS} random moments: the streams keep their protocol, the next run is exact`, async () => {
    const seed = 6;
    const rng = new Rng(seed);
    const script: string[] = [];
    const wanted: { before: readonly SentFrame[]; after: readonly SentFrame[] }[] = [];
    for (let trial = 0; trial < TRIALS; trial++) {
      const before = randomBatches(design, 4, rng);
      const after = randomBatches(design, 2, rng);
      const output = rng.pick([0, 0, 60, 200, 256]);
      script.push(`pace 0 ${rng.pick([0, 60, 200])} ${output}`, 'start', ...before.map(batchCommand));
      script.push(`cycles ${rng.integer(0, 500)}`, 'reset', 'cut', 'drain', 'outputs');
      script.push(`pace 0 ${rng.pick([0, 60])} 60`, 'start', ...after.map(batchCommand));
      // The first wait ends at a frame that is dropped.
      script.push(`wait ${after.length}`, `wait ${after.length}`, 'cycles 1000', 'drain', 'outputs', 'errors', 'reset');
      wanted.push({ before, after });
    }
    const lines = await harness.run(script, seed);
    let drops = 0;
    for (const [trial, { before, after }] of wanted.entries()) {
      const [start, reset, begun, cut, again, ...rest] = lines.slice(10 * trial, 10 * trial + 10);
      const [wait, waited, outputs, errors, last] = rest;
      const where = `seed ${seed}, trial ${trial}`;
      expect([start, reset, again, waited, errors, last], where).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
      // A frame that was on offer at the reset is the first one of the next run.
      const [count, offered] = begun!.split(' ');
      const { answers, dropped } = answersTo(design, [...(offered === '+' ? [before[Number(count)]!] : []), ...after]);
      expect(outputs, where).toBe(answers.join(' / '));
      expect(wait, where).toBe(dropped ? 'an input frame was dropped: wrong length, or no place in its batch' : 'ok');
      if (dropped) drops++;
      // Whole frames, and at most one at the end that is closed by a 0.
      const words = cut === '' ? [] : cut!.split(' / ');
      const whole = answersTo(design, before).answers.slice(0, words.length);
      for (const [n, frame] of words.entries()) {
        const closed = n === words.length - 1 && frame.endsWith(' 0') && whole[n]!.startsWith(frame.slice(0, -1));
        expect(frame === whole[n] || closed, `${where}: ${cut}`).toBe(true);
      }
    }
    expect(drops > 0).toBe(channels > 1);
  });

  if (channels > 1) return;

  test('init, start, wait, counters: the frames of the golden model', async () => {
    const { commands, answers } = frames(5, 1);
    const lines = await harness.run(
      ['pace 60 60 60', 'init', 'start', ...commands, 'wait 5', 'drain', 'outputs', 'counters', 'errors'].concat(
        dram ? [`read ${at('WAITS_LO')}`] : [],
      ),
      1,
    );
    const [init, start, wait, outputs, counters, errors, waited] = lines;
    expect([init, start, wait, errors]).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(outputs).toBe(answers.join(' / '));
    const [sent, cycles, macs, high, waits] = counters!.split(' ').map(Number);
    expect(sent).toBe(5);
    expect(cycles).toBeGreaterThan(100);
    expect(high).toBeGreaterThan(0);
    expect(high).toBeLessThanOrEqual(2);
    if (dram) {
      expect(waits).toBeGreaterThan(0);
      expect(waited).toBe(`${waits} ${OK}`);
    }
    // W_r runs on the zeros of y before the first frame only where its words stream in anyway.
    const weights = design.dimensions.segments.map(({ matrix }, at) => {
      const { words, format } = design.matrices[at]!;
      const count = words.reduce((sum, lane) => sum + lane.filter((word) => word >>> format.indexBits !== 0).length, 0);
      return (matrix === 'r' && !dram ? 4 : 5) * count;
    });
    expect(macs).toBe(weights.reduce((sum, count) => sum + count, 0));
  });

  test('registers say what the design is', async () => {
    const names = ['ID', 'VERSION', 'ARRAY', 'INPUTS', 'OUTPUTS', 'FEATURES', 'STATUS'];
    const lines = await harness.run(
      names.map((name) => `read ${at(name)}`),
      2,
    );
    const features = 6 + (dram ? 1 + (64 << 16) : 0);
    const values = [0x45534547, (1 << 16) + 1, 1 + (2 << 8) + (2 << 16) + (2 << 24), INPUTS, OUTPUTS, features, 1];
    expect(lines).toEqual(values.map((value) => `${value} ${OK}`));
  });

  test('interrupts: frame, idle, error, reset done', async () => {
    const { commands } = frames(2, 3);
    const lines = await harness.run(
      [
        'start',
        'enable 1',
        ...commands,
        'wait 2',
        'drain',
        'irq',
        'irq',
        'frame 0 1 2',
        'cycles 300',
        'irq',
        'enable 12',
      ].concat(['irq', 'frame 0 1 2', 'cycles 300', 'irq', 'errors', 'reset', 'irq', 'irq']),
      3,
    );
    const [, , , irq, again, masked, , , error, errors, reset, done, end] = lines;
    // Frame and idle; nothing is left then; error and idle behind a dropped frame, not enabled; enabled.
    expect([irq, again, masked, error]).toEqual(['1 3', '0 0', '0 6', '1 6']);
    expect(errors).toBe('an input frame was dropped: wrong length, or no place in its batch');
    expect([reset, done, end]).toEqual(['ok', '1 8', '0 0']);
  });

  test('pause keeps the state: the utterance goes on as if nothing had been', async () => {
    const { commands, answers } = frames(4, 6);
    const lines = await harness.run(
      [
        'start',
        ...commands.slice(0, 2),
        'cycles 3',
        'pause',
        `read ${at('STATUS')}`,
        'outputs',
        'drain',
        'outputs',
      ].concat(['start', ...commands.slice(2), 'wait 4', 'drain', 'outputs']),
      6,
    );
    const [, pause, status, early, late, , wait, rest] = lines;
    expect([pause, status, wait]).toEqual(['ok', `0 ${OK}`, 'ok']);
    expect([early, late, rest].filter((text) => text !== '').join(' / ')).toBe(answers.join(' / '));
  });

  test('an output that is never taken: wait times out, and a soft reset helps', async () => {
    const { commands, answers } = frames(6, 7);
    const lines = await harness.run(
      [
        'pace 0 0 256',
        'start',
        ...commands,
        'wait 6',
        'errors',
        'reset',
        'cut',
        'drain',
        'outputs',
        'pace 0 0 0',
      ].concat(['start', ...commands, 'wait 6', 'drain', 'outputs']),
      7,
    );
    const [start, wait, errors, reset, , , again, done, outputs] = lines;
    expect([start, wait, errors, reset, again, done]).toEqual(['ok', 'timeout', 'ok', 'ok', 'ok', 'ok']);
    expect(outputs).toBe(answers.join(' / '));
  });

  if (!dram) return;

  test.each([
    [2, 'reading weights failed: the memory answered SLVERR', 'ok'],
    [3, 'reading weights failed: no memory at this address (DECERR)', 'ok'],
    [
      1,
      'reading weights failed: the memory does not answer',
      'the memory kept answers back at a soft reset: reset the memory side too',
    ],
  ])('a memory that fails with %i is reported, and a soft reset ends it', async (kind, error, reset) => {
    const { commands, answers } = frames(3, 8);
    const lines = await harness.run(
      [
        `memory 25 ${kind}`,
        'start',
        ...commands,
        'wait 3',
        `read ${at('STATUS')}`,
        'reset',
        'cut',
        'drain',
        'outputs',
      ].concat(
        // A silent memory gives its late answers now, before the next run.
        ['memory -1 0', 'cycles 2000', 'start', ...commands, 'wait 3', 'drain', 'outputs', 'errors'],
      ),
      8,
    );
    const [, wait, status, ended, , , , again, outputs, errors] = lines;
    expect(wait).toBe(error);
    expect((Number(status!.split(' ')[0]) >> 8) & 3).toBe(kind);
    expect(ended).toBe(reset);
    if (kind !== 1) expect([again, outputs, errors]).toEqual(['ok', answers.join(' / '), 'ok']);
  });

  test('a soft reset under a memory that has fallen silent is given up after its time', async () => {
    const lines = await harness.run(['memory 25 1', 'start', 'cycles 400', 'reset', `read ${at('STATUS')}`], 9);
    expect(lines).toEqual(['ok', 'the memory kept answers back at a soft reset: reset the memory side too', `1 ${OK}`]);
  });
});

test('C driver without hardware: every result of init, timeouts, errors, counters', () =>
  withDesignDir(driverDesign(true), async (dir) => {
    const sources = [fileURLToPath(new URL('driver_unit.c', import.meta.url)), join(dir, 'sw', 'dut_driver.c')];
    const program = join(dir, 'driver_unit');
    const strict = ['-std=c99', '-pedantic', '-Wall', '-Wextra', '-Werror'];
    await execa('gcc', [...strict, `-I${join(dir, 'sw')}`, ...sources, '-o', program]);
    expect(await execa(program, { reject: false })).toMatchObject({ stdout: '', exitCode: 0 });
  }));

test.each([
  ['c', '-std=c99'],
  ['c++', '-std=c++11'],
])('header and driver header compile as %s by themselves, with every warning an error', (language, standard) =>
  withDesignDir(driverDesign(true), async (dir) => {
    const flags = ['-x', language, standard, '-pedantic', '-Wall', '-Wextra', '-Werror', '-fsyntax-only'];
    for (const header of ['dut.h', 'dut_driver.h']) {
      const input = `#include "${header}"\nint unused;\n`;
      const { stderr } = await execa('gcc', [...flags, `-I${join(dir, 'sw')}`, '-'], { input });
      expect(stderr, header).toBe('');
    }
  }),
);

describe('register map', () => {
  test('docs/registers.md is what `npm run generate:registers` writes', () => {
    const path = new URL('../../docs/registers.md', import.meta.url);
    expect(readFileSync(path, 'utf8')).toBe(registersMarkdown());
  });

  test('every register and every bit has one place', () => {
    const offsets = REGISTERS.map(({ offset }) => offset);
    expect(new Set(offsets).size).toBe(offsets.length);
    expect(new Set(REGISTERS.map(({ name }) => name)).size).toBe(REGISTERS.length);
    for (const { name, offset, fields } of REGISTERS) {
      expect(offset % 4, name).toBe(0);
      expect(offset, name).toBeLessThan(4096);
      let next = 0;
      for (const { lsb, bits } of fields) {
        expect(lsb, name).toBeGreaterThanOrEqual(next);
        next = lsb + bits;
      }
      expect(next, name).toBeLessThanOrEqual(32);
    }
  });
});
