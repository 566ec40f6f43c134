import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tinyModel } from '../../fixtures/tiny_model.ts';
import type { MemoryBehaviour } from '../../sim-verilator/simulator.ts';
import { modelTensors } from '../../src/design/host_files.ts';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { writeNpy } from '../../src/util/npy.ts';
import { VERSION } from '../../src/util/version.ts';
import { simulate } from '../../src/verbs/simulate.ts';
import { COMPILED_BIN } from '../lib/compiled.ts';

let root: string;
let model: string;
let config: string;
let out: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen cli-'));
  model = join(root, 'model.safetensors');
  config = join(root, 'config.json');
  out = join(root, 'out');
  writeModel();
  writeFileSync(config, '{"name": "tiny", "array": {"lanes": 4}, "density": 0.25}');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** 4 inputs, 8 cells, projected to 3, peepholes, 2 classes. */
function writeModel(inputs = 4, change: (data: Float32Array) => void = () => {}): void {
  const tiny = tinyModel({ inputs, cells: 8, outputs: 3 });
  change(tiny.layer.weightX as Float32Array);
  writeFileSync(model, writeSafetensors(modelTensors(tiny.layer, tiny)));
}

function writeJson(name: string, value: unknown): void {
  writeFileSync(join(root, name), JSON.stringify(value));
}

async function esegen(...args: string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [COMPILED_BIN, ...args], {
    cwd: root,
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

const build = (...more: string[]) => esegen('build', model, '--config', config, '--out', out, ...more);

/** A failed build: nothing on stdout, one line on stderr, no directory, no staging left. */
async function buildError(...more: string[]): Promise<string> {
  const before = readdirSync(root);
  const { exitCode, stdout, stderr } = await build(...more);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(readdirSync(root)).toEqual(before);
  return stderr.replaceAll(`${root}/`, '');
}

describe('esegen', () => {
  test('--version prints the version, --help the commands', async () => {
    expect(await esegen('--version')).toEqual({ exitCode: 0, stdout: VERSION, stderr: '' });
    const { exitCode, stdout } = await esegen('--help');
    expect(exitCode).toBe(0);
    for (const command of [
      'build <model>',
      'image <model>',
      'simulate <dir>',
      'transcribe <dir> <audio>',
      'inspect <path>',
      'doctor',
    ]) {
      expect(stdout).toContain(`  esegen ${command}`);
    }
  });

  test.each([
    [[], 'esegen: expected a command (see esegen --help)'],
    [['frobnicate'], 'esegen: "frobnicate" is no command (see esegen --help)'],
    [['frobnicate', 'x'], 'esegen: "frobnicate" is no command (see esegen --help)'],
    [['build'], 'esegen: expected build <model> (see esegen build --help)'],
    [['transcribe', 'd'], 'esegen: expected transcribe <dir> <audio> (see esegen transcribe --help)'],
    [['build', 'm.safetensors'], 'esegen: Missing required arguments: config, out (see esegen build --help)'],
    [
      ['build', 'm', '--config', 'c', '--out', 'o', '--lanes', '8'],
      'esegen: Unknown argument: lanes (see esegen build --help)',
    ],
    [['build', 'm', '--config', 'c', '--out'], 'esegen: Not enough arguments following: out (see esegen build --help)'],
    [['build', 'm', 'n', '--config', 'c', '--out', 'o'], 'esegen: Unknown argument: n (see esegen build --help)'],
    [
      ['synth', 'd', '--family', 'x'],
      'esegen: Invalid values: Argument: family, Given: "x", Choices: "xcu", "xcup", "xc7" (see esegen synth --help)',
    ],
    [['inspect', 'nowhere'], 'esegen: nowhere: does not exist. Name a model file or a design directory'],
  ])('%j is refused in one line', async (args, stderr) => {
    expect(await esegen(...args)).toEqual({ exitCode: 1, stdout: '', stderr });
    expect(readdirSync(root).toSorted()).toEqual(['config.json', 'model.safetensors']);
  });
});

describe('paths where nothing can be', () => {
  const TOO_LONG = 'n'.repeat(300);

  test.each([
    [['inspect', 'config.json/model'], 'config.json/model', 'ENOTDIR'],
    [['inspect', TOO_LONG], TOO_LONG, 'ENAMETOOLONG'],
    [['inspect', 'circle'], 'circle', 'ELOOP'],
    [
      ['build', 'model.safetensors', '--config', 'config.json', '--out', 'config.json/out'],
      'config.json/out',
      'ENOTDIR',
    ],
    [['build', 'model.safetensors', '--config', 'config.json', '--out', 'circle'], 'circle', 'ELOOP'],
    [['run', TOO_LONG, '--input', 'x.npy', '--out', 'y.npy'], TOO_LONG, 'ENAMETOOLONG'],
    [['run', 'model.safetensors', '--input', 'x.npy', '--out', TOO_LONG], TOO_LONG, 'ENAMETOOLONG'],
    [['simulate', 'config.json/out'], 'config.json/out', 'ENOTDIR'],
    [['simulate', 'out', '--dump', 'config.json/dump'], 'config.json/dump', 'ENOTDIR'],
  ])('%j is refused in one line', async (args, path, code) => {
    symlinkSync('circle', join(root, 'circle'));
    const stderr = `esegen: ${path}: cannot be reached (${code}). Check the path and its permissions`;
    expect(await esegen(...args)).toEqual({ exitCode: 1, stdout: '', stderr });
  });
});

describe('image', () => {
  const image = (...more: string[]) =>
    esegen('image', model, '--design', out, '--out', join(root, 'other.img'), ...more);

  test('of the model of the design is that in the design', async () => {
    await build();
    const { exitCode, stdout, stderr } = await image();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const bytes = readFileSync(join(root, 'other.img'));
    expect(stdout).toContain(`other.img: ${bytes.length.toLocaleString('en-US')} bytes`);
    expect(stdout).toMatch(/^vectors /m);
    expect(bytes.equals(readFileSync(join(out, 'sw', 'model.img')))).toBe(true);
  });

  test('of other weights for hardware with room, with the weights for external memory beside it', async () => {
    const maximum = { inputs: 6, words: 400 };
    const array = { lanes: 4 };
    writeJson('config.json', { name: 'tiny', array, density: 0.25, weights: 'dram', memoryBusBits: 64, maximum });
    await build();
    writeModel(6, (data) => data.fill(0.01, 0, 20));
    const { exitCode, stdout, stderr } = await image();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('6 inputs, 8 cells, 3 outputs (projection), peepholes');
    const header = (path: string) => [...new Uint32Array(new Uint8Array(readFileSync(path)).buffer, 0, 10)];
    const [magic, version, words, low, high, inputs, cells, outputs, bytes, crc] = header(join(root, 'other.img'));
    const own = header(join(out, 'sw', 'model.img'));
    expect([magic, version, words, low, high]).toEqual(own.slice(0, 5));
    expect([inputs, cells, outputs]).toEqual([6, 8, 3]);
    const weights = readFileSync(join(root, 'other.img.weights'));
    expect(weights.length).toBeGreaterThan(0);
    expect([bytes, crc]).toEqual([weights.length, crc32(weights)]);
    const hex = `0x${crc32(weights).toString(16).padStart(8, '0')}`;
    expect(stdout).toContain(`other.img.weights: ${weights.length.toLocaleString('en-US')} bytes, CRC-32 ${hex}\n`);
  });

  test('for hardware that takes images of an earlier version is refused', async () => {
    await build();
    const path = join(out, 'sw', 'model.img');
    const old = readFileSync(path);
    old.writeUInt32LE(1, 4);
    writeFileSync(path, old);
    const description = join(out, 'design.json');
    const json = JSON.parse(readFileSync(description, 'utf8'));
    json.files['sw/model.img'] = createHash('sha256').update(old).digest('hex');
    writeFileSync(description, JSON.stringify(json));
    const { exitCode, stdout, stderr } = await image();
    const fix = 'Use the esegen that built the design, or build design and bitstream again';
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toBe(
      `esegen: sw/model.img: the hardware takes images of version 1, this esegen writes version 2. ${fix}`,
    );
    expect(existsSync(join(root, 'other.img'))).toBe(false);
  });

  test('for a design that has none of its own model is refused', async () => {
    await build();
    const description = join(out, 'design.json');
    const json = JSON.parse(readFileSync(description, 'utf8'));
    delete json.files['sw/model.img'];
    rmSync(join(out, 'sw', 'model.img'));
    writeFileSync(description, JSON.stringify(json));
    const stderr = `esegen: ${out}: holds no sw/model.img. Build the design again with esegen build`;
    expect(await image()).toEqual({ exitCode: 1, stdout: '', stderr });
  });

  test('in the place of the model, of a file of the design or of a folder is refused', async () => {
    await build();
    const before = readFileSync(model);
    const own = 'is an input of this command, which would be overwritten. Name another file';
    for (const [path, what] of [
      [model, own],
      [join(out, 'sw', 'model.img'), own],
      [out, 'is not a file, expected the name of a file to write'],
    ] as const) {
      const stderr = `esegen: ${path}: ${what}`;
      expect(await esegen('image', model, '--design', out, '--out', path)).toEqual({ exitCode: 1, stdout: '', stderr });
    }
    expect(readFileSync(model).equals(before)).toBe(true);
  });

  test('whose weights for external memory cannot be written leaves no half', async () => {
    writeJson('config.json', { name: 'tiny', array: { lanes: 4 }, weights: 'dram', memoryBusBits: 64 });
    await build();
    mkdirSync(join(root, 'other.img.weights'));
    const { exitCode, stderr } = await image();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('other.img.weights: is not a file');
    expect(existsSync(join(root, 'other.img'))).toBe(false);
  });

  test('of a model that does not fit is refused, and nothing is written', async () => {
    await build();
    writeModel(5);
    const { exitCode, stdout, stderr } = await image();
    const fix = 'Build the hardware with a larger maximum in its config';
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toBe(`esegen: ${model}: needs 5 inputs, the hardware has 4. ${fix}`);
    expect(existsSync(join(root, 'other.img'))).toBe(false);
  });
});

describe('esegen build', () => {
  test('writes a design, says what it made, and shows no progress in a pipe', async () => {
    const { exitCode, stdout, stderr } = await build();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/out: \d+ files, \d+\.\d MB, in \d+\.\d s$/);
    expect(lines).toContain('layer             4 inputs, 8 cells, 3 outputs (projection), peepholes');
    // A quarter, rounded up in each lane: 4 lanes x 4 gates x 2 of 8, likewise x 2 of 6, and 3 lanes x 2 of 8.
    expect(stdout).toMatch(/^weights {11}248, of which 70 kept \(28\.23 %, pruned here\)$/m);
    const summary = lines.slice(
      0,
      lines.findIndex((line) => line.startsWith('estimate ')),
    );
    for (const label of [
      'non-zeros',
      'words per PE',
      'imbalance',
      'padding',
      'cycles per frame',
      'accumulators',
      'vectors',
      'memories',
    ]) {
      expect(summary.filter((line) => line.startsWith(`${label} `)).length, label).toBe(1);
    }
    expect(stdout).toMatch(/^all {2,}[\d,]+( {2,}[\d,]+){5}$/m);
    expect(stdout).toMatch(/^cycles per frame {2}\d+\.\d estimated, 17\.5 ideal; \d+\.\d\d us at an assumed 200 MHz$/m);
    expect(stdout).toMatch(/^calibration {7}64 seeded normal frames$/m);
    expect(stdout).toMatch(/^host files {8}none beside the model$/m);
    expect(existsSync(join(out, 'rtl', 'tiny.v'))).toBe(true);
  });

  test('two builds give the same bytes, also where the first is replaced', async () => {
    await build();
    const read = (dir: string) => {
      const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const paths = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
      return new Map(paths.map((path) => [path.slice(dir.length), readFileSync(path).toString('latin1')]));
    };
    const first = read(out);
    expect((await build()).exitCode).toBe(0);
    expect(read(out)).toEqual(first);
    const other = join(root, 'other place');
    await esegen('build', model, '--config', config, '--out', other);
    expect(read(other)).toEqual(first);
  });

  test('does not pull the current folder away under the shell', async () => {
    const args = ['build', model, '--config', config, '--out'];
    mkdirSync(out);
    const what = 'is the current folder or above it, which a new one in its place would pull away';
    const fix = 'Name a folder below it, or run from another one';
    for (const [cwd, path] of [
      [out, '.'],
      [join(out, 'rtl'), '..'],
    ] as const) {
      const { exitCode, stderr } = await execa(process.execPath, [COMPILED_BIN, ...args, path], { cwd, reject: false });
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: `esegen: ${path}: ${what}. ${fix}` });
      await build();
    }
    const beside = await execa(process.execPath, [COMPILED_BIN, ...args, out], { cwd: root, reject: false });
    expect(beside.exitCode).toBe(0);
  });

  test('does not touch a directory of someone else', async () => {
    mkdirSync(out);
    writeFileSync(join(out, 'thesis.tex'), 'x');
    expect(await buildError()).toBe(
      'esegen: out: holds files that esegen did not write (there is no design.json of esegen in it). ' +
        'Name a new or an empty directory, or remove this one',
    );
    expect(readdirSync(out)).toEqual(['thesis.tex']);
  });

  test.each<[string, string, string]>([
    ['an unknown key', '{"array": {"lanes": 4}, "speed": 9}', 'esegen: config.json: speed: unknown key'],
    [
      'two problems',
      '{"array": {"lanes": 12}, "fifoDepth": 0}',
      'esegen: config.json: array.lanes: expected a power of two from 1 to 128, got 12\n' +
        'esegen: config.json: fifoDepth: expected an integer from 1 to 64, got 0',
    ],
    ['a hostile name', '{"name": "../x", "array": {"lanes": 4}}', 'esegen: config.json: name: expected a lower-case'],
    ['no JSON', '{', 'esegen: config.json: is not JSON ('],
  ])('a config with %s is refused', async (_, text, message) => {
    writeFileSync(config, text);
    const stderr = await buildError();
    expect(stderr.slice(0, message.length)).toBe(message);
  });

  test('hostile models are refused', async () => {
    writeModel(4, (data) => {
      data[5] = Number.NaN;
    });
    expect(await buildError()).toContain('esegen: model.safetensors: "lstm.weight_ih_l0": value 5 (row-major) is NaN');
    writeFileSync(model, readFileSync(model).subarray(0, 100));
    expect(await buildError()).toMatch(/^esegen: model\.safetensors: [^\n]+$/);
    writeFileSync(model, new Uint8Array(8).fill(255));
    expect(await buildError()).toContain('expected a header of at most 16777216 bytes');
  });

  test('calibrates with the frames beside the model, or with those that are named', async () => {
    const data = Float32Array.from({ length: 24 }, (_, n) => (n % 7) - 3);
    writeNpy(join(root, 'calibration.npy'), { dtype: 'float32', shape: [6, 4], data });
    writeJson('calibration.json', { strings: [{ steps: 2 }, { steps: 4, speaker: 'x' }] });
    expect((await build()).stdout).toMatch(/^calibration .*calibration\.npy \(6 frames, 2 utterances\)$/m);
    const named = join(root, 'named.npy');
    writeNpy(named, { dtype: 'float64', shape: [6, 4], data: Float64Array.from(data) });
    expect((await build('--calibrate', named)).stdout).toMatch(/^calibration .*named\.npy \(6 frames, 1 utterance\)$/m);
    writeNpy(named, { dtype: 'float32', shape: [6, 4], data: data.map((value) => 20_000 * value) });
    expect((await build('--calibrate', named)).stderr).toMatch(
      /^esegen: warning: .*named\.npy.*: \d+\.\d % of the values of x are beyond ±3276\d and saturate: normalize the features/m,
    );

    rmSync(out, { recursive: true });
    writeJson('calibration.json', { strings: [{ steps: 2 }, { steps: 3 }] });
    expect(await buildError()).toBe(
      'esegen: calibration.json: expected steps that sum up to the 6 frames of calibration.npy, got 5',
    );
    writeJson('calibration.json', { strings: [{ steps: 6.5 }] });
    expect(await buildError()).toContain('esegen: calibration.json: strings.0.steps: ');
  });

  test.each([
    ['int16', [6, 4], 'expected frames [T, 4] of float32 or float64, got int16 [6, 4]'],
    ['float32', [24], 'expected frames [T, 4] of float32 or float64, got float32 [24]'],
    ['float32', [4, 6], 'expected frames [T, 4], got [4, 6]. Calibrate with frames as the model was trained on'],
    ['float32', [0, 4], 'expected frames [T, 4], got [0, 4]. Calibrate with frames as the model was trained on'],
  ] as const)('calibration frames of %s %j are refused', async (dtype, shape, message) => {
    const length = shape.reduce((product: number, size) => product * size, 1);
    const path = join(root, 'frames.npy');
    if (dtype === 'int16') writeNpy(path, { dtype, shape, data: new Int16Array(length) });
    else writeNpy(path, { dtype, shape, data: new Float32Array(length) });
    expect(await buildError('--calibrate', path)).toBe(`esegen: frames.npy: ${message}`);
  });

  test('takes labels and normalisation along, and leaves those of another model', async () => {
    const norm = { mean: new Array(40).fill(0), istd: new Array(40).fill(1), stack: 2 };
    writeJson('labels.json', { labels: ['yes', '-'], blank: 1 });
    writeJson('speech.norm.json', norm);
    expect((await build()).stdout).toMatch(/^host files {8}host\/labels\.json$/m);

    rmSync(out, { recursive: true });
    writeModel(80);
    expect((await build()).stdout).toMatch(/^host files {8}host\/norm\.json, host\/labels\.json$/m);
    expect(JSON.parse(readFileSync(join(out, 'host', 'norm.json'), 'utf8'))).toEqual(norm);

    rmSync(out, { recursive: true });
    writeJson('labels.json', { labels: ['yes', 'no', '-'], blank: 2 });
    expect((await build()).stdout).toMatch(/^host files {8}host\/norm\.json$/m);
    rmSync(out, { recursive: true });
    writeJson('labels.json', { labels: 'yes' });
    expect(await buildError()).toContain('esegen: labels.json: labels: ');
  });
});

describe('esegen simulate', () => {
  test.each([
    ['--memory-latency', '1.5', 'expected a whole number from 1 to 10000, got 1.5'],
    ['--memory-bandwidth', 'all', 'expected beats in a cycle, from 0.01 to 1, got NaN'],
    ['--memory-stalls', '-0.1', 'expected a probability from 0 to 0.95, got -0.1'],
    ['--stalls', '1', 'expected a probability from 0 to 0.95, got 1'],
  ])('%s %s is refused in one line, before the design is read', async (option, value, message) => {
    const stderr = `esegen: ${option}: ${message}`;
    expect(await esegen('simulate', out, `${option}=${value}`)).toEqual({ exitCode: 1, stdout: '', stderr });
  });

  test.each<[MemoryBehaviour, string]>([
    [{ latency: 0 }, '--memory-latency: expected a whole number from 1 to 10000, got 0'],
    [{ latency: 10_001 }, '--memory-latency: expected a whole number from 1 to 10000, got 10001'],
    [{ latency: Number.NaN }, '--memory-latency: expected a whole number from 1 to 10000, got NaN'],
    [{ bandwidth: 0 }, '--memory-bandwidth: expected beats in a cycle, from 0.01 to 1, got 0'],
    [{ bandwidth: 1.01 }, '--memory-bandwidth: expected beats in a cycle, from 0.01 to 1, got 1.01'],
    [{ stalls: 1 }, '--memory-stalls: expected a probability from 0 to 0.95, got 1'],
    [
      { fault: { beat: -1, kind: 'silent', recover: false } },
      'memory.fault.beat: expected a whole number from 0 to 2147483647, got -1',
    ],
  ])('as a function: %j is refused', async (memory, message) => {
    await expect(simulate(out, { memory })).rejects.toThrow(message);
  });

  test('results that cannot be written, or would overwrite the frames, are refused before the design is read', async () => {
    const input = join(root, 'x.npy');
    await expect(simulate(out, { waves: join(root, 'nowhere', 'w.fst') })).rejects.toThrow('its folder does not exist');
    await expect(simulate(out, { waves: root })).rejects.toThrow('is not a file, expected the name of a file to write');
    await expect(simulate(out, { dump: config })).rejects.toThrow(`${config}: is a file, expected a directory`);
    writeFileSync(input, '');
    await expect(simulate(out, { input, waves: input })).rejects.toThrow('is an input of this command');
  });

  test('a memory option needs a value, and a design with external memory', async () => {
    expect(await esegen('simulate', out, '--memory-latency')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'esegen: Not enough arguments following: memory-latency (see esegen simulate --help)',
    });
    await build();
    expect(await esegen('simulate', out, '--memory-bandwidth', '0.5')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `esegen: --memory-bandwidth: ${out} has its weights on chip. Leave the option out, or build the design with "weights": "dram"`,
    });
  });

  test('runs a design with its weights in external memory, which takes longer where the memory is slow', async () => {
    writeFileSync(
      config,
      '{"name": "tiny", "array": {"lanes": 4}, "density": 0.25, "weights": "dram", "memoryBusBits": 64}',
    );
    await build();
    const run = async (...memory: string[]) => {
      const args = ['simulate', out, '--simulator', 'icarus', '--frames', '3', '--json', ...memory];
      const { exitCode, stdout } = await esegen(...args);
      expect(exitCode).toBe(0);
      return JSON.parse(stdout);
    };
    const fast = await run();
    const slow = await run('--memory-latency', '150', '--memory-bandwidth', '0.1', '--memory-stalls', '0.2');
    expect(fast).toMatchObject({ mismatches: 0, comparedWords: 9 });
    expect(slow).toMatchObject({ mismatches: 0, comparedWords: 9 });
    expect(slow.load.memoryCycles).toBeGreaterThan(fast.load.memoryCycles);
    expect(slow.cycles).toBeGreaterThan(fast.cycles);
  });
});

describe('esegen inspect', () => {
  test('says what is in a model', async () => {
    const { exitCode, stdout, stderr } = await esegen('inspect', model);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^lstm +lstm +4 → 3 +\d+ +100\.00 % +8 cells, projection, peepholes/m);
    expect(stdout).toMatch(/^fc +linear +3 → 2 +6 +100\.00 %$/m);
    expect(stdout).toMatch(/^lstm\.ix +8 +4 +32 +100\.00 % +\d\.\d+$/m);
    expect(stdout).toMatch(/^lstm\.ym +3 +8 +24 +100\.00 % +\d\.\d+$/m);
    expect(stdout).toMatch(/^lstm\.weight_ih_l0 +F32 +\[32, 4\]$/m);
  });

  test('checks and describes a design, and names a damaged file', async () => {
    await build();
    const { exitCode, stdout } = await esegen('inspect', out);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^name +tiny$/m);
    expect(stdout).toMatch(/^files +\d+, all as they were written$/m);
    const image = join(out, 'mem', 'tiny_weights_0001.mem');
    writeFileSync(
      image,
      readFileSync(image, 'utf8').replace(/.$/m, (digit) => (digit === '0' ? '1' : '0')),
    );
    const damaged = await esegen('inspect', out);
    expect({ exitCode: damaged.exitCode, stdout: damaged.stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(damaged.stderr).toMatch(/^esegen: mem\/tiny_weights_0001\.mem: damaged or changed in [^\n]+$/);
  });
});
