import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TinyModel, tinyModel } from '../../fixtures/tiny_model.ts';
import { type Compilation, compile } from '../../src/compiler/compile.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import { type DesignFiles, sha256 } from '../../src/design/files.ts';
import { generate } from '../../src/design/generate.ts';
import { loadDesign } from '../../src/design/load_design.ts';
import { writeDesign } from '../../src/design/write_design.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { packDesign } from '../../src/program/pack.ts';

const REBUILD = 'Build the design again with esegen build';

function make(config: object = {}, model = tinyModel()): { compilation: Compilation; files: DesignFiles } {
  const parsed = parseConfig({ name: 'tiny', array: { lanes: 4 }, density: 0.4, ...config }, 'config');
  const compilation = compile(model.layer, parsed, randomCalibration(model.layer.inputs));
  const host = { norm: null, labels: { labels: ['a', '-'], blank: 1 } };
  return { compilation, files: generate(compilation, model, host) };
}

let root: string;
let dir: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen-design-'));
  dir = join(root, 'out');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Ports of a design. */
function ports(input: object, cells = 1): object {
  const port = { name: 'x', axes: ['time', 'shape'] };
  const states = [{ part: 'c', input: { name: 'c0', runs: [[0, cells * 100]] }, output: null }];
  return { layer: 'lstm', input: { ...port, ...input }, output: port, states };
}

/** Changes design.json as a value. */
function edit(change: (json: Record<string, Record<string, unknown>>) => void): void {
  const path = join(dir, 'design.json');
  const json = JSON.parse(readFileSync(path, 'utf8'));
  change(json);
  writeFileSync(path, JSON.stringify(json));
}

describe('writeDesign', () => {
  test('writes every file byte for byte, in folders that it makes, and nothing beside them', () => {
    const { files } = make();
    dir = join(root, 'a b', 'c', 'out');
    writeDesign(dir, files);
    for (const [path, content] of files) expect(readFileSync(join(dir, path))).toEqual(Buffer.from(content));
    expect(readdirSync(join(root, 'a b', 'c'))).toEqual(['out']);
    expect(readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).length).toBe(
      files.size,
    );
  });

  test('replaces a design of its own as a whole', () => {
    writeDesign(dir, make({ name: 'older' }).files);
    writeDesign(dir, make({ name: 'newer' }).files);
    expect(readdirSync(join(dir, 'sw'))).toEqual(['model.img', 'newer.h', 'newer_driver.c', 'newer_driver.h']);
    expect(readdirSync(root)).toEqual(['out']);
    expect(loadDesign(dir).design.config.name).toBe('newer');
  });

  test('replaces a damaged design of its own', () => {
    const { files } = make();
    writeDesign(dir, files);
    unlinkSync(join(dir, 'mem', 'tiny_tanh.mem'));
    writeDesign(dir, files);
    expect(loadDesign(dir).files.size).toBe(files.size - 1);
  });

  test('takes an empty directory', () => {
    mkdirSync(dir);
    writeDesign(dir, make().files);
    expect(loadDesign(dir).design.config.name).toBe('tiny');
  });

  test('takes a name as long as names can be', () => {
    const long = join(root, 'n'.repeat(255));
    writeDesign(long, make().files);
    expect(readdirSync(root)).toEqual(['n'.repeat(255)]);
  });

  test('follows a link to a design, and keeps the link', () => {
    const link = join(root, 'link');
    writeDesign(dir, make({ name: 'older' }).files);
    symlinkSync(dir, link);
    writeDesign(link, make({ name: 'newer' }).files);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(loadDesign(dir).design.config.name).toBe('newer');
  });

  test.each([
    ['a file of someone else', 'notes.txt', 'mine'],
    ["another generator's design.json", 'design.json', '{"generator": "finn"}'],
    ['a design.json that is not JSON', 'design.json', 'esegen'],
  ])('refuses a directory that holds %s, and leaves it alone', (_, name, content) => {
    mkdirSync(dir);
    writeFileSync(join(dir, name), content);
    expect(() => writeDesign(dir, make().files)).toThrow(
      `${dir}: holds files that esegen did not write (there is no design.json of esegen in it). ` +
        'Name a new or an empty directory, or remove this one',
    );
    expect(readdirSync(root)).toEqual(['out']);
    expect(readdirSync(dir)).toEqual([name]);
    expect(readFileSync(join(dir, name), 'utf8')).toBe(content);
  });

  test('refuses a file, a link that leads nowhere and an empty path', () => {
    writeFileSync(dir, '');
    expect(() => writeDesign(dir, make().files)).toThrow(`${dir}: expected a directory, got a file. Name another one`);
    const link = join(root, 'link');
    symlinkSync(join(root, 'nowhere'), link);
    expect(() => writeDesign(link, make().files)).toThrow(`${link}: is a link that leads nowhere`);
    expect(() => writeDesign('', make().files)).toThrow('output directory: expected a path, got an empty text');
  });

  test('a failure while writing leaves the older design and no staging directory', () => {
    const { files } = make();
    const impossible = new Map([...files, ['README.md/below', 'a file below a file']]);
    expect(() => writeDesign(dir, impossible)).toThrow(`${dir}: cannot be written (`);
    expect(readdirSync(root)).toEqual([]);
    writeDesign(dir, files);
    expect(() => writeDesign(dir, impossible)).toThrow(`${dir}: cannot be written (`);
    expect(readdirSync(root)).toEqual(['out']);
    expect(loadDesign(dir).files.size).toBe(files.size - 1);
  });
});

describe('loadDesign', () => {
  test.each<[string, object, TinyModel]>([
    ['projection and peepholes', {}, {}],
    ['neither', {}, { outputs: null, peepholes: false }],
    ['one lane', { array: { lanes: 1 } }, {}],
    ['channels and groups', { array: { channels: 2, groups: 8, lanes: 4 }, outputBeat: 2 }, {}],
    ['more groups than columns', { array: { groups: 32, lanes: 2 } }, { outputs: null }],
    ['more lanes than cells', { array: { lanes: 16 }, elemLanes: 8 }, { cells: 3, outputs: 2 }],
    ['a single cell', { array: { lanes: 2 } }, { inputs: 1, cells: 1, outputs: null }],
    ['no weights at all', { density: 0 }, {}],
    ['external memory, bus wider than a row', { weights: 'dram' }, {}],
    [
      'external memory, bus narrower than a row',
      { weights: 'dram', memoryBusBits: 64, array: { groups: 4, lanes: 4 } },
      { outputs: null },
    ],
    ['external memory, words of a byte', { weights: 'dram', weightBits: 4, indexBits: 3, memoryBusBits: 64 }, {}],
    ['external memory, shared counts', { weights: 'dram', density: 1 }, { cells: 8, outputs: 4 }],
    ['external memory without weights', { weights: 'dram', density: 0 }, {}],
    ['split accumulators', { accumulatorMemory: 'split' }, { cells: 13 }],
    ['external memory, split accumulators', { weights: 'dram', accumulatorMemory: 'split' }, { cells: 13 }],
    ['lanes in step', { activationQueue: 'group', array: { groups: 2, lanes: 4 } }, {}],
    ['lanes in step, split accumulators', { activationQueue: 'group', accumulatorMemory: 'split' }, { cells: 13 }],
    ['dense', { density: 1, indexBits: 10, weightBits: 16 }, { inputs: 17, cells: 33, outputs: 9 }],
    ['forced accumulators', { accumulatorBits: 20, vectorBits: 9, weightBits: 4 }, {}],
  ])('gives back the very design: %s', (_, config, shape) => {
    const model = tinyModel(shape);
    const { compilation, files } = make(config, model);
    writeDesign(dir, files);
    const loaded = loadDesign(dir);
    // The compiler's matrices count their words besides; everything else is the same value.
    const { matrices, ...rest } = compilation.design;
    expect(matrices).toMatchObject(loaded.design.matrices);
    expect(loaded.design).toEqual({ ...rest, matrices: loaded.design.matrices });
    expect(packDesign(loaded.design)).toEqual(packDesign(compilation.design));
    expect(loaded.report).toEqual(compilation.report);
    expect(loaded.readModel()).toEqual({ layer: compilation.layer, outputLayer: model.outputLayer });
    expect(loaded.readLabels()).toEqual({ labels: ['a', '-'], blank: 1 });
    expect(loaded.readNorm()).toBeNull();
    expect([...loaded.files.keys()].toSorted()).toEqual(
      [...files.keys()].filter((p) => p !== 'design.json').toSorted(),
    );
  });

  test('a missing file is named', () => {
    writeDesign(dir, make().files);
    unlinkSync(join(dir, 'mem', 'tiny_weights_0003.mem'));
    expect(() => loadDesign(dir)).toThrow(`mem/tiny_weights_0003.mem: missing in ${dir}. ${REBUILD}`);
  });

  test('one changed word of a memory file is found', () => {
    writeDesign(dir, make().files);
    const path = join(dir, 'mem', 'tiny_weights_0002.mem');
    const image = readFileSync(path, 'utf8');
    writeFileSync(path, `${image[0] === '0' ? '1' : '0'}${image.slice(1)}`);
    expect(() => loadDesign(dir)).toThrow(
      /^mem\/tiny_weights_0002\.mem: damaged or changed in .*: expected SHA-256 [0-9a-f]{16}…, got [0-9a-f]{16}…\. Build/,
    );
  });

  test.each(['rtl/tiny.v', 'host/model.safetensors', 'host/labels.json', 'tb/tiny_bench.v', 'files.f'])(
    'a %s that was cut short is found',
    (path) => {
      writeDesign(dir, make().files);
      truncateSync(join(dir, path), 5);
      expect(() => loadDesign(dir)).toThrow(`${path}: damaged or changed in ${dir}: expected SHA-256`);
    },
  );

  test('a directory in the place of a file is refused', () => {
    writeDesign(dir, make().files);
    unlinkSync(join(dir, 'files.f'));
    mkdirSync(join(dir, 'files.f'));
    expect(() => loadDesign(dir)).toThrow(`files.f: expected a file in ${dir}. ${REBUILD}`);
  });

  test('what is not a design directory is refused', () => {
    const fix = 'Name a directory that esegen build wrote';
    expect(() => loadDesign(dir)).toThrow(`${dir}: does not exist. ${fix}`);
    mkdirSync(dir);
    expect(() => loadDesign(dir)).toThrow(`${dir}: is not a design of esegen: it holds no design.json. ${fix}`);
    const file = join(dir, 'design.json');
    writeFileSync(file, '{');
    expect(() => loadDesign(dir)).toThrow(`${file}: damaged: expected JSON. ${REBUILD}`);
    expect(() => loadDesign(file)).toThrow(`${file}: expected a design directory, got a file. ${fix}`);
    writeFileSync(file, '{"generator": "finn", "format": 2}');
    expect(() => loadDesign(dir)).toThrow(`${file}: generator: expected "esegen". ${REBUILD}`);
    writeFileSync(file, '{"generator": "esegen", "format": 1}');
    expect(() => loadDesign(dir)).toThrow(`${file}: format: expected 2, the format of this version of esegen.`);
  });

  test.each([
    '../secret',
    '/etc/passwd',
    'mem/../../secret',
    'mem/./x',
    'mem//x',
    'C:/x',
    'a\\b',
    'a\nb',
    'design.json',
    '',
  ])('a listed path %j does not leave the directory', (path) => {
    writeDesign(dir, make().files);
    writeFileSync(join(root, 'secret'), 'secret');
    edit((json) => {
      json.files![path] = '0'.repeat(64);
    });
    expect(() => loadDesign(dir)).toThrow(/: expected paths of files below the design directory\. Build/);
  });

  describe('with the weights in external memory', () => {
    const IMAGE = 'dram/weights.bin';

    /** Changes the image and its hash. */
    function changeImage(change: (image: Buffer) => Buffer): void {
      writeDesign(dir, make({ weights: 'dram', memoryBusBits: 64 }).files);
      const image = change(readFileSync(join(dir, IMAGE)));
      writeFileSync(join(dir, IMAGE), image);
      edit((json) => {
        json.files![IMAGE] = sha256(image);
      });
    }

    const NOT_COUNTED = `${IMAGE}: does not hold the words that the pointer memories count. ${REBUILD}`;

    test('one changed bit of the image is found', () => {
      writeDesign(dir, make({ weights: 'dram' }).files);
      const image = readFileSync(join(dir, IMAGE));
      image[3]! ^= 1;
      writeFileSync(join(dir, IMAGE), image);
      expect(() => loadDesign(dir)).toThrow(`${IMAGE}: damaged or changed in ${dir}: expected SHA-256`);
    });

    test.each([IMAGE, 'dram/map.json'])('a missing %s is named', (path) => {
      writeDesign(dir, make({ weights: 'dram' }).files);
      unlinkSync(join(dir, path));
      expect(() => loadDesign(dir)).toThrow(`${path}: missing in ${dir}. ${REBUILD}`);
    });

    test('an image that is not listed is missed', () => {
      writeDesign(dir, make({ weights: 'dram' }).files);
      edit((json) => delete json.files![IMAGE]);
      expect(() => loadDesign(dir)).toThrow(`files: ${IMAGE} is not listed. ${REBUILD}`);
    });

    test.each([-8, -1, 8])('an image of another length is refused: %i bytes', (more) => {
      let bytes = 0;
      changeImage((image) => {
        bytes = image.length;
        return Buffer.concat([image, Buffer.alloc(8)]).subarray(0, bytes + more);
      });
      expect(() => loadDesign(dir)).toThrow(`${IMAGE}: expected ${bytes} bytes, got ${bytes + more}. ${REBUILD}`);
    });

    test('an image with a filler in the place of a word is refused, and with a word in that of a filler', () => {
      // 12 + 4 bits: a filler is 0x8000. Lane 0 has a word in row 0; the last row of W_ym is not full.
      changeImage((image) => {
        image.writeUInt16LE(0x8000, 0);
        return image;
      });
      expect(() => loadDesign(dir)).toThrow(NOT_COUNTED);
      changeImage((image) => {
        const fillers = Array.from({ length: image.length / 2 }, (_, at) => at).filter(
          (at) => image.readUInt16LE(2 * at) === 0x8000,
        );
        image.writeUInt16LE(0x0010, 2 * fillers[0]!);
        return image;
      });
      expect(() => loadDesign(dir)).toThrow(NOT_COUNTED);
    });
  });

  test.each<[string, (json: Record<string, Record<string, unknown>>) => void, string]>([
    ['a depth', (json) => (json.dimensions!.weightDepth = 9999), 'dimensions.'],
    ['a derived width', (json) => (json.dimensions!.rowBits = 30), 'dimensions.rowBits: expected 3, got "30"'],
    [
      'shared counts that are not',
      (json) => (json.dimensions!.sharedCounts = true),
      'files: mem/tiny_pointers_0001.mem is no memory of this design',
    ],
    [
      'the place of the weights',
      (json) => (json.config!.weights = 'dram'),
      'dimensions.dram: expected true, got "false"',
    ],
    ['an unknown dimension', (json) => (json.dimensions!.more = 1), 'dimensions.more: expected undefined, got "1"'],
    [
      'the lanes',
      (json) => Object.assign(json.config!, { array: { lanes: 64 } }),
      'dimensions.tiles: expected 1 that add up to the 1 cells of a lane',
    ],
    [
      'the config',
      (json) => (json.config!.fifoDepth = 0),
      'config: fifoDepth: expected an integer from 1 to 64, got 0',
    ],
    ['the shape', (json) => (json.shape!.cells = 1e9), 'shape.cells'],
    ['a format', (json) => (json.formats!.accBits = '33'), 'formats.accBits'],
    ['a key', (json) => (json.formats!.more = 3), 'formats: Unrecognized key: "more"'],
    ['ports', (json) => Object.assign(json, { ports: { layer: 'lstm' } }), 'ports.input'],
    ['axes', (json) => Object.assign(json, { ports: ports({ axes: ['time', 'time', 'shape'] }) }), 'at most once'],
    [
      'axes without one for elements',
      (json) => Object.assign(json, { ports: ports({ axes: [] }) }),
      'ports.input.axes',
    ],
    ['elements of a state', (json) => Object.assign(json, { ports: ports({}, 7) }), 'ports.states.0.input: expected'],
    ['a hash', (json) => (json.files!['files.f'] = 'x'), 'expected a SHA-256 of 64 hexadecimal digits'],
    ['a missing memory', (json) => delete json.files!['mem/tiny_tanh.mem'], 'files: mem/tiny_tanh.mem is not listed'],
    [
      'a schedule',
      (json) => Object.assign(json.schedule![2]!, { shift: 1 }),
      'schedule.2: is not what mem/tiny_schedule.mem',
    ],
  ])('%s that was changed in design.json is found', (_, change, message) => {
    writeDesign(dir, make().files);
    edit(change);
    expect(() => loadDesign(dir)).toThrow(message);
    expect(existsSync(join(dir, 'design.json'))).toBe(true);
  });
});
