import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { floats, integers, onnxFile } from '../../fixtures/onnx_writer.ts';
import { formatNetwork } from '../../src/cli/build.ts';
import { saturationRows } from '../../src/cli/saturation.ts';
import { formatRows } from '../../src/cli/table.ts';
import { encodeNpz, readNpz } from '../../src/data/npz.ts';
import { sha256 } from '../../src/design/files.ts';
import { loadNetwork } from '../../src/design/load_network.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { type NpyArray, readNpy, writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { buildModel } from '../../src/verbs/build_network.ts';
import { evaluate } from '../../src/verbs/evaluate.ts';
import { run } from '../../src/verbs/run.ts';
import { simulate } from '../../src/verbs/simulate.ts';
import { transcribe } from '../../src/verbs/transcribe.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen-test-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const atPath = (path: string) => [{ name: null, path }];
const plain = ({ shape, data }: NpyArray) => ({ shape, data: Array.from(data) });

function noise(seed: number, ...shape: number[]): NpyArray {
  const rng = new Rng(seed);
  const data = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal());
  return { dtype: 'float64', shape, data };
}

function buildTiny(model: string, name: string, more: object = {}): string {
  const out = join(root, name);
  const config = parseConfig({ name, array: { lanes: 4 }, weightBits: 14, ...more }, 'config');
  expect(buildModel({ model, config, out }).kind).toBe('network');
  return out;
}

/** Values of an output of the hardware, in its units. */
function integersOf(array: NpyArray, dir: string, output = 0) {
  const { frac } = loadNetwork(dir).design.program.outputs[output]!.format;
  return { shape: array.shape, data: Array.from(array.data, (value) => value * 2 ** frac) };
}

describe('a streaming network with two voices', () => {
  test('a folder of utterances: RTL and golden model, laid out as the golden engine of run does', async () => {
    const dir = buildTiny(join(EXAMPLES, 'onnx/stacked.onnx'), 'two', { array: { channels: 2, groups: 2, lanes: 4 } });
    const [input, dump, out] = [join(root, 'x'), join(root, 'dump'), join(root, 'y')];
    mkdirSync(input);
    for (const [n, steps] of [4, 1, 3].entries()) writeNpy(join(input, `u${n}.npy`), noise(10 + n, steps, 5));
    const options = { input, dump, layout: 'T', simulator: 'icarus', stalls: 0.2 } as const;
    const result = await simulate(dir, options);
    // 4 on one voice, 1 and 3 on the other.
    expect(result).toMatchObject({ mismatches: 0, utterances: 3, frames: 4, comparedWords: 8 * 6 });
    expect(result.idealCyclesPerFrame).toBeGreaterThan(0);
    expect(result.cyclesPerFrame).toBeGreaterThan(result.idealCyclesPerFrame);
    expect(result.outputs[0]!.sqnrDb).toBeGreaterThan(35);
    run({ path: dir, engine: 'golden', inputs: atPath(input), out: atPath(out), layout: 'T' });
    expect(readdirSync(join(dump, 'rtl_y'))).toEqual(readdirSync(out));
    for (const file of readdirSync(out)) {
      const expected = integersOf(readNpy(join(out, file)), dir);
      expect(plain(readNpy(join(dump, 'rtl_y', file)))).toEqual(expected);
      expect(plain(readNpy(join(dump, 'golden_y', file)))).toEqual(expected);
    }
  });

  test('values beyond the format of its input are told, and a netlist and options of external memory are refused', async () => {
    const dir = join(root, 'two');
    const loud = join(root, 'loud.npy');
    const { shape, data } = noise(3, 3, 5);
    writeNpy(loud, { dtype: 'float64', shape, data: Float64Array.from(data, (value) => value * 10_000) });
    const options = { input: loud, layout: 'T', simulator: 'icarus' } as const;
    const result = await simulate(dir, options);
    expect(result.mismatches).toBe(0);
    expect(result.warnings.join('\n')).toMatch(/loud\.npy: \d+\.\d % of the values of input "\w+" saturate/);
    expect(formatRows(saturationRows(result))).toMatch(/^saturated +input "\w+" \d+\.\d+ %/);
    const ran = run({
      path: dir,
      engine: 'golden',
      inputs: atPath(loud),
      out: atPath(join(root, 'loud.y.npy')),
      layout: 'T',
    });
    expect(ran.warnings).toEqual(result.warnings);
    await expect(simulate(dir, { netlist: true })).rejects.toThrow(/^--netlist: .*is the design of a network/);
    await expect(simulate(dir, { memory: { latency: 3 } })).rejects.toThrow('has its weights on chip');
  });
});

test('a layer that starts from a constant state does so in hardware, in every utterance', async () => {
  const dir = buildTiny(join(EXAMPLES, 'onnx/operator-states.onnx'), 'warmed', { array: { channels: 2, lanes: 2 } });
  const result = await simulate(dir, { frames: 6, simulator: 'icarus', stalls: 0.2 });
  expect(result.comparedWords).toBeGreaterThan(0);
  expect(result.mismatches).toBe(0);
});

test('what saturates over the calibration is in the summary of build', () => {
  const [model, calibrate, out] = [join(EXAMPLES, 'onnx/stacked.onnx'), join(root, 'rare.npy'), join(root, 'rare')];
  // One value in 5,000 is so large that a format which holds it would round all others.
  const { shape, data } = noise(4, 1000, 5);
  writeNpy(calibrate, { dtype: 'float64', shape, data: Float64Array.from(data, (v, n) => (n === 7 ? 1e6 : v)) });
  const config = parseConfig({ name: 'rare', array: { lanes: 4 }, vectorBits: 8 }, 'config');
  const built = buildModel({ model, config, out, calibrate });
  expect(built.kind === 'network' && formatNetwork(built.result)).toMatch(/^saturated +input "\w+" 0\.02 %/m);
});

test('whole utterances of an archive with lengths, judged by evaluate as by the golden engine', async () => {
  const dir = buildTiny(join(EXAMPLES, 'onnx/both-directions.onnx'), 'whole', { sequence: { maxSteps: 16 } });
  const [input, dump] = [join(root, 'x.npz'), join(root, 'dumped')];
  const lengths: NpyArray = { dtype: 'int32', shape: [2], data: Int32Array.of(6, 4) };
  writeFileSync(
    input,
    encodeNpz(
      new Map([
        ['x', noise(5, 6, 2, 5)],
        ['lengths', lengths],
      ]),
    ),
  );
  const result = await simulate(dir, { input, dump, layout: 'TB', simulator: 'icarus' });
  expect(result).toMatchObject({ mismatches: 0, utterances: 2, frames: 10, comparedWords: 10 * 4 });
  const out = join(root, 'y.npz');
  run({ path: dir, engine: 'golden', inputs: atPath(input), out: atPath(out), layout: 'TB' });
  const golden = [...readNpz(out)].find(([name]) => name !== 'lengths')![1];
  const rtl = readNpz(join(dump, 'rtl_y.npz')).get('y')!;
  expect(plain(readNpz(join(dump, 'golden_y.npz')).get('y')!)).toEqual(plain(rtl));
  expect(rtl.shape).toEqual(golden.shape);
  // The host makes log-probabilities of what the hardware gives: differences of classes stay.
  const unit = 2 ** -loadNetwork(dir).design.program.outputs[0]!.format.frac;
  for (const [n, value] of rtl.data.entries()) {
    const first = n - (n % 4);
    const difference = golden.data[n]! - golden.data[first]!;
    expect(difference).toBeCloseTo((value - rtl.data[first]!) * unit, 10);
  }
  const evaluation = evaluate({ model: dir, data: input, layout: 'TB' });
  expect(evaluation.structures[0]!.golden[0]!.ofPruned.sqnrDb).toBeGreaterThan(35);
  const exact = join(root, 'exact.npz');
  run({ path: dir, engine: 'float', inputs: atPath(input), out: atPath(exact), layout: 'TB' });
  const [own, reference] = [golden, [...readNpz(exact)].find(([name]) => name !== 'lengths')![1]];
  expect(own.data).toHaveLength(reference.data.length);
  for (const [n, value] of reference.data.entries()) expect(Math.abs(own.data[n]! - value)).toBeLessThan(0.02);
});

/** Two inputs side by side, of one only the magnitude; an LSTM, a linear layer, and what only a host computes behind. */
function twoInputs(): string {
  const rng = new Rng(21);
  const weights = (name: string, ...dims: number[]) => {
    const size = dims.reduce((a, b) => a * b, 1);
    return floats(
      name,
      dims,
      Array.from({ length: size }, () => 0.5 * rng.normal()),
    );
  };
  const path = join(root, 'inputs.onnx');
  const dims = (width: number) => ['t', 1, width];
  const file = onnxFile({
    opset: 13,
    inputs: [
      { name: 'x', dims: dims(3) },
      { name: 'u', dims: dims(2) },
    ],
    outputs: ['p'],
    initializers: [weights('w', 1, 16, 5), weights('r', 1, 16, 4), weights('fc', 4, 3), integers('shape', [0, 0, -1])],
    nodes: [
      { op: 'Abs', inputs: ['u'], outputs: ['size'] },
      { op: 'Concat', inputs: ['x', 'size'], outputs: ['both'], attributes: { axis: { i: 2 } } },
      { op: 'LSTM', inputs: ['both', 'w', 'r'], outputs: ['y4'], attributes: { hidden_size: { i: 4 } } },
      { op: 'Transpose', inputs: ['y4'], outputs: ['y3'], attributes: { perm: { ints: [0, 2, 1, 3] } } },
      { op: 'Reshape', inputs: ['y3', 'shape'], outputs: ['y'] },
      { op: 'MatMul', inputs: ['y', 'fc'], outputs: ['logits'] },
      { op: 'Softmax', inputs: ['logits'], outputs: ['p'], attributes: { axis: { i: 2 } } },
    ],
  });
  writeFileSync(path, file);
  return path;
}

test('several inputs, and what the host computes before the hardware and behind it', async () => {
  const dir = buildTiny(twoInputs(), 'pair');
  const [x, u, out, dump] = ['x.npy', 'u.npy', 'p.npy', 'both'].map((name) => join(root, name)) as [
    string,
    string,
    string,
    string,
  ];
  writeNpy(x, noise(7, 5, 1, 3));
  writeNpy(u, noise(8, 5, 1, 2));
  const input = [
    { name: 'x', path: x },
    { name: 'u', path: u },
  ];
  const result = await simulate(dir, { input, dump, simulator: 'icarus' });
  expect(result).toMatchObject({ mismatches: 0, utterances: 1, frames: 5, comparedWords: 5 * 3 });
  run({ path: dir, engine: 'golden', inputs: input, out: atPath(out) });
  const { data } = readNpy(out);
  const { frac } = loadNetwork(dir).design.program.outputs[0]!.format;
  const logits = readNpy(join(dump, 'rtl_y.npy')).data;
  for (let t = 0; t < 5; t++) {
    const terms = [0, 1, 2].map((n) => Math.exp(logits[3 * t + n]! / 2 ** frac));
    const sum = terms.reduce((a, b) => a + b);
    for (const [n, term] of terms.entries()) expect(data[3 * t + n]).toBeCloseTo(term / sum, 12);
  }
  const fixedPoint = join(root, 'u16.npy');
  writeNpy(fixedPoint, { dtype: 'int16', shape: [5, 1, 2], data: new Int16Array(10) });
  const fixed = simulate(dir, { input: [input[0]!, { name: 'u', path: fixedPoint }], simulator: 'icarus' });
  await expect(fixed).rejects.toThrow(/u16\.npy: expected float32 or float64 for the input "u", which the host/);
  expect(await simulate(dir, { frames: 3, simulator: 'icarus' })).toMatchObject({ mismatches: 0, frames: 3 });
});

/** A small state dict of two LSTM layers and an output layer for speech features, with random weights. */
function speechModel(folder: string): string {
  mkdirSync(folder);
  const rng = new Rng(4);
  const shapes = {
    ...{ 'lstm.weight_ih_l0': [16, 80], 'lstm.weight_hh_l0': [16, 4], 'lstm.weight_ih_l1': [16, 4] },
    ...{ 'lstm.weight_hh_l1': [16, 4], 'fc.weight': [11, 4], 'fc.bias': [11] },
  };
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, { shape, data: Float32Array.from({ length: size }, () => rng.normal()) }] as const;
  });
  const path = join(folder, 'model.safetensors');
  writeFileSync(path, writeSafetensors(new Map(tensors)));
  for (const file of ['labels.json', 'digits.norm.json']) {
    writeFileSync(join(folder, file), readFileSync(join(EXAMPLES, 'digits', file)));
  }
  return path;
}

test('transcribe reads a recording with what the directory holds', async () => {
  const dir = buildTiny(speechModel(join(root, 'speech')), 'speech_design');
  const wav = join(EXAMPLES, 'digits/wav/demo3-8k.wav');
  const golden = await transcribe(dir, wav, 'golden');
  expect(golden.frames).toBeGreaterThan(50);
  expect(golden.words.length).toBeGreaterThan(0);
  expect((await transcribe(dir, wav, 'float')).frames).toBe(golden.frames);
  await expect(transcribe(join(root, 'whole'), wav, 'golden')).rejects.toThrow(/has no output layer, labels or/);
});

test('a model of the directory that is damaged, or leads nowhere, is refused', async () => {
  const dir = buildTiny(join(EXAMPLES, 'onnx/stacked.onnx'), 'damaged');
  const [manifestPath, path] = [join(dir, 'design.json'), join(dir, 'host/network.json')];
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  const network = JSON.parse(readFileSync(path, 'utf8'));
  const refused = async (change: (value: typeof network) => void, message: RegExp) => {
    const value = structuredClone(network);
    change(value);
    const text = JSON.stringify(value);
    writeFileSync(path, text);
    manifest.files['host/network.json'] = sha256(text);
    writeFileSync(manifestPath, JSON.stringify(manifest));
    await expect(simulate(dir, { simulator: 'icarus', frames: 1 })).rejects.toThrow(message);
  };
  await refused(
    (value) => value.core.nodes[0].inputs.fill('nowhere'),
    /network\.json: core: node "\w+" reads "nowhere"/,
  );
  await refused((value) => value.core.outputs.pop(), /expected 1 outputs, got 0/);
  await refused((value) => delete value.core, /network\.json: core/);
  await refused((value) => {
    value.core.nodes[0].layer.weights.ix.values = { floats: 10_000 };
  }, /expected the number of one of \d+ arrays, got 10000/);
});
