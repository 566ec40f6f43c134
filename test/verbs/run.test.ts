import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import { runGolden } from '../../sim-verilator/cosimulate.ts';
import { singleVoice } from '../../sim-verilator/stimuli.ts';
import { parseList } from '../../src/cli/lists.ts';
import { createFrames } from '../../src/data/frames.ts';
import { importModel } from '../../src/model/import/read_model.ts';
import { runFloatModel } from '../../src/model/reference/float_model.ts';
import { readNpy, writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { type RunOptions, run } from '../../src/verbs/run.ts';
import { quantizeFrames } from '../../src/verbs/simulation/input_frames.ts';

const ONNX = fileURLToPath(new URL('../../examples/onnx/', import.meta.url));

let root: string;
let input: string;
let out: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen run-'));
  input = join(root, 'x.npy');
  out = join(root, 'y.npy');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function writeInput(path: string, ...shape: number[]): Float64Array {
  const rng = new Rng(shape.length);
  const data = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal());
  writeNpy(path, { dtype: 'float64', shape, data });
  return data;
}

/** Outputs of a run, [T, (B,) P]. */
function runs(options: Partial<RunOptions> & Pick<RunOptions, 'path'>) {
  run({ engine: 'float', input, out, ...options });
  return readNpy(out);
}

/** Message of a run that must fail, with nothing written. */
function fails(options: Partial<RunOptions> & Pick<RunOptions, 'path'>): string {
  const before = readdirSync(root);
  try {
    run({ engine: 'float', input, out, ...options });
  } catch (error) {
    expect(readdirSync(root)).toEqual(before);
    return String(error).replaceAll(`${root}/`, '').replaceAll(ONNX, '');
  }
  throw new Error('did not fail');
}

describe('the file of outputs', () => {
  test('may be a link, which stays, and have a name as long as names can be', () => {
    const path = `${ONNX}stacked.onnx`;
    writeInput(input, 3, importModel(path).model.layers[0]![0]!.layer.inputs);
    const expected = runs({ path });
    const linked = join(root, 'linked.npy');
    writeFileSync(linked, '');
    symlinkSync(linked, join(root, 'link.npy'));
    for (const name of ['link.npy', `${'n'.repeat(251)}.npy`]) {
      run({ path, engine: 'float', input, out: join(root, name) });
      expect(readNpy(join(root, name))).toEqual(expected);
    }
    expect(readNpy(linked)).toEqual(expected);
    expect(readdirSync(root)).toHaveLength(5);
  });
});

describe('run, float', () => {
  test.each(['stacked', 'both-directions', 'operator-states'])('%s.onnx gives what it was trained to', (name) => {
    const values = z
      .object({ x: z.array(z.array(z.number())), y: z.array(z.array(z.number())) })
      .parse(JSON.parse(readFileSync(`${ONNX}${name}.json`, 'utf8')));
    const data = Float64Array.from(values.x.flat());
    writeNpy(input, { dtype: 'float64', shape: [values.x.length, values.x[0]!.length], data });
    const y = runs({ path: `${ONNX}${name}.onnx` });
    expect(y.shape).toEqual([values.y.length, values.y[0]!.length]);
    values.y.flat().forEach((value, n) => {
      expect(y.data[n]).toBeCloseTo(value, 5);
    });
  });

  test('the voices of a batch do not touch each other, and end where they end', () => {
    const path = `${ONNX}both-directions.onnx`;
    const { model } = importModel(path);
    const inputs = model.layers[0]![0]!.layer.inputs;
    const x = writeInput(input, 6, 3, inputs);
    const lengths = [6, 0, 4];
    const y = runs({ path, lengths });
    const width = y.shape[2]!;
    expect(y.shape).toEqual([6, 3, width]);
    for (const [voice, length] of lengths.entries()) {
      const frames = createFrames(6, inputs);
      for (let t = 0; t < 6; t++) {
        frames.data.set(x.subarray((3 * t + voice) * inputs, (3 * t + voice + 1) * inputs), t * inputs);
      }
      const expected = runFloatModel(model, frames, length).data;
      for (let t = 0; t < 6; t++) {
        const own = y.data.subarray((3 * t + voice) * width, (3 * t + voice + 1) * width);
        expect([...own]).toEqual([...expected.subarray(t * width, (t + 1) * width)]);
      }
    }
  });

  test('initial states take the place of those of the model', () => {
    const path = `${ONNX}operator-states.onnx`;
    const { model } = importModel(path);
    const directions = model.layers.flat();
    const { inputs, cells, outputs } = directions[0]!.layer;
    writeInput(input, 5, inputs);
    const own = runs({ path }).data.slice();
    const files = { initialY: join(root, 'y0.npy'), initialC: join(root, 'c0.npy') };
    const put = (file: string, size: number, state: (n: number) => ArrayLike<number>) => {
      const data = Float64Array.from(directions.flatMap((_, n) => Array.from(state(n))));
      writeNpy(file, { dtype: 'float64', shape: [directions.length, size], data });
    };
    put(files.initialY, outputs, (n) => directions[n]!.initial!.y);
    put(files.initialC, cells, (n) => directions[n]!.initial!.c);
    expect(runs({ path, ...files }).data).toEqual(own);
    put(files.initialC, cells, () => new Float64Array(cells));
    expect(runs({ path, ...files }).data).not.toEqual(own);
  });

  test('fixed lengths of the model count', () => {
    const path = `${ONNX}operator-lengths.onnx`;
    const { model } = importModel(path);
    const { inputs } = model.layers[0]![0]!.layer;
    const [length] = model.sequenceLengths!;
    writeInput(input, length! + 2, inputs);
    const y = runs({ path });
    const width = y.shape[1]!;
    expect(y.data.subarray(length! * width).every((value) => value === 0)).toBe(true);
    expect(y.data.subarray(0, length! * width).some((value) => value !== 0)).toBe(true);
    expect(fails({ path, lengths: [1] })).toContain('the model fixes the lengths');
  });
});

describe('run, golden', () => {
  test('a design gives what the golden model of co-simulation gives, voice by voice', async () => {
    const compilation = sampleDesign({ inputs: 5, cells: 8, outputs: 4 }, { array: { lanes: 4 } });
    const { formats } = compilation.design;
    await withDesignDir(compilation, async (path) => {
      const x = writeInput(input, 7, 2, 5);
      const y = runs({ path, engine: 'golden' });
      expect(y.shape).toEqual([7, 2, 4]);
      for (const voice of [0, 1]) {
        const frames = createFrames(7, 5);
        for (let t = 0; t < 7; t++) frames.data.set(x.subarray((2 * t + voice) * 5, (2 * t + voice + 1) * 5), t * 5);
        const expected = runGolden(compilation.design, singleVoice(quantizeFrames(frames, formats)));
        for (let at = 0; at < expected.length; at++) {
          const value = y.data[(2 * Math.floor(at / 4) + voice) * 4 + (at % 4)]!;
          expect(value * 2 ** formats.yFrac).toBe(expected[at]);
        }
      }
      const float = runs({ path }).data;
      expect(Math.max(...float.map((value, at) => Math.abs(value - y.data[at]!)))).toBeLessThan(0.02);
    });
  });

  test('a model file with a config gives what its design gives', () => {
    const path = `${ONNX}plain.onnx`;
    const { inputs } = importModel(path).model.layers[0]![0]!.layer;
    writeInput(input, 6, inputs);
    const float = runs({ path }).data.slice();
    const golden = runs({ path, engine: 'golden', config: writeConfig() }).data;
    expect(golden).not.toEqual(float);
    expect(Math.max(...float.map((value, at) => Math.abs(value - golden[at]!)))).toBeLessThan(0.01);
  });
});

function writeConfig(): string {
  const config = join(root, 'config.json');
  writeFileSync(config, '{"array": {"lanes": 4}}');
  return config;
}

describe('run refuses', () => {
  test('bad input, without writing anything', () => {
    const path = `${ONNX}plain.onnx`;
    writeInput(input, 4, 5);
    expect(fails({ path: join(root, 'none') })).toContain('none: does not exist');
    expect(fails({ path, engine: 'golden' })).toContain('Name a config with --config');
    expect(fails({ path, config: 'c.json' })).toContain('no effect on the float engine');
    expect(fails({ path, lengths: [5] })).toContain('--lengths: expected 1 lengths from 0 to 4 frames, got 5');
    expect(fails({ path, lengths: [1, 2] })).toContain('got 1, 2');
    expect(fails({ path, initialY: input })).toContain('expected both y and c');
    expect(fails({ path, initialY: input, initialC: input })).toContain('expected float32 or float64 [1, 1, ');
    expect(fails({ path, engine: 'golden', config: writeConfig(), initialY: input, initialC: input })).toContain(
      'the hardware starts from zeros',
    );
    expect(fails({ path: `${ONNX}stacked.onnx`, engine: 'golden', config: writeConfig() })).toContain(
      'is another LSTM layer',
    );
    expect(fails({ path, out: join(root, 'missing', 'y.npy') })).toContain('its folder does not exist');
    expect(fails({ path, out: root })).toContain('is not a file');
    expect(fails({ path, out: input })).toContain('is an input of this command');
    writeInput(input, 4, 6);
    expect(fails({ path })).toBe(
      'EsegenError: x.npy: expected frames [T, 5] or [T, B, 5] of float32 or float64, got float64 [4, 6]',
    );
    writeInput(input, 0, 5);
    expect(fails({ path })).toContain('got float64 [0, 5]');
  });

  test('calibration frames for a design, whose formats are fixed', async () => {
    writeInput(input, 4, 5);
    await withDesignDir(sampleDesign({ inputs: 5, cells: 6 }, { array: { lanes: 2 } }), async (path) => {
      const message = `EsegenError: --calibrate: ${path} is a design and has its number formats. Leave it out`;
      for (const engine of ['golden', 'float'] as const)
        expect(fails({ path, engine, calibrate: input })).toBe(message);
    });
  });

  test('lists that are none', () => {
    expect(parseList('--x', '16,12,8')).toEqual([16, 12, 8]);
    expect(parseList('--x', '4..6')).toEqual([4, 5, 6]);
    expect(parseList('--x', '0.5,0.1')).toEqual([0.5, 0.1]);
    for (const text of ['', 'a', '6..4', '1,,2', '1e9', '-3', '1..9999999']) {
      expect(() => parseList('--x', text)).toThrow('--x: expected numbers such as 16,12,8');
    }
  });
});
