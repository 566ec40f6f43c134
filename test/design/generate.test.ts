import { homedir, hostname, tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { type TinyModel, tinyModel } from '../../fixtures/tiny_model.ts';
import { compile } from '../../src/compiler/compile.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import { type DesignFiles, sha256 } from '../../src/design/files.ts';
import { generate } from '../../src/design/generate.ts';
import { generateNetwork } from '../../src/design/generate_network.ts';
import type { HostFiles } from '../../src/design/host_files.ts';
import { parseLabels } from '../../src/design/labels.ts';
import { memoryGroups } from '../../src/design/memory_groups.ts';
import { BLOCK_NAMES, moduleName } from '../../src/machine/names.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { hardwareModel } from '../../src/model/import/hardware_model.ts';
import { networkOfTensors, parseSafetensors } from '../../src/model/import/safetensors.ts';
import type { LstmModel } from '../../src/model/stacked_layer.ts';
import { parseFeatureNorm } from '../../src/speech/features.ts';
import { tinyNetworkDesign, tinyNetworkGraph } from '../lib/tiny_network.ts';

const NO_HOST: HostFiles = { norm: null, labels: null };
const HOST: HostFiles = {
  norm: { mean: new Float64Array(40).fill(-3.25), istd: new Float64Array(40).fill(0.5) },
  labels: { labels: ['a', 'b', '<blank>'], blank: 2 },
};

/** Three classes, as the labels have. */
function labelled(shape: TinyModel = {}): LstmModel {
  return tinyModel({ classes: 3, ...shape });
}

const CONFIG = { name: 'tiny', array: { lanes: 2 }, elemLanes: 2, density: 0.5, clockMHz: 300 };

function generated(config: unknown = CONFIG, model = labelled(), host = HOST): DesignFiles {
  const compilation = compile(model.layer, parseConfig(config, 'config'), randomCalibration(model.layer.inputs));
  return generate(compilation, model, host);
}

function generatedNetwork(config: object, host: HostFiles): DesignFiles {
  const graph = tinyNetworkGraph();
  const model = { graph, partition: { front: null, core: graph, back: null }, outputs: [] };
  return generateNetwork(tinyNetworkDesign({ backward: true }, { ...CONFIG, ...config }), model, host);
}

function text(files: DesignFiles, path: string): string {
  const content = files.get(path);
  if (typeof content !== 'string') throw new Error(`${path} is not a text file of the design`);
  return content;
}

/** Every file has a row of the README's table, and every row a file. */
function expectRows(files: DesignFiles): void {
  const rows = text(files, 'README.md')
    .split('\n')
    .flatMap((line) => [...(/^\| (`.*?) \|/.exec(line)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]!));
  const patterns = rows.map((row) => new RegExp(`^${row.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`));
  const others = [...files.keys()].filter((path) => path !== 'README.md');
  expect(others.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([]);
  expect(patterns.filter((pattern) => !others.some((path) => pattern.test(path)))).toEqual([]);
}

describe('generate', () => {
  test('same inputs, same bytes, whatever the order of the keys of the config', () => {
    const files = generated();
    expect(generated()).toEqual(files);
    expect([...generated().keys()]).toEqual([...files.keys()]);
    const reordered = Object.fromEntries(Object.entries(parseConfig(CONFIG, 'config')).toReversed());
    expect(generated(reordered)).toEqual(files);
  });

  test('writes these files, design.json last', () => {
    const paths = [...generated().keys()];
    const rest = paths.filter((path) => !path.startsWith('rtl/') && !path.startsWith('tb/'));
    expect(rest).toEqual([
      ...['mem/tiny_weights_0000.mem', 'mem/tiny_weights_0001.mem'],
      ...['mem/tiny_pointers_0000.mem', 'mem/tiny_pointers_0001.mem'],
      ...[
        'mem/tiny_elem_000.mem',
        'mem/tiny_elem_001.mem',
        'mem/tiny_sigmoid.mem',
        'mem/tiny_tanh.mem',
        'mem/tiny_schedule.mem',
        'sw/model.img',
      ],
      ...['host/model.safetensors', 'host/norm.json', 'host/labels.json', 'files.f'],
      ...['sw/tiny.h', 'sw/tiny_driver.h', 'sw/tiny_driver.c'],
      ...['vivado/sources.tcl', 'vivado/create_project.tcl', 'vivado/memories.tcl', 'vivado/package_ip.tcl'],
      ...['vivado/tiny.xdc', 'vivado/tiny_ooc.xdc'],
      ...['vivado/driver/tiny.mdd', 'vivado/driver/tiny.tcl', 'vivado/driver/Makefile', 'tiny.core'],
      ...['README.md', 'design.json'],
    ]);
    expect(paths).toContain('rtl/tiny.v');
    expect(paths).toContain('tb/tiny_bench.v');
    expect([...generated(CONFIG, labelled(), NO_HOST).keys()].filter((path) => path.startsWith('host/'))).toEqual([
      'host/model.safetensors',
    ]);
  });

  test('weights in external memory are one image with a map, and no memory files', () => {
    const files = generated({ ...CONFIG, weights: 'dram', memoryBusBits: 64 });
    const paths = [...files.keys()];
    expect(paths.filter((path) => path.startsWith('mem/tiny_weights'))).toEqual([]);
    expect(paths.filter((path) => path.startsWith('dram/'))).toEqual(['dram/weights.bin', 'dram/map.json']);
    for (const path of [
      'rtl/tiny_weight_reader.v',
      'rtl/tiny_row_align.v',
      'rtl/tiny_word_buffer.v',
      'tb/tiny_axi_memory.v',
    ]) {
      expect(paths).toContain(path);
      expect([...generated().keys()]).not.toContain(path);
    }
    const map = JSON.parse(text(files, 'dram/map.json'));
    expect(map).toMatchObject({ file: 'dram/weights.bin', alignment: 4096, busBits: 64, lanes: 2, groups: 1 });
    expect(map.segments.map(({ matrix }: { matrix: string }) => matrix)).toEqual(['W_x', 'W_r', 'W_ym']);
    let end = 0;
    for (const { offset, bytes } of map.segments) {
      expect(offset).toBe(end);
      end += bytes;
    }
    expect(files.get('dram/weights.bin')!.length).toBe(end);
  });

  test('every text file ends in one newline and holds no placeholder, trailing space or carriage return', () => {
    for (const [path, content] of [...generated(), ...generated({ ...CONFIG, weights: 'dram' })]) {
      if (typeof content !== 'string') continue;
      expect(content.endsWith('\n') && !content.endsWith('\n\n'), path).toBe(true);
      expect(content, path).not.toMatch(/\r|[ \t]$|undefined|\[object|NaN|\{\{[#/]?[a-zA-Z]/m);
    }
  });

  test('all that other tools read is ASCII and begins with its licence', () => {
    for (const files of [generated(), generatedNetwork({}, NO_HOST)]) {
      const sources = [...files.keys()].filter((path) => /^(?:rtl|tb|sw|vivado)\/.*(?<!\.img)$/.test(path));
      expect(sources.length).toBeGreaterThan(50);
      for (const path of sources) {
        const content = text(files, path);
        expect(content.match(/[^\n\t\x20-\x7e]/g) ?? [], path).toEqual([]);
        expect(content.split('\n')[0], path).toContain('SPDX-License-Identifier: Apache-2.0');
      }
    }
  });

  test('names neither the time nor the place of the build', () => {
    for (const [path, content] of generated()) {
      const plain = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
      for (const place of [process.cwd(), homedir(), tmpdir(), hostname()]) expect(plain, path).not.toContain(place);
      expect(plain, path).not.toMatch(/\b20\d\d-[01]\d-[0-3]\d|\b[012]\d:[0-5]\d:[0-5]\d\b/);
    }
  });

  test.each([
    { outputs: 4, peepholes: true },
    { outputs: null, peepholes: false },
  ])('host/model.safetensors is the pruned model: $outputs, $peepholes', (options) => {
    const model = labelled(options);
    const config = parseConfig(CONFIG, 'config');
    const compilation = compile(model.layer, config, randomCalibration(model.layer.inputs));
    const bytes = generate(compilation, model, NO_HOST).get('host/model.safetensors');
    const tensors = parseSafetensors(bytes as Uint8Array, 'host').tensors;
    const back = hardwareModel('host', networkOfTensors('host', tensors));
    expect(compilation.report.pruned).toBe(true);
    expect(back.layer).toEqual(compilation.layer);
    expect(back.outputLayer).toEqual(model.outputLayer);
  });

  test('a model that is built from host/model.safetensors is the same design', () => {
    const files = generated();
    const tensors = parseSafetensors(files.get('host/model.safetensors') as Uint8Array, 'host').tensors;
    const again = generated(CONFIG, hardwareModel('host', networkOfTensors('host', tensors)));
    for (const path of files.keys()) {
      if (path !== 'design.json') expect(again.get(path), path).toEqual(files.get(path));
    }
  });

  test('host files are read back as they went in', () => {
    const files = generated();
    expect(parseFeatureNorm(JSON.parse(text(files, 'host/norm.json')), 'norm')).toEqual(HOST.norm);
    expect(parseLabels(JSON.parse(text(files, 'host/labels.json')), 'labels')).toEqual(HOST.labels);
  });

  test('files.f lists the RTL, modules before their users, the top last', () => {
    const files = generated();
    const listed = text(files, 'files.f').trimEnd().split('\n');
    expect(listed.toSorted()).toEqual([...files.keys()].filter((path) => path.startsWith('rtl/')).toSorted());
    expect(listed.at(-1)).toBe('rtl/tiny.v');
  });

  test.each([
    {},
    { weights: 'dram' },
    { accumulatorMemory: 'split' },
    { activationQueue: 'group' },
    { array: { channels: 2, groups: 2, lanes: 2 }, maximum: { inputs: 9 } },
  ])('all modules but the top have names that a config cannot take: %j', (config) => {
    const modules = [...generated({ ...CONFIG, ...config })]
      .filter(([path]) => path.endsWith('.v'))
      .flatMap(([, content]) => [...String(content).matchAll(/^module (\w+)/gm)].map((match) => match[1]!));
    const known = BLOCK_NAMES.map((block) => moduleName('tiny', block));
    expect(modules.filter((name) => !known.includes(name))).toEqual(['tiny']);
  });

  test.each(['clk', 's_axis_tdata', 'frames', 'core_rst'])(
    'a name that the top module uses inside is refused: %s',
    (name) => {
      expect(() => generated({ ...CONFIG, name })).toThrow(
        `name: expected a name that no signal of the top module has, got "${name}"`,
      );
    },
  );

  test.each([{}, { weights: 'dram' }])('the README has a row for every file: %j', (config) => {
    const files = generated({ ...CONFIG, ...config });
    expectRows(files);
  });

  test.each([{}, { weights: 'dram', memoryBusBits: 64 }])('so has the README of a network: %j', (config) => {
    const labels = { labels: ['a', 'b', 'c'], blank: 0 };
    expectRows(generatedNetwork(config, { norm: null, labels }));
    expectRows(generatedNetwork(config, NO_HOST));
  });

  test('design.json describes the design and holds the hash of every other file', () => {
    const files = generated();
    const json = JSON.parse(text(files, 'design.json'));
    const keys = [
      'format',
      'generator',
      'version',
      'config',
      'shape',
      'ports',
      'formats',
      'dimensions',
      'schedule',
      'report',
    ];
    expect(Object.keys(json)).toEqual([...keys, 'files']);
    expect(json.shape).toEqual({ inputs: 5, cells: 6, outputs: 4, projection: true, peepholes: true });
    expect(parseConfig(json.config, 'design.json')).toEqual(parseConfig(CONFIG, 'config'));
    const paths = [...files.keys()].filter((path) => path !== 'design.json');
    expect(Object.keys(json.files)).toEqual(paths.toSorted());
    for (const path of paths) expect(json.files[path], path).toBe(sha256(files.get(path)!));
  });
});

describe('C header', () => {
  test('defines sizes and formats behind an include guard', () => {
    const files = generated({ ...CONFIG, vectorBits: 12 });
    const header = text(files, 'sw/tiny.h');
    const { formats } = JSON.parse(text(files, 'design.json'));
    const defines = Object.fromEntries([...header.matchAll(/^#define (\w+) +(.+)$/gm)].map((match) => match.slice(1)));
    expect(header).toContain('#ifndef TINY_H\n#define TINY_H\n');
    expect(header.endsWith('\n#endif\n')).toBe(true);
    const registers = /_(REG_|ID$|MAP_|DESIGN_HASH_)|_(SHIFT|MASK)$/;
    const sizes = Object.fromEntries(Object.entries(defines).filter(([name]) => !registers.test(name)));
    expect(sizes).toEqual({
      TINY_INPUTS: '5',
      TINY_CELLS: '6',
      TINY_OUTPUTS: '4',
      TINY_PROJECTION: '1',
      TINY_PEEPHOLES: '1',
      TINY_MAX_INPUTS: '5',
      TINY_MAX_CELLS: '6',
      TINY_MAX_OUTPUTS: '4',
      TINY_CHANNELS: '1',
      TINY_GROUPS: '1',
      TINY_LANES: '2',
      TINY_OUTPUT_BEAT: '1',
      TINY_CLOCK_HZ: '300000000',
      TINY_ELEMENT_BITS: '16',
      TINY_ELEMENT_BYTES: '2',
      TINY_VECTOR_BITS: '12',
      TINY_ELEMENT_MIN: '(-2047 - 1)',
      TINY_ELEMENT_MAX: '2047',
      TINY_X_FRACTION_BITS: String(formats.xFrac),
      TINY_Y_FRACTION_BITS: String(formats.yFrac),
      TINY_X_FRAME_BYTES: '10',
      TINY_Y_FRAME_BYTES: '8',
    });
    // The RTL has the same hash; it depends on the config.
    const { TINY_DESIGN_HASH_LO: low, TINY_DESIGN_HASH_HI: high } = defines;
    const rtl = text(files, 'rtl/tiny_control_registers.v');
    for (const half of [low!, high!]) expect(rtl).toContain(`= 32'h${half.slice(2, 10)};`);
    expect(text(generated(), 'sw/tiny.h')).not.toContain(low);
    expect(defines).toMatchObject({ TINY_REG_CONTROL: '0x040u', TINY_STATUS_MEMORY_MASK: '0x00000300u' });
  });

  test('has the bytes of the image in external memory', () => {
    const files = generated({ ...CONFIG, weights: 'dram' });
    const header = text(files, 'sw/tiny.h');
    expect(header).toContain(`#define TINY_WEIGHT_BYTES     ${files.get('dram/weights.bin')!.length}\n`);
    expect(header).toContain('#define TINY_WEIGHT_ALIGNMENT 4096\n');
    expect(text(generated(), 'sw/tiny.h')).not.toContain('WEIGHT_BYTES');
  });
});

describe('memoryGroups', () => {
  test('counts every memory of the hardware, with the shape of its file', () => {
    const model = labelled();
    const compilation = compile(model.layer, parseConfig(CONFIG, 'config'), randomCalibration(5));
    const groups = memoryGroups(compilation.design);
    expect(groups.map(({ name, count }) => [name, count])).toEqual([
      ['weights', 2],
      ['pointers', 2],
      ['elem', 2],
      // One file, loaded by every ElemMul lane.
      ['sigmoid', 2],
      ['tanh', 2],
      ['schedule', 1],
    ]);
    const files = generate(compilation, model, NO_HOST);
    for (const { name, count, depth, width, kbit } of groups) {
      const images = [...files].filter(([path]) => path.startsWith(`mem/tiny_${name}`));
      expect(images.length).toBe(['sigmoid', 'tanh'].includes(name) ? 1 : count);
      for (const [, image] of images) {
        expect(String(image).trimEnd().split('\n').length).toBe(depth);
        expect(String(image).indexOf('\n')).toBe(Math.ceil(width / 4));
      }
      expect(kbit * 1024).toBe(count * depth * width);
    }
  });
});

describe('parseLabels', () => {
  test.each([
    [{ labels: ['a', 'b'], blank: 2 }, 'l.json: blank: expected an integer from 0 to 1, got 2'],
    [{ labels: ['a', 'b'], blank: -1 }, 'l.json: blank: expected an integer from 0 to 1, got -1'],
    [{ labels: ['a', 7], blank: 0 }, 'l.json: labels.1: expected a text of 1 to 64 printable characters, got 7'],
    [{ labels: ['a', ''], blank: 0 }, 'l.json: labels.1: expected a text of 1 to 64 printable characters, got ""'],
    [{ labels: ['a'] }, 'l.json: blank: expected the number of the class that is the CTC blank, got nothing'],
    [{ labels: ['a'], blank: 0.5 }, 'l.json: blank: expected the number of the class that is the CTC blank, got 0.5'],
    [{ labels: [], blank: 0 }, 'l.json: labels: expected at least one'],
    [{}, 'l.json: labels: expected a list of texts, one for each class, got nothing\nl.json: blank: expected'],
    [[], 'l.json: expected an object of labels and blank, got []'],
  ])('refuses %j', (value, message) => {
    expect(() => parseLabels(value, 'l.json')).toThrow(message);
  });

  test('shows no control characters', () => {
    const labels = ['a', '\u001b[2J'];
    expect(() => parseLabels({ labels, blank: 0 }, 'l.json')).toThrow(/^l\.json: labels\.1: [^\p{C}]+$/u);
  });
});
