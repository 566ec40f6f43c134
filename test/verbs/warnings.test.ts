import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tinyModel } from '../../fixtures/tiny_model.ts';
import { modelTensors } from '../../src/design/host_files.ts';
import { Saturation } from '../../src/golden/saturation.ts';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import type { LstmModel } from '../../src/model/stacked_layer.ts';
import { readNpy, writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { type BuildResult, build } from '../../src/verbs/build.ts';
import { evaluate } from '../../src/verbs/evaluate.ts';
import { run } from '../../src/verbs/run.ts';
import { simulate } from '../../src/verbs/simulate.ts';
import { saturationWarnings } from '../../src/verbs/warnings.ts';

const FRAMES = 60;
const INPUTS = 5;

let root: string;
let model: string;
let out: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen-warn-'));
  model = join(root, 'model.safetensors');
  out = join(root, 'out');
  writeModel(tinyModel({ inputs: INPUTS }));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function writeModel(value: LstmModel): void {
  writeFileSync(model, writeSafetensors(modelTensors(value.layer, value)));
}

/** A file of the only input or output. */
function file(path: string) {
  return { name: null, path };
}

/** Frames of normal numbers times a scale, as a file. */
function frames(name: string, scale: number, loud = 1): string {
  const rng = new Rng(9);
  const data = Float64Array.from({ length: FRAMES * INPUTS }, (_, at) => rng.normal() * scale * (at === 7 ? loud : 1));
  const path = join(root, name);
  writeNpy(path, { dtype: 'float64', shape: [FRAMES, INPUTS], data });
  return path;
}

/** A config file. */
function config(more: object = {}): string {
  const path = join(root, 'config.json');
  writeFileSync(path, JSON.stringify({ name: 'tiny', array: { lanes: 2 }, elemLanes: 2, density: 1, ...more }));
  return path;
}

function shareOf(result: Pick<BuildResult, 'saturation'>, name: string): number {
  return result.saturation.vectors.find((vector) => vector.name === name)!.share;
}

describe('values beyond the format of x', () => {
  test('frames at the scale of PCM in a design for normalised ones: run, simulate and evaluate say so', async () => {
    const quiet = frames('quiet.npy', 1);
    const built = build({ model, config: config(), out, calibrate: quiet });
    expect(built.warnings).toEqual([]);
    expect(shareOf(built, 'x')).toBe(0);

    const pcm = frames('pcm.npy', 10_000);
    const warning = /^.*: (9\d\.\d|100\.0) % of the values of x are beyond ±\d+ and saturate: normalize the features/;
    const ran = run({ path: out, inputs: [file(pcm)], engine: 'golden', out: [file(join(root, 'y.npy'))] });
    expect(ran.saturated[0]).toMatchObject({ vector: 'x' });
    expect(ran.saturated[0]!.share).toBeGreaterThan(0.9);
    expect(ran.warnings).toContainEqual(expect.stringMatching(warning));
    const simulated = await simulate(out, { input: pcm, simulator: 'icarus', frames: 3 });
    expect(simulated.mismatches).toBe(0);
    expect(simulated.saturated[0]).toMatchObject({ vector: 'x' });
    expect(simulated.saturated[0]!.share).toBeGreaterThan(0.9);
    expect(simulated.warnings).toContainEqual(expect.stringMatching(warning));
    const evaluation = evaluate({ model, config: config(), data: pcm, calibrate: quiet });
    const [golden] = evaluation.structures[0]!.golden;
    expect(golden!.saturated[0]).toMatchObject({ vector: 'x' });
    expect(golden!.saturated[0]!.share).toBeGreaterThan(0.9);
    expect(golden!.warnings).toContainEqual(expect.stringMatching(warning));
  });

  test('the share is exact, and one value in 300 is worth a warning, in the numbers of the calibration', () => {
    const loud = frames('loud.npy', 1, 1e9);
    const built = build({ model, config: config(), out, calibrate: frames('quiet.npy', 1) });
    const ran = run({ path: out, inputs: [file(loud)], engine: 'golden', out: [file(join(root, 'y.npy'))] });
    expect(ran.saturated.find(({ vector }) => vector === 'x')!.share).toBe(1 / (FRAMES * INPUTS));

    const tally = new Saturation(built.formats);
    tally.addInputs(readNpy(loud).data as Float64Array);
    expect(saturationWarnings(tally.report(), 'loud.npy')).toEqual([
      `loud.npy: 0.33 % of the values of x are beyond ±${2 ** (15 - built.formats.xFrac)} and saturate: normalize the features, and calibrate with frames like these`,
    ]);
  });

  test('the float model says nothing of saturation', () => {
    const result = run({
      path: model,
      inputs: [file(frames('pcm.npy', 1e4))],
      engine: 'float',
      out: [file(join(root, 'y.npy'))],
    });
    expect([result.saturated, result.warnings]).toEqual([[], []]);
  });
});

test('tensors that no layer takes are named: they may be layers in front of those that are built', () => {
  const value = tinyModel({ inputs: INPUTS });
  const tensors = modelTensors(value.layer, value).set('conv.bias', { shape: [1], data: Float64Array.of(0.5) });
  writeFileSync(model, writeSafetensors(tensors));
  expect(build({ model, config: config(), out }).warnings).toEqual([
    'no layer takes the tensors "conv.bias", so the network is without them: if they are trained layers, name all layers in a layer file (docs/model-format.md)',
  ]);
});

describe('values beyond the tables', () => {
  test('are counted, and warned of where the limit is further off than a step', () => {
    const calibrate = frames('frames.npy', 4);
    const built = build({ model, config: config({ tables: { sigmoidRange: 1, tanhRange: 1 } }), out, calibrate });
    const [sigmoid, tanh] = built.saturation.tables;
    expect(sigmoid!.share).toBeGreaterThan(0.3);
    expect(tanh!.share).toBeGreaterThan(0.3);
    expect(built.warnings).toEqual([
      expect.stringMatching(
        /^.*frames.npy .*: \d+\.\d % of the pre-activations of i, f and o are beyond ±1, .* wrong by up to 0\.27: use a larger tables\.sigmoidRange$/,
      ),
      expect.stringMatching(
        /^.*frames.npy .*: \d+\.\d % of the pre-activations of g are beyond ±1, .* wrong by up to 0\.24: use a larger tables\.tanhRange$/,
      ),
    ]);

    const usual = build({ model, config: config(), out, calibrate });
    expect(usual.saturation.tables.map(({ range }) => range)).toEqual([8, 4]);
    expect(usual.saturation.tables[1]!.share).toBeGreaterThan(0.001);
    expect(usual.warnings).toEqual([]);
  });
});

describe('one weight that makes the others round to zero', () => {
  test('is named, with its place', () => {
    const value = tinyModel({ inputs: INPUTS });
    const weights = value.layer.weightR as Float32Array;
    weights[3 * value.layer.outputs + 2] = -1000;
    writeModel(value);
    const { warnings, report } = build({ model, config: config(), out });
    expect(report.roundedToZero).toBeGreaterThan(30);
    const [line, ...others] = warnings.filter((text) => text.includes('round to zero'));
    expect(line).toMatch(
      /^\d+ of 96 weights of W_r round to zero with 12 bits: the largest, -1\.00e\+3 in row 3, column 2, sets their scale, the next has 1\.\d\d\. Use wider weights, or check that weight$/,
    );
    expect(Number(line!.split(' ')[0])).toBe(report.roundedToZero);
    expect(others).toEqual([]);
  });

  test('of a model without one there is no warning', () => {
    expect(build({ model, config: config(), out }).warnings).toEqual([]);
  });
});
