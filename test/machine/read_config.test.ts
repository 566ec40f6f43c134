import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { densityOf, MATRICES } from '../../src/machine/config.ts';
import { readConfig } from '../../src/machine/config_file.ts';
import { BLOCK_NAMES, memoryPath, moduleEnd, moduleName, VERILOG_KEYWORDS } from '../../src/machine/names.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { EsegenError } from '../../src/util/errors.ts';

/** Message about a name that ends like a module. */
function sharedName(end: string, name: string): string {
  return `name: expected a name that does not end in "${end}", as modules of designs do, got "${name}"`;
}

const array = { lanes: 8 };

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(EsegenError);
    return (error as EsegenError).message;
  }
  throw new Error('expected an error');
}

/** Error text for a config, without the file name at the head of the first line. */
function problem(value: unknown): string {
  const message = messageOf(() => parseConfig(value, 'digits.json'));
  expect(message.startsWith('digits.json: ')).toBe(true);
  return message.slice('digits.json: '.length);
}

describe('parseConfig', () => {
  it('fills in every default', () => {
    expect(parseConfig({ array: { lanes: 32 } }, 'digits.json')).toStrictEqual({
      name: 'ese_lstm',
      array: { channels: 1, groups: 1, lanes: 32 },
      elemLanes: 4,
      inputBeat: 1,
      outputBeat: 1,
      fifoDepth: 8,
      indexBits: 4,
      weightBits: 12,
      vectorBits: 16,
      accumulatorBits: 'exact',
      encoding: 'ese',
      weights: 'onchip',
      memoryBusBits: 512,
      maximum: { inputs: 0, cells: 0, outputs: 0, words: 0 },
      density: { ix: 1, fx: 1, cx: 1, ox: 1, ir: 1, fr: 1, cr: 1, or: 1, ym: 1 },
      tables: { sigmoidRange: 8, tanhRange: 4 },
      accumulatorMemory: 'auto',
      activationQueue: 'lane',
      clockMHz: 200,
      part: 'xcku060-ffva1156-2-e',
    });
  });

  it('keeps every value that is given', () => {
    const full = {
      name: 'digits_2',
      array: { channels: 2, groups: 8, lanes: 128 },
      elemLanes: 128,
      inputBeat: 4,
      outputBeat: 8,
      fifoDepth: 1,
      indexBits: 10,
      weightBits: 16,
      vectorBits: 8,
      accumulatorBits: 48,
      encoding: 'column-balanced',
      weights: 'dram',
      memoryBusBits: 1024,
      maximum: { inputs: 4096, cells: 512, outputs: 256, words: 2 ** 20 },
      density: { ix: 0, fx: 0.1, cx: 0.2, ox: 0.3, ir: 0.4, fr: 0.5, cr: 0.6, or: 0.7, ym: 1 },
      tables: { sigmoidRange: 16, tanhRange: 1 },
      accumulatorMemory: 'distributed',
      activationQueue: 'lane',
      clockMHz: 333.3,
      part: 'xczu7ev-ffvc1156-2-e',
    };
    expect(parseConfig(full, 'digits.json')).toStrictEqual(full);
  });

  it.each([
    [1, 1],
    [2, 2],
    [4, 4],
    [64, 4],
  ])('takes %i lanes with %i element-wise units by default', (lanes, elemLanes) => {
    expect(parseConfig({ array: { lanes } }, 'c').elemLanes).toBe(elemLanes);
  });

  it.each([
    [128, 16, 1],
    [16, 1, 128],
    [1, 128, 16],
    [32, 8, 8],
  ])('takes %i channels of %i groups of %i lanes', (channels, groups, lanes) => {
    const given = { channels, groups, lanes };
    expect(parseConfig({ array: given }, 'c').array).toStrictEqual(given);
  });

  it('is a fixed point', () => {
    const once = parseConfig({ array, density: { default: 0.25, ym: 0.5 }, accumulatorBits: 24 }, 'c');
    expect(parseConfig(JSON.parse(JSON.stringify(once)), 'c')).toStrictEqual(once);
  });

  it.each([
    [null, 'expected an object of settings, got null'],
    [[], 'expected an object of settings, got []'],
    [{}, 'array: expected an object of channels, groups and lanes, got nothing'],
    [{ array: {} }, 'array.lanes: expected a power of two from 1 to 128, got nothing'],
    [{ array: { lanes: 12 } }, 'array.lanes: expected a power of two from 1 to 128, got 12'],
    [{ array: { lanes: 0.5 } }, 'array.lanes: expected a power of two from 1 to 128, got 0.5'],
    [{ array: { lanes: -4 } }, 'array.lanes: expected a power of two from 1 to 128, got -4'],
    [{ array: { lanes: 256 } }, 'array.lanes: expected a power of two from 1 to 128, got 256'],
    [{ array: { lanes: '8' } }, 'array.lanes: expected a power of two from 1 to 128, got "8"'],
    [{ array: { lanes: 8, channels: 3 } }, 'array.channels: expected a power of two from 1 to 128, got 3'],
    [{ array: { lanes: 1, channels: 256 } }, 'array.channels: expected a power of two from 1 to 128, got 256'],
    [{ array: { lanes: 8, groups: 0 } }, 'array.groups: expected a power of two from 1 to 128, got 0'],
    [{ array: { lanes: 1, groups: 256 } }, 'array.groups: expected a power of two from 1 to 128, got 256'],
    [
      { array: { lanes: 64, groups: 64 } },
      'array: expected at most 2048 multipliers, got 1 x 64 x 64; the nearest that fits is { "channels": 1, "groups": 32, "lanes": 64 }',
    ],
    [
      { array: { lanes: 8, groups: 16, channels: 32 } },
      'array: expected at most 2048 multipliers, got 32 x 16 x 8; the nearest that fits is { "channels": 16, "groups": 16, "lanes": 8 }',
    ],
    [{ array: { lanes: 8, lane: 2 } }, 'array.lane: unknown key'],
    [{ array, elemLanes: 3 }, 'elemLanes: expected a power of two from 1 to array.lanes, got 3'],
    [{ array, elemLanes: 16 }, 'elemLanes: expected a power of two from 1 to array.lanes (8), got 16'],
    [{ array, elemLanes: 0.5 }, 'elemLanes: expected a power of two from 1 to array.lanes, got 0.5'],
    [{ array, maximum: { inputs: 4097 } }, 'maximum.inputs: expected an integer from 0 to 4096, got 4097'],
    [{ array, maximum: { lanes: 4 } }, 'maximum.lanes: unknown key'],
    [{ array, inputBeat: 3 }, 'inputBeat: expected a power of two from 1 to 8, got 3'],
    [{ array, outputBeat: 3 }, 'outputBeat: expected a power of two from 1 to 8, got 3'],
    [{ array, outputBeat: 16 }, 'outputBeat: expected a power of two from 1 to 8, got 16'],
    [{ array, fifoDepth: 0 }, 'fifoDepth: expected an integer from 1 to 64, got 0'],
    [{ array, fifoDepth: 65 }, 'fifoDepth: expected an integer from 1 to 64, got 65'],
    [{ array, indexBits: 11 }, 'indexBits: expected an integer from 0 to 10, got 11'],
    [{ array, indexBits: 4.5 }, 'indexBits: expected an integer from 0 to 10, got 4.5'],
    [{ array, weightBits: 3 }, 'weightBits: expected an integer from 4 to 16, got 3'],
    [{ array, weightBits: 17 }, 'weightBits: expected an integer from 4 to 16, got 17'],
    [{ array, vectorBits: 7 }, 'vectorBits: expected an integer from 8 to 16, got 7'],
    [{ array, accumulatorBits: 11 }, 'accumulatorBits: expected "exact" or an integer from 12 to 48, got 11'],
    [{ array, accumulatorBits: 49 }, 'accumulatorBits: expected "exact" or an integer from 12 to 48, got 49'],
    [{ array, accumulatorBits: 'wide' }, 'accumulatorBits: expected "exact" or an integer from 12 to 48, got "wide"'],
    [{ array, encoding: 'csr' }, 'encoding: expected "ese", "ese-padding-aware" or "column-balanced", got "csr"'],
    [{ array, encoding: null }, 'encoding: expected "ese", "ese-padding-aware" or "column-balanced", got null'],
    [{ array, weights: 'ddr' }, 'weights: expected "onchip", "uram" or "dram", got "ddr"'],
    [{ array, weights: true }, 'weights: expected "onchip", "uram" or "dram", got true'],
    [{ array, memoryBusBits: 96 }, 'memoryBusBits: expected a power of two from 64 to 1024, got 96'],
    [{ array, memoryBusBits: 32 }, 'memoryBusBits: expected a power of two from 64 to 1024, got 32'],
    [{ array, memoryBusBits: 2048 }, 'memoryBusBits: expected a power of two from 64 to 1024, got 2048'],
    [{ array, memoryBusBits: '512' }, 'memoryBusBits: expected a power of two from 64 to 1024, got "512"'],
    [{ array, density: 1.5 }, 'density: expected a number from 0 to 1, or an object of them by sub-matrix, got 1.5'],
    [{ array, density: 'x' }, 'density: expected a number from 0 to 1, or an object of them by sub-matrix, got "x"'],
    [{ array, density: { ix: 2 } }, 'density.ix: expected a number from 0 to 1, got 2'],
    [{ array, density: { default: -0.1 } }, 'density.default: expected a number from 0 to 1, got -0.1'],
    [{ array, density: { mx: 1 } }, 'density.mx: unknown key'],
    [{ array, sequence: 100 }, 'sequence: expected an object of maxSteps and memory, got 100'],
    [{ array, sequence: { maxSteps: 0 } }, 'sequence.maxSteps: expected an integer from 1 to 65535, got 0'],
    [{ array, tables: 8 }, 'tables: expected an object of sigmoidRange and tanhRange, got 8'],
    [{ array, tables: { tanhRange: 32 } }, 'tables.tanhRange: expected a power of two from 1 to 16, got 32'],
    [
      { array, accumulatorMemory: 'ultra' },
      'accumulatorMemory: expected "auto", "block", "distributed" or "split", got "ultra"',
    ],
    [{ array, activationQueue: 'none' }, 'activationQueue: expected "lane" or "group", got "none"'],
    [
      { array, activationQueue: 'group', weights: 'dram' },
      'activationQueue: expected "lane" with "weights": "dram", got "group"; or put the weights on chip',
    ],
    [{ array, clockMHz: 0 }, 'clockMHz: expected a number from 1 to 1000, got 0'],
    [{ array, clockMHz: 1e300 }, 'clockMHz: expected a number from 1 to 1000, got 1e+300'],
    [{ array, clockMHz: Number.POSITIVE_INFINITY }, 'clockMHz: expected a number from 1 to 1000, got Infinity'],
    [
      { array, part: 'XCKU060' },
      'part: expected a part name of at most 40 lower-case letters, digits and dashes, got "XCKU060"',
    ],
    [
      { array, part: 'x'.repeat(41) },
      `part: expected a part name of at most 40 lower-case letters, digits and dashes, got "${'x'.repeat(41)}"`,
    ],
    [{ array, name: 'wire' }, 'name: expected a name that is not a reserved word of Verilog, got "wire"'],
    [{ array, name: 'logic' }, 'name: expected a name that is not a reserved word of Verilog, got "logic"'],
    [{ array, name: 'act_queue' }, sharedName('act_queue', 'act_queue')],
    [{ array, name: 'weight_reader' }, sharedName('weight_reader', 'weight_reader')],
    [{ array, name: 'axi_memory' }, sharedName('axi_memory', 'axi_memory')],
    [{ array, name: 'Top' }, 'name: expected a lower-case Verilog identifier of at most 40 characters, got "Top"'],
    [{ array, name: '' }, 'name: expected a lower-case Verilog identifier of at most 40 characters, got ""'],
    [{ array, name: 'top\n' }, 'name: expected a lower-case Verilog identifier of at most 40 characters, got "top\\n"'],
    [JSON.parse('{"array":{"lanes":8},"__proto__":{}}'), '__proto__: unknown key'],
    [
      JSON.parse('{"array":{"lanes":8},"layers":{"__proto__":{"weightBits":8}}}'),
      'layers: expected layer names of lower-case letters, digits and underscores, got "__proto__"',
    ],
    [{ array, 'fifo depth': 2 }, '"fifo depth": unknown key'],
  ])('rejects %j', (value, expected) => {
    expect(problem(value)).toBe(expected);
  });

  it('lists every problem, one a line', () => {
    const value = { array: { lanes: 12 }, fifoDepth: 'deep', lanes: 8 };
    expect(messageOf(() => parseConfig(value, 'digits.json'))).toBe(
      [
        'digits.json: array.lanes: expected a power of two from 1 to 128, got 12',
        'digits.json: fifoDepth: expected an integer from 1 to 64, got "deep"',
        'digits.json: lanes: unknown key',
      ].join('\n'),
    );
  });

  it('accepts names of up to 40 characters and no longer ones', () => {
    expect(parseConfig({ array, name: 'a'.repeat(40) }, 'c').name).toBe('a'.repeat(40));
    expect(problem({ array, name: 'a'.repeat(41) })).toContain('at most 40 characters');
  });

  it('rejects every block name and every lower-case keyword as a name', () => {
    for (const name of [...BLOCK_NAMES, ...VERILOG_KEYWORDS]) expect(problem({ array, name })).toMatch(/^name: /);
  });

  it('rejects names whose modules another design could have, and only those', () => {
    const blocks = ['', ...BLOCK_NAMES];
    const modulesOf = (name: string) => blocks.map((block) => (block === '' ? name : moduleName(name, block)));
    const ends = BLOCK_NAMES.flatMap((block) =>
      block.split('_').map((_, at, words) => words.slice(0, at + 1).join('_')),
    );
    let refused = 0;
    for (const end of new Set([...ends, 'lstm', 'pe2', 'score'])) {
      const name = `speech_${end}`;
      const shared = modulesOf(name).some((module) => modulesOf('speech').includes(module));
      expect(moduleEnd(name) !== null, name).toBe(shared);
      if (shared) expect(problem({ array, name })).toBe(sharedName(moduleEnd(name)!, name));
      if (shared) refused++;
    }
    expect(refused).toBeGreaterThan(BLOCK_NAMES.length);
    expect(memoryPath('speech', 'tanh.mem')).toBe('mem/speech_tanh.mem');
  });
});

describe('VERILOG_KEYWORDS', () => {
  it('holds the 248 words of IEEE 1800-2017, all of them lower-case words', () => {
    expect(VERILOG_KEYWORDS.size).toBe(248);
    for (const word of VERILOG_KEYWORDS) expect(word).toMatch(/^[a-z][a-z0-9_]*$/);
  });
});

describe('densityOf', () => {
  it('takes a number for all sub-matrices', () => {
    const config = parseConfig({ array, density: 0.25 }, 'c');
    expect(MATRICES.map((matrix) => densityOf(config, matrix))).toEqual(Array(9).fill(0.25));
  });

  it('takes `default` for those that are not named, and 1 without it', () => {
    const named = { ix: 0.5, ym: 0 };
    const withDefault = parseConfig({ array, density: { ...named, default: 0.1 } }, 'c');
    expect(MATRICES.map((matrix) => densityOf(withDefault, matrix))).toEqual([0.5, ...Array(7).fill(0.1), 0]);
    const without = parseConfig({ array, density: named }, 'c');
    expect(MATRICES.map((matrix) => densityOf(without, matrix))).toEqual([0.5, ...Array(7).fill(1), 0]);
  });
});

describe('readConfig', () => {
  const directory = mkdtempSync(join(tmpdir(), 'esegen-config-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  function file(text: string): string {
    const path = join(directory, 'config.json');
    writeFileSync(path, text);
    return path;
  }

  it('reads a file', () => {
    expect(readConfig(file('{"array": {"lanes": 16}}')).array.lanes).toBe(16);
  });

  it('names the file in every error', () => {
    const missing = join(directory, 'missing.json');
    expect(messageOf(() => readConfig(missing))).toBe(
      `${missing}: cannot be read (ENOENT). Check the path and its permissions`,
    );
    const path = file('{"array": {"lanes": 12}}');
    expect(messageOf(() => readConfig(path))).toBe(
      `${path}: array.lanes: expected a power of two from 1 to 128, got 12`,
    );
    file('{"array": }');
    expect(messageOf(() => readConfig(path)).startsWith(`${path}: is not JSON (`)).toBe(true);
    file('{"array": {"lanes": 8, "lanes": 16}}');
    expect(messageOf(() => readConfig(path))).toBe(`${path}: holds the key "lanes" twice. Remove one of them`);
  });
});
