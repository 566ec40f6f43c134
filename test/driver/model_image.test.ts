import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomCalibration } from '../../src/compiler/calibrate.ts';
import { type Compilation, compile } from '../../src/compiler/compile.ts';
import { packModelImage, readImageHash } from '../../src/compiler/model_image.ts';
import { packStream } from '../../src/compiler/stream.ts';
import { registerOf } from '../../src/control/registers.ts';
import { loadDesign, writeDesign } from '../../src/design_dir.ts';
import { generate } from '../../src/generate.ts';
import { type SampleLayer, sampleDesign, sampleLayer } from '../lib/sample_design.ts';
import { utterance } from './driver_design.ts';
import { buildHarness, type Harness } from './harness.ts';

/** The model for which the hardware is built, and smaller, larger and denser ones that it is to run. */
const FIRST: SampleLayer = { inputs: 5, cells: 6, outputs: 3, peepholes: true, density: 0.5 };
const OTHERS: readonly SampleLayer[] = [
  { inputs: 9, cells: 13, outputs: 7, peepholes: true, density: 0.6, seed: 2 },
  { inputs: 1, cells: 1, outputs: 1, peepholes: true, density: 1, seed: 3 },
  { inputs: 4, cells: 16, outputs: 2, peepholes: true, density: 0.9, seed: 4 },
];
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
    hash = readImageHash(readFileSync(join(dir, 'sw', 'model.img')));
    harness = await buildHarness(dir, dram);
  }, 120_000);

  afterAll(async () => {
    await harness.close();
    rmSync(parent, { recursive: true, force: true });
  });

  function forHardware(layer: SampleLayer): Compilation {
    const { design } = compilation;
    return compile(sampleLayer(asTrained(layer)), design.config, randomCalibration(layer.inputs), () => {}, design);
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
      const path = write(`model${n}.img`, packModelImage(design, hash));
      if (dram) script.push(`weights ${write(`model${n}.weights`, packStream(design.matrices, design.dimensions))}`);
      const { commands, answers } = utterance(design, 4, 10 + n);
      script.push(`load ${path}`, `read ${at('MODEL_INPUTS')}`, `read ${at('MODEL_OUTPUTS')}`, 'start', ...commands);
      script.push('wait 4', 'drain', 'outputs', 'errors', 'reset');
      const { inputs, outputs } = design.dimensions;
      if (dram) expected.push('');
      expected.push('ok', `${inputs} 0`, `${outputs} 0`, 'ok', 'ok', answers.join(' / '), 'ok', 'ok');
    }
    expect(await harness.run(script, 1)).toEqual(expected);
  });

  test('an image that is wrong in any way is refused, and the model stays as it was', async () => {
    const image = packModelImage(forHardware(OTHERS[0]!).design, hash);
    const flipped = (byte: number) => image.map((value, n) => (n === byte ? value ^ 0x10 : value));
    const cases: readonly (readonly [string, Uint8Array, string])[] = [
      ['magic', changed(image, 0, 1), 'this is no image of a model'],
      ['version', changed(image, 1, 2), 'the image has a version that this hardware does not know'],
      ['design', changed(image, 3, 0), 'the image was made for another design'],
      ['design2', changed(image, 4, 0), 'the image was made for another design'],
      ['inputs', changed(image, 5, MAXIMUM.inputs + 1), 'the image does not fit this hardware'],
      ['no inputs', changed(image, 5, 0), 'the image does not fit this hardware'],
      ['kind', changed(image, 8, 7 << 12), 'the image does not fit this hardware'],
      ['number', changed(image, 8, (1 << 12) | 4), 'the image does not fit this hardware'],
      ['depth', changed(image, 9, 100_000), 'the image does not fit this hardware'],
      [
        'section',
        changed(image, 9, new DataView(image.buffer).getUint32(36, true) + 1),
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
    const path = write('running.img', packModelImage(forHardware(OTHERS[0]!).design, hash));
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

  test('a load that is broken off leaves no model: the core does not start until one is loaded', async () => {
    const { design } = forHardware(OTHERS[0]!);
    const path = write('partial.img', packModelImage(design, hash));
    const { commands, answers } = utterance(design, 2, 22);
    const weights = dram ? [`weights ${write('partial.weights', packStream(design.matrices, design.dimensions))}`] : [];
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
    [{ ...FIRST, peepholes: false }, 'lacks peepholes, the hardware does'],
    [{ inputs: 5, cells: 6, peepholes: true }, 'lacks projection, the hardware does'],
  ] as const)('the compiler refuses %j', (layer, message) => {
    expect(() => forHardware(layer)).toThrow(message);
  });
});
