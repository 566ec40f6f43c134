import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SampleLayer, sampleDesign, sampleLayer } from '../../fixtures/sample_design.ts';
import { type Compilation, compile } from '../../src/compiler/compile.ts';
import { registerOf } from '../../src/control/registers.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import { generate } from '../../src/design/generate.ts';
import { loadDesign } from '../../src/design/load_design.ts';
import { designHash } from '../../src/design/modules.ts';
import { writeDesign } from '../../src/design/write_design.ts';
import type { Design } from '../../src/program/design.ts';
import { IMAGE_HEADER_WORDS, IMAGE_VERSIONS, readImageHash, weightsSum } from '../../src/program/image_words.ts';
import { packModelImage } from '../../src/program/model_image.ts';
import { packDesign } from '../../src/program/pack.ts';
import { packStream } from '../../src/program/stream.ts';
import { utterance } from './driver_design.ts';
import { buildHarness, type Harness } from './harness.ts';

/** The model for which the hardware is built, and smaller, larger and denser ones that it is to run. */
const FIRST: SampleLayer = { inputs: 5, cells: 6, outputs: 3, peepholes: true, density: 0.5 };
const OTHERS: readonly SampleLayer[] = [
  { inputs: 9, cells: 13, outputs: 7, peepholes: true, density: 0.6, seed: 2 },
  { inputs: 1, cells: 1, outputs: 1, peepholes: true, density: 1, seed: 3 },
  { inputs: 4, cells: 16, outputs: 2, peepholes: true, density: 0.9, seed: 4 },
];
/** First word of the sections of an image. */
const SECTIONS = IMAGE_HEADER_WORDS;
const MAXIMUM = { inputs: 10, cells: 16, outputs: 8, words: 400 };

describe.each([
  { dram: false, shared: false },
  { dram: true, shared: false },
  { dram: false, shared: true },
])('images of models, weights in external memory: $dram, shared counts: $shared', ({ dram, shared }) => {
  const memory = dram ? { weights: 'dram', memoryBusBits: 64 } : {};
  const config = { name: 'dut', array: { groups: 2, lanes: 2 }, fifoDepth: 2, maximum: MAXIMUM, ...memory };
  const balanced = { encoding: 'column-balanced', density: 0.5 };
  // Dense models are pruned by the rule of the config; others keep their weights.
  const even = (rows: number) => rows + (rows % 2);
  const asTrained = (layer: SampleLayer) =>
    shared ? { ...layer, cells: even(layer.cells), outputs: even(layer.outputs!), density: 1 } : layer;
  const compilation = sampleDesign(asTrained(FIRST), { ...config, ...(shared ? balanced : {}) });
  const parent = mkdtempSync(join(tmpdir(), 'esegen-image-'));
  const dir = join(parent, 'dut');
  const at = (name: string) => registerOf(name).offset;
  let harness: Harness;
  let hash: bigint;

  beforeAll(async () => {
    const { layer } = compilation;
    writeDesign(dir, generate(compilation, { layer, outputLayer: null }, { norm: null, labels: null }));
    hash = readImageHash(readFileSync(join(dir, 'sw', 'model.img')), IMAGE_VERSIONS.layer, 'sw/model.img');
    harness = await buildHarness(dir, dram);
  });

  afterAll(async () => {
    await harness.close();
    rmSync(parent, { recursive: true, force: true });
  });

  function forHardware(layer: SampleLayer): Compilation {
    const { design } = compilation;
    return compile(sampleLayer(asTrained(layer)), design.config, randomCalibration(layer.inputs), () => {}, design);
  }

  /** Weights of a model for external memory. */
  function weightsOf({ matrices, dimensions }: Design): Uint8Array {
    return packStream(matrices, dimensions);
  }

  function imageOf(design: Design): Uint8Array {
    return packModelImage(design, packDesign(design), hash, dram ? weightsSum(weightsOf(design)) : null);
  }

  /** Writes an image, changed or not, and gives its path. */
  function write(name: string, bytes: Uint8Array): string {
    const path = join(parent, name);
    writeFileSync(path, bytes);
    return path;
  }

  /** Sets a word of an image, and its CRC right again. */
  function changed(image: Uint8Array, word: number, value: number): Uint8Array {
    const copy = Uint8Array.from(image);
    const view = new DataView(copy.buffer);
    view.setUint32(4 * word, value, true);
    view.setUint32(copy.length - 4, crc32(copy.subarray(0, -4)), true);
    return copy;
  }

  test('models one after the other on the same hardware give the outputs of the golden model', async () => {
    const script = ['pace 30 30 30'];
    const expected: string[] = [];
    const models = [...OTHERS.map(forHardware), { design: loadDesign(dir).design }];
    for (const [n, { design }] of models.entries()) {
      const path = write(`model${n}.img`, imageOf(design));
      if (dram) script.push(`weights ${write(`model${n}.weights`, weightsOf(design))}`);
      const { commands, answers } = utterance(design, 4, 10 + n);
      script.push(`load ${path}`, `read ${at('MODEL_INPUTS')}`, `read ${at('MODEL_OUTPUTS')}`, 'start', ...commands);
      script.push('wait 4', 'drain', 'outputs', 'errors', 'reset');
      const { inputs, outputs } = design.dimensions;
      if (dram) expected.push('');
      expected.push('ok', `${inputs} 0`, `${outputs} 0`, 'ok', 'ok', answers.join(' / '), 'ok', 'ok');
    }
    expect(await harness.run(script, 1)).toEqual(expected);
  });

  test('a load writes all words of the tables, the first and the last too', async () => {
    // Weights so large that pre-activations and states leave the tables at both ends.
    const layer = sampleLayer(asTrained(FIRST));
    const large = { ...layer, weightX: layer.weightX.map((weight) => 4 * weight) };
    const { design } = compile(
      large,
      compilation.design.config,
      randomCalibration(FIRST.inputs),
      () => {},
      compilation.design,
    );
    const { sigmoid, tanh } = design.tables;
    const other = {
      ...design,
      tables: { sigmoid: sigmoid.map((value) => value ^ 0x400), tanh: tanh.map((value) => value ^ 0x400) },
    };
    const { commands, answers } = utterance(other, 8, 40);
    for (const [name, at] of [
      ['sigmoid', 0],
      ['sigmoid', 2047],
      ['tanh', 0],
      ['tanh', 2047],
    ] as const) {
      const words = other.tables[name].map((value, n) => (n === at ? design.tables[name][n]! : value));
      const old = utterance({ ...other, tables: { ...other.tables, [name]: words } }, 8, 40);
      expect(old.answers, `word ${at} of ${name} is not used`).not.toEqual(answers);
    }
    const script = dram ? [`weights ${write('tables.weights', weightsOf(other))}`] : [];
    const expected = script.map(() => '');
    script.push(
      `load ${write('tables.img', imageOf(other))}`,
      'start',
      ...commands,
      'wait 8',
      'drain',
      'outputs',
      'reset',
    );
    expected.push('ok', 'ok', 'ok', answers.join(' / '), 'ok');
    expect(await harness.run(script, 11)).toEqual(expected);
  });

  test('a reset of the port leaves the model that is loaded, and a load that was broken off', async () => {
    const { design } = forHardware(OTHERS[0]!);
    const path = write('kept.img', imageOf(design));
    const { commands, answers } = utterance(design, 3, 30);
    const script = dram ? [`weights ${write('kept.weights', weightsOf(design))}`] : [];
    const expected = script.map(() => '');
    script.push(`load ${path}`, 'rst', `read ${at('MODEL_INPUTS')}`, `read ${at('MODEL_OUTPUTS')}`);
    script.push(...(dram ? ['check_weights'] : []), 'start', ...commands, 'wait 3', 'drain', 'outputs', 'reset');
    expected.push(
      'ok',
      '9 0',
      `${design.dimensions.outputs} 0`,
      ...(dram ? ['ok'] : []),
      'ok',
      'ok',
      answers.join(' / '),
      'ok',
    );
    script.push(`partial ${path} 200`, 'rst', 'start', `load ${path}`, 'rst', 'start');
    expected.push('', 'a load was broken off: load a model', 'ok', 'ok');
    expect(await harness.run(script, 7)).toEqual(expected);
  });

  test('an image that is wrong in any way is refused, and the model stays as it was', async () => {
    const image = imageOf(forHardware(OTHERS[0]!).design);
    const flipped = (byte: number) => image.map((value, n) => (n === byte ? value ^ 0x10 : value));
    const cases: readonly (readonly [string, Uint8Array, string])[] = [
      ['magic', changed(image, 0, 1), 'this is no image of a model'],
      ['version', changed(image, 1, 3), 'the image has a version that this hardware does not know'],
      // As an earlier esegen wrote it: without the two words that know the weights.
      [
        'version1',
        changed(new Uint8Array([...image.subarray(0, 32), ...image.subarray(40)]), 1, 1),
        'the image has a version that this hardware does not know',
      ],
      ['design', changed(image, 3, 0), 'the image was made for another design'],
      ['design2', changed(image, 4, 0), 'the image was made for another design'],
      ['inputs', changed(image, 5, MAXIMUM.inputs + 1), 'the image does not fit this hardware'],
      ['no inputs', changed(image, 5, 0), 'the image does not fit this hardware'],
      ['kind', changed(image, SECTIONS, 7 << 12), 'the image does not fit this hardware'],
      ['number', changed(image, SECTIONS, (1 << 12) | 4), 'the image does not fit this hardware'],
      ['depth', changed(image, SECTIONS + 1, 100_000), 'the image does not fit this hardware'],
      [
        'section',
        changed(image, SECTIONS + 1, new DataView(image.buffer).getUint32(4 * SECTIONS + 4, true) + 1),
        'the image does not fit this hardware',
      ],
      ['body', flipped(200), 'the image is damaged (CRC)'],
      ['crc', flipped(image.length - 1), 'the image is damaged (CRC)'],
      ['truncated', image.subarray(0, image.length - 8), 'the image has another length than its header says'],
      ['odd', image.subarray(0, image.length - 3), 'the image has another length than its header says'],
      ['longer', new Uint8Array([...image, 0, 0, 0, 0]), 'the image has another length than its header says'],
      ['empty', new Uint8Array(), 'the image has another length than its header says'],
    ];
    const { commands, answers } = utterance(loadDesign(dir).design, 3, 20);
    const script = cases.flatMap(([name, bytes]) => [`load ${write(name.replace(' ', '_'), bytes)}`, 'errors']);
    script.push('start', ...commands, 'wait 3', 'drain', 'outputs');
    const lines = await harness.run(script, 2);
    for (const [n, [name, , message]] of cases.entries()) {
      expect(lines.slice(2 * n, 2 * n + 2), name).toEqual([message, 'ok']);
    }
    expect(lines.slice(2 * cases.length)).toEqual(['ok', 'ok', answers.join(' / ')]);
  });

  test('an image can be checked, but not loaded, while the core runs', async () => {
    const path = write('running.img', imageOf(forHardware(OTHERS[0]!).design));
    const { commands, answers } = utterance(loadDesign(dir).design, 3, 21);
    const lines = await harness.run(
      ['start', ...commands.slice(0, 2), `check ${path}`, `load ${path}`, `write ${at('IMAGE')} 2 1`, 'errors'].concat([
        ...commands.slice(2),
        'wait 3',
        'drain',
        'outputs',
      ]),
      3,
    );
    const order = 'a load without a check before it, or data outside a pass';
    const runs = 'the core runs: reset it before a load';
    expect(lines).toEqual(['ok', 'ok', runs, '0', order, 'ok', answers.join(' / ')]);
  });

  test('a check of an image says nothing of frames, and leaves their errors to the caller', async () => {
    const path = write('beside.img', imageOf(forHardware(OTHERS[0]!).design));
    // A frame that is one element too short.
    const short = 'frame 1 1 2 3 4';
    const script = ['start', short, 'cycles 100', `check ${path}`, 'errors', `check ${path}`, 'errors', 'reset'];
    const dropped = 'an input frame was dropped: wrong length, or no place in its batch';
    expect(await harness.run(script, 9)).toEqual(['ok', 'ok', dropped, 'ok', 'ok', 'ok']);
  });

  test('a load that is broken off leaves no model: the core does not start until one is loaded', async () => {
    const { design } = forHardware(OTHERS[0]!);
    const path = write('partial.img', imageOf(design));
    const { commands, answers } = utterance(design, 2, 22);
    const weights = dram ? [`weights ${write('partial.weights', weightsOf(design))}`] : [];
    const lines = await harness.run(
      [
        ...weights,
        `partial ${path} 120`,
        'start',
        `write ${at('CONTROL')} 1 1`,
        'cycles 20',
        `read ${at('STATUS')}`,
      ].concat([`write ${at('CONTROL')} 0 1`, `load ${path}`, 'start', ...commands, 'wait 2', 'drain', 'outputs']),
      4,
    );
    const broken = 'a load was broken off: load a model';
    const expected = ['', broken, '0', '1 0', '0', 'ok', 'ok', 'ok', answers.join(' / ')];
    expect(lines).toEqual([...weights.map(() => ''), ...expected]);
  });

  if (dram) {
    const LENGTH = 'the weights have another length than those of the model';
    const DAMAGED = 'the weights are damaged, or of another model (CRC)';

    /** Changes of weights, and what they are refused with. */
    function wrongOnes(weights: Uint8Array, others: Uint8Array): (readonly [string, Uint8Array, string])[] {
      const flipped = (byte: number, bit: number) =>
        weights.map((value, n) => (n === byte ? value ^ (1 << bit) : value));
      return [
        ['first', flipped(0, 0), DAMAGED],
        ['middle', flipped(weights.length >> 1, 3), DAMAGED],
        ['last', flipped(weights.length - 1, 7), DAMAGED],
        [
          'swapped',
          Uint8Array.from([...weights.subarray(8, 16), ...weights.subarray(0, 8), ...weights.subarray(16)]),
          DAMAGED,
        ],
        ['truncated', weights.subarray(0, weights.length - 8), LENGTH],
        ['longer', Uint8Array.from([...weights, 0]), LENGTH],
        ['empty', new Uint8Array(), LENGTH],
        ['other', others, LENGTH],
        // As long as the right ones.
        ['cut', Uint8Array.from({ length: weights.length }, (_, n) => others[n] ?? 0), DAMAGED],
      ];
    }

    test('weights in external memory are checked against the model in the hardware', async () => {
      const own = loadDesign(dir).design;
      const other = forHardware(OTHERS[0]!).design;
      const weights = readFileSync(join(dir, 'dram', 'weights.bin'));
      const wrong = wrongOnes(weights, weightsOf(other));
      const otherPath = write('check.weights', weightsOf(other));
      const script = ['check_weights'];
      const expected = ['ok'];
      for (const [name, bytes, message] of wrong) {
        script.push(`weights ${write(`${name}.own`, bytes)}`, 'check_weights');
        expected.push('', message);
      }
      // After a load they are those of the other model.
      script.push(`weights ${otherPath}`, `load ${write('check.img', imageOf(other))}`, 'check_weights');
      script.push(`weights ${write('own.weights', weights)}`, 'check_weights');
      expected.push('', 'ok', 'ok', '', LENGTH);
      const sum = weightsSum(weightsOf(other));
      script.push(`read ${at('MODEL_WEIGHT_BYTES')}`, `read ${at('MODEL_WEIGHT_CRC')}`);
      expected.push(`${sum.bytes} 0`, `${sum.crc} 0`);
      expect(weightsOf(own)).toEqual(new Uint8Array(weights));
      expect(await harness.run(script, 5)).toEqual(expected);
    });

    test('a model whose weights are wrong is not loaded, and the old one stays as it was', async () => {
      const own = loadDesign(dir).design;
      const { design } = forHardware(OTHERS[2]!);
      const path = write('wrong_weights.img', imageOf(design));
      const wrong = wrongOnes(weightsOf(design), weightsOf(own));
      const script = wrong.flatMap(([name, bytes]) => [`weights ${write(`${name}.new`, bytes)}`, `load ${path}`]);
      const expected = wrong.flatMap(([, , message]) => ['', message]);
      const { commands, answers } = utterance(own, 3, 23);
      script.push(
        'weights dram/weights.bin',
        'check_weights',
        'start',
        ...commands,
        'wait 3',
        'drain',
        'outputs',
        'errors',
      );
      expected.push('', 'ok', 'ok', 'ok', answers.join(' / '), 'ok');
      expect(await harness.run(script, 6)).toEqual(expected);
    });

    test('header and map say length and CRC of the weights', () => {
      const { bytes, crc } = weightsSum(readFileSync(join(dir, 'dram', 'weights.bin')));
      const hex = `0x${crc.toString(16).padStart(8, '0')}`;
      const header = readFileSync(join(dir, 'sw', 'dut.h'), 'utf8');
      expect(header).toMatch(new RegExp(`^#define DUT_WEIGHT_BYTES +${bytes}$`, 'm'));
      expect(header).toMatch(new RegExp(`^#define DUT_WEIGHT_CRC +${hex}u$`, 'm'));
      expect(JSON.parse(readFileSync(join(dir, 'dram', 'map.json'), 'utf8'))).toMatchObject({ bytes, crc32: hex });
    });
  }

  if (shared) {
    test('lanes that share their counts refuse a model that is not balanced', () => {
      const { design } = compilation;
      expect(design.dimensions.sharedCounts).toBe(true);
      const uneven = sampleLayer({ ...asTrained(FIRST), density: 0.5, seed: 9 });
      const fitted = () => compile(uneven, design.config, randomCalibration(5), () => {}, design);
      expect(fitted).toThrow('has different word counts in its lanes, the hardware shares them');
    });
    return;
  }

  test.each([
    [{ ...FIRST, inputs: 11 }, 'needs 11 inputs, the hardware has 10'],
    [{ ...FIRST, cells: 17 }, 'needs 17 cells, the hardware has 16'],
    [{ ...FIRST, outputs: 9 }, 'needs 9 outputs, the hardware has 8'],
    [{ ...FIRST, peepholes: false }, 'has no peepholes, the hardware has peepholes'],
    [{ inputs: 5, cells: 6, peepholes: true }, 'has no projection, the hardware has projection'],
  ] as const)('the compiler refuses %j', (layer, message) => {
    expect(() => forHardware(layer)).toThrow(message);
  });
});

test('the hash of a design depends on sizes and formats, not on its weights', () => {
  const config = { name: 'dut', array: { lanes: 2 }, weights: 'dram', memoryBusBits: 64 };
  const first = sampleDesign(FIRST, config).design;
  const layer = sampleLayer(FIRST);
  const last = layer.weightX.findLastIndex((weight) => weight !== 0);
  const weightX = layer.weightX.map((weight, at) => (at === last ? -weight : weight));
  const second = compile({ ...layer, weightX }, first.config, randomCalibration(FIRST.inputs), () => {}).design;
  const sums = [first, second].map(({ matrices, dimensions }) => weightsSum(packStream(matrices, dimensions)));
  expect(sums[0]).not.toEqual(sums[1]);
  expect(designHash(first)).toBe(designHash(second));
});
