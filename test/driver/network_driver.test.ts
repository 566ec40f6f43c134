import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { driverFiles } from '../../src/design/driver_files.ts';
import { networkDriver, networkHeaderValues } from '../../src/design/network_header.ts';
import type { NetworkDesign } from '../../src/program/network_design.ts';
import { type TinyNetwork, tinyNetworkDesign } from '../lib/tiny_network.ts';

const UNIT = fileURLToPath(new URL('network_driver_unit.c', import.meta.url));
const STRICT = ['-pedantic', '-Wall', '-Wextra', '-Werror', '-Wconversion'];
const HASH = 0x0123456789abcdefn;

/** Kinds of network designs whose driver differs. */
const CASES: readonly (readonly [name: string, network: TinyNetwork, config: object])[] = [
  ['step by step, with states', { beside: 2 }, { array: { channels: 4, lanes: 2 } }],
  [
    'step by step, without states',
    { beside: 2, recurrent: false },
    { array: { channels: 4, lanes: 2 }, inputBeat: 2, outputBeat: 2 },
  ],
  ['external memory', { beside: 2 }, { weights: 'dram', memoryBusBits: 64 }],
  ['by utterance', { beside: 2, backward: true }, { sequence: { maxSteps: 50 } }],
  ['by utterance, external memory', { beside: 2, backward: true }, { weights: 'dram', memoryBusBits: 64 }],
];

describe.each(CASES)('C header and driver of a network: %s', (_, network, config) => {
  let root: string;
  let design: NetworkDesign;

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'esegen-driver-'));
    design = tinyNetworkDesign(network, { name: 'dut', array: { lanes: 2 }, ...config });
    mkdirSync(join(root, 'sw'));
    const files = driverFiles('dut', networkHeaderValues(design, HASH), networkDriver(design));
    for (const [path, content] of files) writeFileSync(join(root, path), content);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('compiles with every warning an error, and does what it says on a model of the registers', async () => {
    const { sizes, program } = design;
    expect(sizes.stateDepth > 0).toBe(network.recurrent !== false && !network.backward);
    const flags = [
      ...(sizes.external === null ? [] : ['-DDRAM']),
      ...(sizes.utterance ? [`-DUTTERANCE=${program.machine.maxSteps}`] : ['-DCLEARS']),
      ...(sizes.stateDepth === 0 ? [] : ['-DSTATES']),
    ];
    const include = `-I${join(root, 'sw')}`;
    const unit = join(root, 'unit');
    const sources = [UNIT, join(root, 'sw', 'dut_driver.c')];
    await execa('gcc', ['-std=c99', ...STRICT, ...flags, include, ...sources, '-o', unit]);
    expect(await execa(unit, { reject: false })).toMatchObject({ stdout: '', exitCode: 0 });
  });

  test.each([
    ['c', '-std=c99'],
    ['c++', '-std=c++11'],
  ])('headers compile as %s by themselves', async (language, standard) => {
    for (const header of ['dut.h', 'dut_driver.h']) {
      const input = `#include "${header}"\nint unused;\n`;
      const flags = ['-x', language, standard, ...STRICT, '-fsyntax-only', `-I${join(root, 'sw')}`, '-'];
      expect((await execa('gcc', flags, { input })).stderr, header).toBe('');
    }
  });

  test('the header has sizes and formats of every input, output and state', async () => {
    const { program, sizes } = design;
    const { inputBeat, outputBeat: beat } = design.config;
    const expected = new Map<string, number>([
      ['INPUTS', 2],
      ['OUTPUTS', 2],
      ['STATES', sizes.stateDepth === 0 ? 0 : 3],
      ['MAX_STEPS', sizes.utterance ? program.machine.maxSteps : 0],
      ['CHANNELS', sizes.channels],
      ['DESIGN_HASH_HI', 0x01234567],
      ['DESIGN_HASH_LO', 0x89abcdef],
      ['INPUT0_ELEMENTS', 6],
      ['INPUT_BEAT', inputBeat],
      ['INPUT0_FRAME_BYTES', 2 * inputBeat * Math.ceil(6 / inputBeat)],
      ['INPUT1_ELEMENTS', 2],
      ['OUTPUT0_ELEMENTS', 3],
      ['OUTPUT0_FRAME_BYTES', 2 * beat * Math.ceil(3 / beat)],
      ['OUTPUT1_ELEMENTS', 4],
      ...program.inputs.map(({ format }, n) => [`INPUT${n}_FRACTION_BITS`, format.frac] as const),
      ...program.outputs.map(({ format }, n) => [`OUTPUT${n}_FRACTION_BITS`, format.frac] as const),
      ...(sizes.stateDepth === 0 ? [] : program.states).flatMap(({ vector }, n) => [
        [`STATE${n}_ELEMENTS`, 4] as const,
        [`STATE${n}_FRACTION_BITS`, program.vectors[vector]!.format.frac] as const,
      ]),
      ...(design.weights === null ? [] : [['WEIGHT_BYTES', design.weights.length] as const]),
    ]);
    const names = [...expected.keys()];
    const prints = names.map((name) => `printf("%lld\\n", (long long)DUT_${name});`).join('\n');
    const source = join(root, 'print.c');
    writeFileSync(source, `#include <stdio.h>\n#include "dut.h"\nint main(void) {\n${prints}\nreturn 0;\n}\n`);
    await execa('gcc', ['-std=c99', `-I${join(root, 'sw')}`, source, '-o', join(root, 'print')]);
    const values = (await execa(join(root, 'print'))).stdout.split('\n').map(Number);
    expect(new Map(names.map((name, at) => [name, values[at]!]))).toEqual(expected);
  });
});
