import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { formatInspection } from '../src/cli/inspect.ts';
import { inspect } from '../src/inspect.ts';

const folder = fileURLToPath(new URL('../examples/onnx/', import.meta.url));

test('a model that the hardware cannot run is shown with all its layers, and why', () => {
  const text = formatInspection(inspect(`${folder}both-directions.onnx`));
  expect(text).toMatch(/^layer 0 +5 inputs, 6 cells, 6 outputs$/m);
  expect(text).toMatch(/^layer 0 +5 inputs, 6 cells, 6 outputs, reverse$/m);
  expect(text).toMatch(/^layer 1 +12 inputs, 6 cells, 6 outputs, reverse$/m);
  expect(text).toMatch(/^output layer +4 classes$/m);
  expect(text).toMatch(/^left to the host +LogSoftmax$/m);
  expect(text).toMatch(/^hardware +cannot be built: has 2 stacked layers, which the hardware cannot run yet$/m);
  expect(text).toMatch(/^fc\.bias +F32 +\[4\]$/m);
});

test('a model that it can run is shown as one layer', () => {
  const text = formatInspection(inspect(`${folder}classes.onnx`));
  expect(text).toMatch(/^layer +5 inputs, 6 cells, 6 outputs$/m);
  expect(text).toMatch(/^output layer +4 classes$/m);
  expect(text).not.toMatch(/^hardware/m);
});
