import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import { formatInspection } from '../../src/cli/inspect.ts';
import { modelJson } from '../../src/cli/inspect_model.ts';
import { inspect } from '../../src/verbs/inspect.ts';

const folder = fileURLToPath(new URL('../../examples/onnx/', import.meta.url));

test('a network is shown node by node, with its inputs and outputs, and what hardware it becomes', () => {
  const text = formatInspection(inspect(`${folder}both-directions.onnx`));
  expect(text).toMatch(/^input +x \[T, B, 5\]$/m);
  expect(text).toMatch(/^output +306 \[T, B, 4\]$/m);
  expect(text).toMatch(/^lstm0 +lstm +5 → 6 +264 +100\.00 % +6 cells, "\/lstm\/LSTM"$/m);
  expect(text).toMatch(/^lstm0_reverse +lstm +5 → 6 +264 +100\.00 % +6 cells, reverse, of x, "\/lstm\/LSTM"$/m);
  expect(text).toMatch(/^concat0 +concat +6 \+ 6 → 12 +of lstm0, lstm0_reverse, "\/lstm\/LSTM_1"$/m);
  expect(text).toMatch(/^linear0 +linear +12 → 4 +48 +100\.00 % +"\/fc\/MatMul"$/m);
  expect(text).toMatch(/^hardware +can be built: a design of a network$/m);
  expect(text).toMatch(/^hardware +the host computes "\/LogSoftmax"$/m);
  expect(text).toMatch(/^lstm1_reverse\.or +6 +6 +36 +100\.00 % +0\.3985$/m);
  expect(text).toMatch(/^fc\.bias +F32 +\[4\]$/m);
});

test.each([
  [
    { array: { channels: 2, groups: 4, lanes: 8 } },
    '2 x 4 x 8 \\(channels x groups x lanes\\), 4',
    'memories of the design',
  ],
  [
    { array: { lanes: 2 }, weights: 'dram' },
    '1 x 1 x 2 \\(channels x groups x lanes\\), 2',
    'external memory, 512 bits',
  ],
])('a design is shown with its whole array: %j', async (config, array, weights) => {
  await withDesignDir(sampleDesign({ inputs: 3, cells: 5, density: 1 }, config), async (dir) => {
    const text = formatInspection(inspect(dir));
    expect(() => inspect(dir, { from: ['x'] })).toThrow('--from: ');
    expect(text).toMatch(new RegExp(`^array +${array} element-wise$`, 'm'));
    expect(text).toMatch(new RegExp(`^weights in +${weights}$`, 'm'));
    expect(text).toMatch(/^weights +160, of which 160 kept \(100\.00 %, dense\)$/m);
  });
});

test('a model that the hardware can run says so', () => {
  const text = formatInspection(inspect(`${folder}classes.onnx`));
  expect(text).toMatch(/^lstm0 +lstm +5 → 6 +264 +100\.00 % +6 cells, "\/lstm\/LSTM"$/m);
  expect(text).toMatch(/^hardware +can be built: a design of one LSTM layer$/m);
  expect(text).toMatch(/^hardware +the host computes "\/fc\/MatMul", "\/LogSoftmax"$/m);
});

test('a model that no hardware can run says why, with every node', () => {
  const activations = formatInspection(inspect(`${folder}operator-activations-both.onnx`));
  expect(activations).toMatch(/^hardware +runs in software only:$/m);
  expect(activations).toMatch(/^hardware +lstm0: its output activation is a hard sigmoid; the hardware has tanh$/m);
  expect(activations).toMatch(/^hardware +lstm0_reverse: its candidate activation is relu, .*/m);
  const states = formatInspection(inspect(`${folder}operator-states.onnx`));
  expect(states).toMatch(/^hardware +can be built: a design of a network$/m);
});

test('JSON holds the same', () => {
  const inspection = inspect(`${folder}both-directions.onnx`);
  if (inspection.kind !== 'model') throw new Error('expected a model');
  const json = modelJson(inspection);
  expect(json).toMatchObject({
    kind: 'model',
    inputs: [{ name: 'x', shape: [5], axes: ['time', 'batch', 'shape'] }],
    outside: [],
    design: 'network',
    host: ['/LogSoftmax'],
    refusals: [],
  });
  expect(JSON.parse(JSON.stringify(json)).nodes[1]).toMatchObject({
    id: 'lstm0_reverse',
    kind: 'lstm',
    reads: ['x'],
    notes: ['6 cells', 'reverse'],
  });
});
