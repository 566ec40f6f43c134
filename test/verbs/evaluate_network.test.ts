import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { EvaluateOptions } from '../../src/verbs/compress/evaluation.ts';
import { readJudge, type TaskName } from '../../src/verbs/compress/judge.ts';
import { evaluate } from '../../src/verbs/evaluate.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
const CONFIG = parseConfig({ array: { lanes: 32 } }, 'test');

let root: string;
let words: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'esegen-evaluate-'));
  for (const file of ['gru2-p15.onnx', 'gru2-p15.x1.npy'])
    copyFileSync(`${EXAMPLES}networks/${file}`, join(root, file));
  for (const file of ['labels.json', 'calibration.npy', 'calibration.json']) {
    copyFileSync(`${EXAMPLES}digits/${file}`, join(root, file));
  }
  words = join(root, 'words.json');
  writeFileSync(words, '{"references": ["5 3 7 8"]}');
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function evaluated(more: Partial<EvaluateOptions> = {}) {
  const [model, data] = [join(root, 'gru2-p15.onnx'), join(root, 'gru2-p15.x1.npy')];
  return evaluate({ model, data, labels: words, config: CONFIG, ...more });
}

describe('evaluation of a network of two GRU layers', () => {
  test('reads its words in double precision and in integers, and sees what pruning costs', () => {
    const { words: found, structures, calibration } = evaluated({ densities: [1, 0.02], weights: [16, 4] });
    expect(found).toEqual({ errors: 0, words: 4, rate: 0 });
    expect(calibration).toContain('12 utterances');
    const [whole, tenth] = structures;
    expect(whole!.density).toBeCloseTo(0.15, 2);
    expect(whole!.float.sqnrDb).toBeNull();
    expect(whole!.golden[0]!.accuracy).toMatchObject({ words: { errors: 0 } });
    expect(whole!.golden[0]!.accuracy.sqnrDb).toBeGreaterThan(35);
    expect(whole!.golden[1]!.accuracy.sqnrDb).toBeLessThan(whole!.golden[0]!.accuracy.sqnrDb! - 10);
    expect(tenth!.density).toBeCloseTo(0.02, 2);
    expect(tenth!.float.sqnrDb).toBeLessThan(10);
  });

  test('compares structures and widths: what is stored, and what it costs in double precision and in integers', () => {
    const { structures } = evaluated({ densities: [0.1], blocks: [8, 16], weights: [12, 8] });
    expect(structures.map(({ block }) => block)).toEqual([null, 8, 16]);
    const [sparse, eight, sixteen] = structures;
    const output = 11 * 192;
    const dense = 3 * 192 * (80 + 192) + 3 * 192 * (192 + 192);
    for (const { block, golden, float } of [eight!, sixteen!]) {
      for (const { stored, weightBits } of golden) {
        // The last weights of a column are not stored where they round to 0; there is no index.
        expect(stored.words).toBeLessThanOrEqual(dense / block! + output);
        expect(stored.words).toBeGreaterThan(0.99 * (dense / block! + output));
        expect(stored.bits).toBe(weightBits * stored.words);
      }
      // Blocks of what was never trained for them cost much; fixed point of these costs little.
      expect(float.sqnrDb).toBeLessThan(15);
      expect(golden[0]!.ofPruned.sqnrDb).toBeGreaterThan(25);
    }
    const { stored } = sparse!.golden[0]!;
    expect(stored.bits).toBe(stored.words * (12 + 4));
    expect(stored.words).toBeGreaterThan(0.1 * dense);
    expect(stored.words).toBeLessThan(0.25 * dense);
  });

  test('refuses tasks and labels that do not go with it', () => {
    expect(() => evaluated({ task: 'model' })).toThrow(
      '--task: model does not go with an output that has a value for each step',
    );
    expect(() => evaluated({ task: 'last' })).toThrow('expected one label of the model an utterance, got "5 3 7 8"');
    const one = join(root, 'one.json');
    writeFileSync(one, '{"references": ["8"]}');
    expect(evaluated({ task: 'max', labels: one }).words!.words).toBe(1);
  });
});

describe('one label an utterance', () => {
  const labels = (...references: string[]) => {
    const path = join(root, 'classes.json');
    writeFileSync(path, JSON.stringify({ references }));
    return path;
  };
  const errors = (task: TaskName, time: [] | null, frames: number[][], expected: string, classes = 3) => {
    const output = { id: 'y', name: 'y', shape: [classes], time };
    const judge = readJudge(join(tmpdir(), 'none', 'm.onnx'), output, task, labels(expected), 1);
    return judge([{ frames: frames.length, width: classes, data: Float64Array.from(frames.flat()) }]).errors;
  };
  const STEPS = [
    [0, 5, 1],
    [3, 0, 1],
    [3, 0, 4],
  ];

  test.each([
    ['last', '2'],
    ['mean', '0'],
    ['max', '1'],
  ] as const)('by the %s', (task, right) => {
    for (const label of ['0', '1', '2']) expect(errors(task, [], STEPS, label), label).toBe(label === right ? 0 : 1);
  });

  test("by the model's own choice: a value for each class, or the number of the class", () => {
    expect(errors('model', null, [[0, 5, 1]], '1')).toBe(0);
    expect(errors('model', null, [[7]], '7', 1)).toBe(0);
    expect(errors('model', null, [[7]], '6', 1)).toBe(1);
    expect(() => errors('last', null, [[7]], '7')).toThrow('Use --task model');
  });
});
