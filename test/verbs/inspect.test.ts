import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { sampleDesign } from '../../fixtures/sample_design.ts';
import { formatInspection } from '../../src/cli/inspect.ts';
import { inspect } from '../../src/verbs/inspect.ts';

const folder = fileURLToPath(new URL('../../examples/onnx/', import.meta.url));

test('a model that the hardware cannot run is shown with all its layers, and why', () => {
  const text = formatInspection(inspect(`${folder}both-directions.onnx`));
  expect(text).toMatch(/^layer 0 +5 inputs, 6 cells, 6 outputs$/m);
  expect(text).toMatch(/^layer 0 +5 inputs, 6 cells, 6 outputs, reverse$/m);
  expect(text).toMatch(/^layer 1 +12 inputs, 6 cells, 6 outputs, reverse$/m);
  expect(text).toMatch(/^output layer +4 classes$/m);
  expect(text).toMatch(/^left to the host +LogSoftmax$/m);
  expect(text).toMatch(/^hardware +cannot be built: lstm0_reverse: is another LSTM layer or direction/m);
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
    expect(text).toMatch(new RegExp(`^array +${array} element-wise$`, 'm'));
    expect(text).toMatch(new RegExp(`^weights in +${weights}$`, 'm'));
    expect(text).toMatch(/^weights +160, of which 160 kept \(100\.00 %, dense\)$/m);
  });
});

test('a model that it can run is shown as one layer', () => {
  const text = formatInspection(inspect(`${folder}classes.onnx`));
  expect(text).toMatch(/^layer +5 inputs, 6 cells, 6 outputs$/m);
  expect(text).toMatch(/^output layer +4 classes$/m);
  expect(text).not.toMatch(/^hardware/m);
});
