import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lineChart } from '../../src/cli/chart.ts';
import { progressBar } from '../../src/cli/progress.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { readNpy, writeNpy } from '../../src/util/npy.ts';
import { Rng } from '../../src/util/rng.ts';
import { build } from '../../src/verbs/build.ts';
import type { EvaluateOptions } from '../../src/verbs/compress/evaluation.ts';
import { evaluate } from '../../src/verbs/evaluate.ts';
import { quantizeModel } from '../../src/verbs/quantize.ts';
import { run } from '../../src/verbs/run.ts';

let root: string;
let model: string;
let data: string;
let labels: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen evaluate-'));
  [model, data, labels] = ['m.safetensors', 'x.npy', 'words.json'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  const rng = new Rng(5);
  const tensor = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.5 * rng.normal()),
  });
  const tensors = new Map([
    ['lstm.weight_ih_l0', tensor(48, 6)],
    ['lstm.weight_hh_l0', tensor(48, 12)],
    ['fc.weight', tensor(4, 12)],
  ]);
  writeFileSync(model, writeSafetensors(tensors));
  writeNpy(data, { dtype: 'float64', shape: [60, 6], data: Float64Array.from({ length: 360 }, () => rng.normal()) });
  writeFileSync(join(root, 'x.json'), '{"strings": [{"steps": 25}, {"steps": 35}]}');
  writeFileSync(join(root, 'labels.json'), '{"labels": ["a", "b", "c", "-"], "blank": 3}');
  writeFileSync(labels, '{"references": ["a b c", "c a"]}');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function evaluated(more: Partial<EvaluateOptions> = {}) {
  return evaluate({ model, data, config: parseConfig({ array: { lanes: 4 } }, 'test'), ...more });
}

test('fixed point at wide words is close to double precision, narrow words and low densities are not', () => {
  const { structures, words } = evaluated({ labels, densities: [1, 0.3], weights: [16, 6], vectors: [16, 8] });
  expect(words!.words).toBe(5);
  expect(structures.map(({ density }) => Number(density.toFixed(2)))).toEqual([1, 0.31]);
  const [dense, pruned] = structures;
  expect(dense!.float).toEqual({ sqnrDb: null, largestError: 0, words });
  expect(pruned!.float.sqnrDb).toBeLessThan(20);
  for (const { golden } of structures) {
    expect(golden.map(({ weightBits, vectorBits }) => [weightBits, vectorBits])).toEqual([
      [16, 16],
      [16, 8],
      [6, 16],
      [6, 8],
    ]);
    const db = golden.map(({ ofPruned }) => ofPruned.sqnrDb!);
    expect(db[0]).toBeGreaterThan(48);
    expect(Math.min(db[0]! - db[1]!, db[0]! - db[2]!)).toBeGreaterThan(10);
    expect(Math.max(...db.slice(1))).toBeLessThan(45);
  }
  // Of a dense model, the pruned one is the dense one.
  for (const { accuracy, ofPruned } of dense!.golden) expect(accuracy).toEqual(ofPruned);
  for (const { accuracy, ofPruned } of pruned!.golden) expect(accuracy.sqnrDb).toBeLessThan(ofPruned.sqnrDb!);
});

test('without widths and densities it is what build makes; progress ends where it should', () => {
  const seen: string[] = [];
  const { structures, words } = evaluated({ progress: (done, total) => seen.push(`${done}/${total}`) });
  expect(words).toBe(null);
  expect(structures).toHaveLength(1);
  expect(structures[0]!.golden.map(({ weightBits, vectorBits }) => [weightBits, vectorBits])).toEqual([[12, 16]]);
  expect(seen).toEqual(['0/3', '1/3', '2/3', '3/3']);
  expect(progressBar(1, 3, 'x')).toBe('[######..............] 1/3 x');
});

test('a model that its part cannot hold has its figures nevertheless', () => {
  // 32 channels of 8 lanes take more than the 220 DSP blocks of this part.
  const config = parseConfig({ array: { lanes: 8, channels: 32 }, part: 'xc7z020clg400-1' }, 'test');
  expect(evaluated({ config, densities: [1, 0.3] }).structures).toHaveLength(2);
  expect(quantizeModel({ model, config, weights: [8] }).sweep).toHaveLength(1);
  const files = { inputs: [{ name: null, path: data }], out: [{ name: null, path: join(root, 'y.npy') }] };
  expect(run({ path: model, engine: 'golden', config, ...files }).steps).toBe(readNpy(data).shape[0]);
});

test('a design is evaluated with its own weights and widths, which its options cannot change', () => {
  const config = parseConfig({ array: { lanes: 4 }, density: 0.5, weightBits: 10 }, 'test');
  const dir = join(root, 'design');
  build({ model, config, out: dir });
  const { structures, words, calibration } = evaluate({ model: dir, data, labels });
  const own = evaluate({ model, config, data, labels });
  expect(calibration).toBe(dir);
  expect(words).toEqual(own.structures[0]!.float.words);
  expect(structures).toHaveLength(1);
  const [golden] = structures[0]!.golden;
  expect(golden).toMatchObject({ weightBits: 10, vectorBits: 16 });
  expect(golden!.accuracy).toEqual(own.structures[0]!.golden[0]!.ofPruned);
  expect(() => evaluate({ model: dir, data, weights: [8] })).toThrow('--weights: ');
  expect(() => evaluate({ model: dir, data, config })).toThrow(`--config: ${dir} is a design and has its config`);
});

test('layers of the config count for hardware of one layer', () => {
  const layers = { lstm: { weightBits: 5, density: 0.5 } };
  const config = parseConfig({ array: { lanes: 4 }, layers }, 'test');
  const { formats, report, design } = build({ model, config, out: join(root, 'design') });
  expect(formats.weightBits).toBe(5);
  expect(report.kept / report.weights).toBeCloseTo(0.5, 1);
  expect(design.config.layers).toBeUndefined();
  const { structures } = evaluated({ config });
  expect(structures[0]!.density).toBeCloseTo(0.5, 1);
  const files = { inputs: [{ name: null, path: data }], out: [{ name: null, path: join(root, 'y.npy') }] };
  const run5 = (from: string, more: object) => {
    run({ path: from, engine: 'golden', ...more, ...files });
    return [...readNpy(join(root, 'y.npy')).data];
  };
  expect(run5(join(root, 'design'), {})).toEqual(run5(model, { config }));
  const other = parseConfig({ array: { lanes: 4 }, layers: { fc: { weightBits: 5 } } }, 'test');
  expect(() => build({ model, config: other, out: join(root, 'other') })).toThrow('config: layers: names "fc"');
});

test('bad sweeps are refused', () => {
  expect(() => evaluated({ weights: [3] })).toThrow('--weights: expected 1 to 32 whole numbers from 4 to 16, got 3');
  expect(() => evaluated({ vectors: [17] })).toThrow('--vectors: expected');
  expect(() => evaluated({ densities: [0] })).toThrow('--densities: expected 1 to 32 numbers from 0.001 to 1, got 0');
  writeFileSync(join(root, 'labels.json'), '{"labels": ["a", "-"], "blank": 1}');
  expect(() => evaluated({ labels })).toThrow('expected labels.json with 4 labels beside the model, got 2. ');
});

test('the report on quantization counts what it says', () => {
  const config = parseConfig({ array: { lanes: 4 }, weightBits: 4, vectorBits: 8 }, 'test');
  const report = quantizeModel({ model, config, weights: [4, 16], vectors: [16] });
  expect(report.matrices.map(({ name }) => name)).toEqual(['ix', 'fx', 'cx', 'ox', 'ir', 'fr', 'cr', 'or']);
  for (const { weights, saturated, roundedToZero, sqnrDb } of report.matrices) {
    expect(saturated + roundedToZero).toBeLessThan(weights / 2);
    expect(roundedToZero).toBeGreaterThan(0);
    expect(sqnrDb).toBeGreaterThan(5);
    expect(sqnrDb).toBeLessThan(30);
  }
  expect(report.vectors.map(({ name, values }) => [name, values])).toEqual([
    ['x', 64 * 6],
    ['c', 64 * 12],
    ['m', 64 * 12],
    ['y', 64 * 12],
  ]);
  const [x, c] = report.vectors;
  expect(x!.formatSqnrDb).toBe(x!.goldenSqnrDb);
  expect(c!.goldenSqnrDb).toBeLessThan(c!.formatSqnrDb!);
  for (const { largestError, rmsError } of report.tables) {
    expect(rmsError).toBeLessThan(largestError);
    expect(largestError).toBeLessThan(0.003);
  }
  expect(report.sweep.map(({ weightBits, vectorBits }) => [weightBits, vectorBits])).toEqual([
    [4, 16],
    [16, 16],
  ]);
  expect(report.sweep[1]!.sqnrDb).toBeGreaterThan(report.sweep[0]!.sqnrDb! + 10);
});

test('a chart puts the largest value below its top and every point on it', () => {
  const svg = lineChart(
    [
      {
        name: 'one',
        points: [
          [4, 0],
          [8, 7],
        ],
      },
      { name: 'two', points: [[8, 3]] },
    ],
    'x',
    'y',
  );
  expect(svg.match(/<circle/g)).toHaveLength(3);
  expect(svg).toContain('>10</text>');
  // 4 at the left end with 0 at the bottom; 8 at the right end.
  expect(svg).toContain('points="60.0,350.0 450.0,119.0"');
  expect(lineChart([{ name: 'flat', points: [[5, 0]] }], 'x', 'y')).toContain('points="60.0,350.0"');
});
