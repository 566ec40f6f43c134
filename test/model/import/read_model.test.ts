import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hardwareModel } from '../../../src/model/import/hardware_model.ts';
import { importModel, readModel } from '../../../src/model/import/read_model.ts';
import { networkOfTensors, parseSafetensors } from '../../../src/model/import/safetensors.ts';
import { withSafetensors } from '../../../src/model/import/safetensors_file.ts';
import { writeSafetensors } from '../../../src/model/import/write_safetensors.ts';
import { EsegenError } from '../../../src/util/errors.ts';
import { fileOf, lstmTensors } from './safetensors_fixture.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'esegen-import-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function write(name: string, bytes: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

test('a file gives the model that its bytes give, whatever the case of its suffix', () => {
  const bytes = writeSafetensors(lstmTensors(), new Map([['format', 'pt']]));
  const expected = hardwareModel('m', networkOfTensors('m', parseSafetensors(bytes, 'm').tensors));
  expect(readModel(write('good.safetensors', bytes))).toEqual(expected);
  expect(readModel(write('good.SafeTensors', bytes))).toEqual(expected);
});

test.each([
  [
    'model.pt',
    'got ".pt", a PyTorch checkpoint. In Python, with the class of the model: net.load_state_dict(torch.load("model.pt"))',
  ],
  ['model.PTH', 'got ".PTH", a PyTorch checkpoint. In Python'],
  [
    'model.h5',
    'got ".h5", a Keras model in HDF5. In Python: keras.models.load_model("model.h5").export("saved"), then in a shell: python -m',
  ],
  ['model.keras', 'python -m tf2onnx.convert --saved-model saved --output model.onnx'],
  [
    'model.tflite',
    'got ".tflite", a TensorFlow Lite model. Convert it: python -m tf2onnx.convert --tflite model.tflite --output',
  ],
  ['model.pb', 'python -m tf2onnx.convert --graphdef model.pb'],
  ['model.nam', 'got ".nam", a model of Neural Amp Modeler'],
  ['model.traineddata', 'combine_tessdata -e model.traineddata'],
  ['final.mdl', 'nnet-copy --binary=false final.nnet final.txt'],
  ['model.xyz', 'expected a model file that ends in .safetensors, .onnx, .nnet, .txt, got ".xyz". Save the state_dict'],
  ['model', 'expected a model file that ends in .safetensors, .onnx, .nnet, .txt, got no suffix'],
])('%s is refused by its suffix, with the way from there', (path, text) => {
  expect(() => readModel(path)).toThrow(text);
});

test.each([
  ['safetensors', { from: ['y'] }, '--from'],
  ['safetensors', { layers: undefined, shape: new Map() }, '--shape'],
  ['onnx', { layers: 'l.json' }, '--layers'],
  ['nnet', { to: ['y'] }, '--to'],
])('an option that says nothing of a model in .%s is refused: %j', (suffix, options, name) => {
  const path = write(`model.${suffix}`, writeSafetensors(lstmTensors()));
  expect(() => importModel(path, options)).toThrow(`${name}: has no effect on ${path}, a model in .${suffix}`);
});

test('missing files, directories and pipes are refused', () => {
  expect(() => readModel(join(directory, 'none.safetensors'))).toThrow(
    /none\.safetensors: cannot be opened \(ENOENT\)/,
  );
  execFileSync('mkdir', [join(directory, 'dir.safetensors')]);
  expect(() => readModel(join(directory, 'dir.safetensors'))).toThrow('dir.safetensors: expected a file');
  execFileSync('mkfifo', [join(directory, 'pipe.safetensors')]);
  expect(() => readModel(join(directory, 'pipe.safetensors'))).toThrow('pipe.safetensors: expected a file');
});

test('a huge sparse file is refused before its data are read', () => {
  const bytes = 2 ** 36;
  const header = JSON.stringify({
    weight_ih_l0: { dtype: 'F32', shape: [2 ** 17, 2 ** 17], data_offsets: [0, bytes] },
  });
  const path = write('huge.safetensors', fileOf(header));
  truncateSync(path, 8 + header.length + bytes);
  expect(() => readModel(path)).toThrow('"weight_hh_l0": missing');
});

test('a file that shrinks while it is read is refused', () => {
  const path = write('shrinks.safetensors', writeSafetensors(lstmTensors()));
  const run = () =>
    withSafetensors(path, ({ tensors }) => {
      truncateSync(path, 1200);
      networkOfTensors(path, tensors);
    });
  expect(run).toThrow(EsegenError);
  expect(run).toThrow(/but data_offsets|inside the file's|ended at byte|behind its length/);
});
