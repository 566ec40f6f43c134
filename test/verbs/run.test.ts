import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import { runGolden } from '../../sim-verilator/cosimulate.ts';
import { singleVoice } from '../../sim-verilator/stimuli.ts';
import { formatResult } from '../../src/cli/build.ts';
import { DENSITIES, parseList, WIDTHS } from '../../src/cli/lists.ts';
import { createFrames } from '../../src/data/frames.ts';
import { encodeNpz, readNpz } from '../../src/data/npz.ts';
import { elementsOf, type Graph } from '../../src/model/graph.ts';
import { importModel } from '../../src/model/import/read_model.ts';
import { FloatNetwork } from '../../src/model/reference/float_network.ts';
import { type NpyArray, readNpy, writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { build } from '../../src/verbs/build.ts';
import type { NamedPath } from '../../src/verbs/run/named_path.ts';
import { quantizeFrames } from '../../src/verbs/run/one_layer_golden.ts';
import { type RunOptions, run } from '../../src/verbs/run.ts';

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

type Options = Partial<RunOptions> & Pick<RunOptions, 'path'>;

/** A file without a name. */
function file(path: string): NamedPath[] {
  return [{ name: null, path }];
}

/** Outputs of a run, [T, (B,) P]. */
function runs(options: Options) {
  run({ engine: 'float', inputs: file(input), out: file(out), ...options });
  return readNpy(out);
}

/** The graph of a model and the width of its first input. */
function graphWithInputs(path: string): { graph: Graph; inputs: number } {
  const { graph } = importModel(path);
  return { graph, inputs: elementsOf(graph.tensors.get(graph.inputs[0]!.tensor)!) };
}

/** Message of a run that must fail, with nothing written. */
function fails(options: Options): string {
  const before = readdirSync(root);
  try {
    run({ engine: 'float', inputs: file(input), out: file(out), ...options });
  } catch (error) {
    expect(readdirSync(root)).toEqual(before);
    return String(error).replaceAll(`${root}/`, '').replaceAll(ONNX, '');
  }
  throw new Error('did not fail');
}

describe('the file of outputs', () => {
  test('may be a link, which stays, and have a name as long as names can be', () => {
    const path = `${ONNX}stacked.onnx`;
    writeInput(input, 3, graphWithInputs(path).inputs);
    const expected = runs({ path });
    const linked = join(root, 'linked.npy');
    writeFileSync(linked, '');
    symlinkSync(linked, join(root, 'link.npy'));
    for (const name of ['link.npy', `${'n'.repeat(251)}.npy`]) {
      run({ path, engine: 'float', inputs: file(input), out: file(join(root, name)) });
      expect(readNpy(join(root, name))).toEqual(expected);
    }
    expect(readNpy(linked)).toEqual(expected);
    expect(readdirSync(root)).toHaveLength(5);
  });
});

describe('run, float', () => {
  test.each(['stacked', 'no-bias-opset9', 'operator-states'])('%s.onnx gives what it was trained to', (name) => {
    const values = z
      .object({ x: z.array(z.array(z.number())), y: z.array(z.array(z.number())) })
      .parse(JSON.parse(readFileSync(`${ONNX}${name}.json`, 'utf8')));
    const data = Float64Array.from(values.x.flat());
    writeNpy(input, { dtype: 'float64', shape: [values.x.length, values.x[0]!.length], data });
    const y = runs({ path: `${ONNX}${name}.onnx` });
    expect([y.shape[0], y.data.length]).toEqual([values.y.length, values.y.flat().length]);
    values.y.flat().forEach((value, n) => {
      expect(y.data[n]).toBeCloseTo(value, 5);
    });
  });

  test('the voices of a batch do not touch each other, and end where they end', () => {
    const path = `${ONNX}both-directions.onnx`;
    const { graph, inputs } = graphWithInputs(path);
    const network = new FloatNetwork(graph);
    const x = writeInput(input, 6, 3, inputs);
    const lengths = [6, 1, 4];
    const y = runs({ path, lengths });
    const width = y.shape[2]!;
    expect(y.shape).toEqual([6, 3, width]);
    for (const [voice, length] of lengths.entries()) {
      const frames = createFrames(length, inputs);
      for (let t = 0; t < length; t++) {
        frames.data.set(x.subarray((3 * t + voice) * inputs, (3 * t + voice + 1) * inputs), t * inputs);
      }
      const { outputs } = network.run(new Map([[graph.inputs[0]!.tensor, frames]]));
      const expected = outputs.get(graph.outputs[0]!.tensor)!.data;
      for (let t = 0; t < 6; t++) {
        const own = y.data.subarray((3 * t + voice) * width, (3 * t + voice + 1) * width);
        expect([...own]).toEqual(
          t < length ? [...expected.subarray(t * width, (t + 1) * width)] : new Array(width).fill(0),
        );
      }
    }
  });

  test('states that are given take the place of those of the model', () => {
    const path = `${ONNX}operator-states.onnx`;
    const { graph, inputs } = graphWithInputs(path);
    writeInput(input, 5, inputs);
    const own = runs({ path }).data.slice();
    const write = (name: string, values: ArrayLike<number>): NamedPath => {
      const state = join(root, `${name}.npy`);
      writeNpy(state, { dtype: 'float64', shape: [values.length], data: Float64Array.from(values) });
      return { name, path: state };
    };
    const lstms = graph.nodes.flatMap(({ id, layer }) => (layer.kind === 'lstm' ? [{ id, layer }] : []));
    const states = lstms.flatMap(({ id, layer }) => [
      write(`${id}.y`, layer.initial!.y),
      write(`${id}.c`, layer.initial!.c),
    ]);
    expect(runs({ path, states }).data).toEqual(own);
    const changed = [
      ...states.slice(0, -1),
      write(`${lstms.at(-1)!.id}.c`, new Float64Array(lstms.at(-1)!.layer.cells)),
    ];
    expect(runs({ path, states: changed }).data).not.toEqual(own);
    expect(fails({ path, states: [{ name: 'lstm9.c', path: input }] })).toContain(
      'expected the name of a state: "lstm',
    );
    expect(fails({ path, states: [{ ...states[0]!, path: input }] })).toContain('elements of float32 or float64');
  });

  test('fixed lengths of the model count', () => {
    const path = `${ONNX}operator-lengths.onnx`;
    const { graph, inputs } = graphWithInputs(path);
    const [length] = graph.sequenceLengths!;
    writeInput(input, length! + 2, inputs);
    const { shape, data } = runs({ path });
    const width = data.length / shape[0]!;
    expect(data.subarray(length! * width).every((value) => value === 0)).toBe(true);
    expect(data.subarray(0, length! * width).some((value) => value !== 0)).toBe(true);
    expect(fails({ path, lengths: [1] })).toContain('the model fixes the lengths');
  });
});

describe('many utterances', () => {
  const path = `${ONNX}both-directions.onnx`;

  /** Outputs of utterances one by one. */
  function oneByOne(utterances: readonly Float64Array[], width: number): number[][] {
    return utterances.map((data) => {
      writeNpy(input, { dtype: 'float64', shape: [data.length / width, width], data });
      return [...runs({ path }).data];
    });
  }

  test('one behind the other with lengths, an archive or an option, are each an utterance', () => {
    const { inputs, graph } = graphWithInputs(path);
    const x = writeInput(input, 9, inputs);
    const lengths = [4, 2, 3];
    const parts = [x.slice(0, 4 * inputs), x.slice(4 * inputs, 6 * inputs), x.slice(6 * inputs)];
    const expected = oneByOne(parts, inputs).flat();
    writeNpy(input, { dtype: 'float64', shape: [9, inputs], data: x });
    expect([...runs({ path, lengths }).data]).toEqual(expected);
    const [archive, results] = [join(root, 'x.npz'), join(root, 'y.npz')];
    const arrays = new Map<string, NpyArray>([
      ['frames', { dtype: 'float64', shape: [9, inputs], data: x }],
      ['lengths', { dtype: 'int32', shape: [3], data: Int32Array.from(lengths) }],
    ]);
    writeFileSync(archive, encodeNpz(arrays));
    const { utterances, steps } = run({ path, engine: 'float', inputs: file(archive), out: file(results) });
    expect({ utterances, steps }).toEqual({ utterances: 3, steps: 9 });
    const read = readNpz(results);
    expect([...read.keys()]).toEqual([graph.outputs[0]!.name, 'lengths']);
    expect([...read.get(graph.outputs[0]!.name)!.data]).toEqual(expected);
    expect([...read.get('lengths')!.data]).toEqual(lengths);
    expect(fails({ path, inputs: file(archive), lengths })).toContain('the archive has lengths');
    writeNpy(input, { dtype: 'float64', shape: [9, inputs], data: x });
    expect(fails({ path, lengths: [4, 2] })).toContain('one behind the other that sum up to 9 steps, got 4, 2');
  });

  test('with the borders of a JSON file beside the array, the same; they must cover it', () => {
    const { inputs } = graphWithInputs(path);
    const x = writeInput(input, 9, inputs);
    const borders = input.replace(/npy$/, 'json');
    const write = (...steps: number[]) =>
      writeFileSync(borders, JSON.stringify({ strings: steps.map((count) => ({ steps: count })) }));
    const parts = [x.slice(0, 4 * inputs), x.slice(4 * inputs)];
    const expected = oneByOne(parts, inputs).flat();
    writeNpy(input, { dtype: 'float64', shape: [9, inputs], data: x });
    write(4, 5);
    expect([...runs({ path }).data]).toEqual(expected);
    expect(fails({ path, lengths: [4, 5] })).toContain('--lengths: x.json has lengths');
    for (const steps of [[4, 4], [8]]) {
      write(...steps);
      expect(fails({ path })).toContain('x.json: expected steps that sum up to the 9 frames of x.npy, got 8');
    }
    write(9);
    expect([...runs({ path }).data]).toEqual(oneByOne([x], inputs).flat());
    rmSync(borders);
  });

  test('of a folder go to a folder', () => {
    const { inputs } = graphWithInputs(path);
    const folder = join(root, 'in');
    mkdirSync(folder);
    const rng = new Rng(5);
    const parts = [3, 1].map((steps) => Float64Array.from({ length: steps * inputs }, () => rng.normal()));
    for (const [n, data] of parts.entries()) {
      writeNpy(join(folder, `${n}.npy`), { dtype: 'float64', shape: [data.length / inputs, inputs], data });
    }
    const expected = oneByOne(parts, inputs);
    const target = join(root, 'out');
    run({ path, engine: 'float', inputs: file(folder), out: file(target) });
    expect(readdirSync(target)).toEqual(['0.npy', '1.npy']);
    expect(parts.map((_, n) => [...readNpy(join(target, `${n}.npy`)).data])).toEqual(expected);
    writeFileSync(join(folder, '1.npy'), '');
    const other = join(root, 'other');
    expect(fails({ path, inputs: file(folder), out: file(other) })).toContain('1.npy: expected a .npy file');
    expect(fails({ path, inputs: file(folder), out: file(other), lengths: [1] })).toContain(
      'no common states or lengths',
    );
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

  test.each(['plain', 'stacked', 'both-directions'])(
    'of %s.onnx with a config is close to double precision',
    (name) => {
      const path = `${ONNX}${name}.onnx`;
      writeInput(input, 6, graphWithInputs(path).inputs);
      const float = runs({ path }).data.slice();
      const golden = runs({ path, engine: 'golden', config: writeConfig() }).data;
      expect(golden).not.toEqual(float);
      expect(Math.max(...float.map((value, at) => Math.abs(value - golden[at]!)))).toBeLessThan(0.01);
    },
  );
});

test('states of a one-layer model: its golden engine goes on where it stopped, build names them', async () => {
  const path = `${ONNX}states.onnx`;
  const { graph, inputs } = graphWithInputs(path);
  const config = writeConfig();
  const x = writeInput(input, 6, 1, inputs);
  const golden = { path, engine: 'golden', config } as const;
  const whole = runs(golden).data.slice();
  const { id } = graph.nodes[0]!;
  const states = ['y', 'c'].map((part) => ({ name: `${id}.${part}`, path: join(root, `state-${part}.npy`) }));
  writeNpy(input, { dtype: 'float64', shape: [4, 1, inputs], data: x.slice(0, 4 * inputs) });
  const first = runs({ ...golden, stateOut: states }).data.slice();
  writeNpy(input, { dtype: 'float64', shape: [2, 1, inputs], data: x.slice(4 * inputs) });
  const second = runs({ ...golden, states }).data.slice();
  expect([...first, ...second]).toEqual([...whole]);
  expect(runs(golden).data).not.toEqual(second);

  const design = build({ model: path, config, out: join(root, 'design') });
  expect(design.states).toEqual(
    graph.states.map((s) => expect.objectContaining({ part: s.part, input: s.input!.name })),
  );
  expect(formatResult(design)).toMatch(/states +.*in the state registers: write_state and read_state/);
});

test('a one-layer model that gives y itself beside its output layer: the golden engine gives both', () => {
  const path = `${ONNX}classes.onnx`;
  const to = ['/lstm/LSTM_output_0', '/fc/Add_output_0'];
  writeInput(input, 6, graphWithInputs(path).inputs);
  const both = (engine: 'float' | 'golden') => {
    const files = to.map((name, n) => ({ name, path: join(root, `${engine}${n}.npy`) }));
    const config = engine === 'golden' ? writeConfig() : undefined;
    run({ path, engine, config, inputs: file(input), out: files, model: { to } });
    return files.map((each) => readNpy(each.path));
  };
  const [golden, float] = [both('golden'), both('float')];
  for (const [n, { shape, data }] of float.entries()) {
    expect(golden[n]!.shape).toEqual(shape);
    expect(Math.max(...data.map((value, at) => Math.abs(value - golden[n]!.data[at]!)))).toBeLessThan(0.01);
  }
});

test('a design takes and gives the arrays of the model that it was built from, and states by their names', () => {
  const config = writeConfig();
  const path = `${ONNX}classes.onnx`;
  const dir = join(root, 'classes');
  build({ model: path, config, out: dir });
  // The model is batch-first; the design ends before its softmax.
  writeInput(input, 2, 7, graphWithInputs(path).inputs);
  const [model, design] = [path, dir].map((from) => runs({ path: from, layout: 'BT' }));
  expect(model!.shape).toEqual([2, 7, 4]);
  expect(design!.shape).toEqual([2, 7, 4]);
  expect([...runs({ path: dir }).data]).toEqual([...design!.data]);
  const softmax = (row: Float64Array) => {
    const sum = row.reduce((all, value) => all + Math.exp(value), 0);
    return row.map((value) => value - Math.log(sum));
  };
  for (let at = 0; at < design!.data.length; at += 4) {
    const row = softmax(design!.data.slice(at, at + 4) as Float64Array);
    for (const [n, value] of row.entries()) expect(model!.data[at + n]).toBeCloseTo(value, 6);
  }

  const stateful = `${ONNX}states.onnx`;
  const other = join(root, 'states');
  build({ model: stateful, config, out: other });
  const { graph, inputs } = graphWithInputs(stateful);
  writeInput(input, 5, 1, inputs);
  const states = graph.states.map(({ input: port }, n) => {
    const at = join(root, `state${n}.npy`);
    writeInput(at, port!.elements.length);
    return { name: port!.name, path: at };
  });
  const stateOut = [{ name: `${graph.nodes[0]!.id}.c`, path: join(root, 'c.npy') }];
  const given = { engine: 'golden', states, stateOut } as const;
  const expected = [...runs({ path: stateful, config, ...given }).data];
  const left = [...readNpy(join(root, 'c.npy')).data];
  expect([...runs({ path: other, ...given }).data]).toEqual(expected);
  expect([...readNpy(join(root, 'c.npy')).data]).toEqual(left);
  expect([...runs({ path: other, engine: 'golden' }).data]).not.toEqual(expected);
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
    expect(fails({ path, lengths: [5] })).toContain('--lengths: expected lengths from 0 to 4 steps, got 5');
    expect(fails({ path, lengths: [1, 2] })).toContain('got 1, 2');
    const { id } = graphWithInputs(path).graph.nodes[0]!;
    const states = [{ name: `${id}.c`, path: input }];
    expect(fails({ path, states })).toContain(' elements of float32 or float64, got float64 [4, 5]');
    expect(fails({ path, out: file(join(root, 'missing', 'y.npy')) })).toContain('its folder does not exist');
    expect(fails({ path, out: file(root) })).toContain('is not a file');
    expect(fails({ path, out: file(input) })).toContain('is an input of this command');
    const stateOut = [{ name: `${id}.c`, path: join(root, 'c.txt') }];
    expect(fails({ path, out: file(join(root, 'y.csv')) })).toContain('y.csv: expected a name that ends in .npy');
    expect(fails({ path, stateOut })).toContain('c.txt: expected a name that ends in .npy');
    writeInput(input, 4, 6);
    expect(fails({ path })).toMatch(
      /^EsegenError: x\.npy: expected \[T, B, 5\] or \[T, 5\] or \[B, T, 5\] of float32 or float64 for the input "\w+", got float64 \[4, 6\]$/,
    );
    writeInput(input, 0, 5);
    expect(fails({ path })).toContain('got float64 [0, 5]');
  });

  test('what the hardware cannot run, with the path of the model in every line', () => {
    const path = `${ONNX}operator-activations.onnx`;
    const { graph } = importModel(path);
    writeInput(input, 4, elementsOf(graph.tensors.get(graph.inputs[0]!.tensor)!));
    const lines = fails({ path, engine: 'golden', config: { array: { lanes: 2 } } as never }).split('\n');
    expect(lines[0]).toMatch(
      /^EsegenError: .*operator-activations\.onnx: node "y" \(lstm\): its candidate activation is relu/,
    );
    for (const line of lines.slice(1)) expect(line).toMatch(/^.*operator-activations\.onnx: node /);
  });

  test('calibration frames for a design, whose formats are fixed', async () => {
    writeInput(input, 4, 5);
    await withDesignDir(sampleDesign({ inputs: 5, cells: 6 }, { array: { lanes: 2 } }), async (path) => {
      const message = `EsegenError: --calibrate: ${path} is a design and has its number formats. Leave it out`;
      for (const engine of ['golden', 'float'] as const)
        expect(fails({ path, engine, calibrate: input })).toBe(message);
    });
  });

  test('lists that are none, each with an example of its own kind', () => {
    expect(parseList('--x', '16,12,8', WIDTHS)).toEqual([16, 12, 8]);
    expect(parseList('--x', '4..6', WIDTHS)).toEqual([4, 5, 6]);
    expect(parseList('--x', '0.5,0.1', DENSITIES)).toEqual([0.5, 0.1]);
    for (const text of ['', 'a', '6..4', '1,,2', '1e9', '-3', '1..9999999']) {
      expect(() => parseList('--x', text, WIDTHS)).toThrow('--x: expected numbers such as 16,12,8 or a range');
      expect(() => parseList('--x', text, DENSITIES)).toThrow('--x: expected numbers such as 0.3,0.2, got');
    }
  });
});

describe('nothing that is wanted is overwritten', () => {
  const path = `${ONNX}stacked.onnx`;

  test('two results need two places, however these are written', () => {
    writeInput(input, 7, 5);
    const other = join(root, '.', 'sub', '..', 'y.npy');
    mkdirSync(join(root, 'sub'));
    const stateOut = [{ name: 'lstm0.c', path: other }];
    expect(() => runs({ path, stateOut })).toThrow(`${other}: is to take two results, and one would be lost`);
    const own = join(root, 'c.npy');
    const twice = ['lstm0.c', 'lstm1.c'].map((name) => ({ name, path: own }));
    expect(() => runs({ path, stateOut: twice })).toThrow(`${own}: is to take two results`);
    expect(readdirSync(root).sort()).toEqual(['sub', 'x.npy']);
  });

  test('outputs of a folder do not go into it, nor into a link to it', () => {
    const folder = join(root, 'in');
    mkdirSync(folder);
    const x = join(folder, 'a.npy');
    writeInput(x, 7, 5);
    const before = readFileSync(x);
    symlinkSync(folder, join(root, 'link'));
    for (const target of [folder, join(root, 'link')]) {
      expect(() => run({ path, engine: 'float', inputs: file(folder), out: file(target) })).toThrow(
        `${target}: is the folder of the inputs, which would be overwritten`,
      );
    }
    expect(readFileSync(x)).toEqual(before);
  });
});
