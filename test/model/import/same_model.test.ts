import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lstmNode, PLAIN } from '../../../fixtures/onnx_lstm.ts';
import { floats, integers, onnxFile } from '../../../fixtures/onnx_writer.ts';
import { compile } from '../../../src/compiler/compile.ts';
import { randomCalibration } from '../../../src/data/calibration_set.ts';
import { generate } from '../../../src/design/generate.ts';
import { parseConfig } from '../../../src/machine/read_config.ts';
import { readModel } from '../../../src/model/import/read_model.ts';
import { type FloatTensor, writeSafetensors } from '../../../src/model/import/write_safetensors.ts';
import type { OutputLayer, StackedLayer } from '../../../src/model/stacked_layer.ts';
import { writeNpy } from '../../../src/util/npy.ts';
import { Rng } from '../../../src/util/rng.ts';
import { build } from '../../../src/verbs/build.ts';
import { evaluate } from '../../../src/verbs/evaluate.ts';
import { quantizeModel } from '../../../src/verbs/quantize.ts';
import { run } from '../../../src/verbs/run.ts';
import { kaldiLayer, kaldiText } from './kaldi_text.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'esegen-same-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const INPUTS = 6;
const CELLS = 12;
const rng = new Rng(31);
const normal = (length: number) => Float32Array.from({ length }, () => 0.5 * rng.normal());

/** Blocks of H rows of a stack of gates i, f, g, o, in another order. */
const gates = (values: Float32Array, order: readonly number[]) => {
  const size = values.length / 4;
  return Float32Array.from(order.flatMap((gate) => [...values.subarray(gate * size, (gate + 1) * size)]));
};

const ONNX_GATES = [0, 3, 1, 2];

function save(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Everything that a build writes for a model file. */
function designOf(path: string) {
  const model = readModel(path);
  const config = parseConfig({ name: 'same', array: { lanes: 4, groups: 2 }, density: 0.5 }, 'config');
  const compilation = compile(model.layer, config, randomCalibration(INPUTS));
  return { compilation, files: generate(compilation, model, { norm: null, labels: null }) };
}

describe('the same weights from two kinds of files give the same design, byte by byte', () => {
  test('PyTorch names in safetensors, and ONNX', () => {
    const [x, r, biasX, biasR] = [
      normal(4 * CELLS * INPUTS),
      normal(4 * CELLS * CELLS),
      normal(4 * CELLS),
      normal(4 * CELLS),
    ];
    const [peepI, peepF, peepO] = [normal(CELLS), normal(CELLS), normal(CELLS)];
    const [fc, fcBias] = [normal(3 * CELLS), normal(3)];
    const tensors = new Map<string, FloatTensor>([
      ['weight_ih_l0', { shape: [4 * CELLS, INPUTS], data: x }],
      ['weight_hh_l0', { shape: [4 * CELLS, CELLS], data: r }],
      ['bias_ih_l0', { shape: [4 * CELLS], data: biasX }],
      ['bias_hh_l0', { shape: [4 * CELLS], data: biasR }],
      ['weight_ci', { shape: [CELLS], data: peepI }],
      ['weight_cf', { shape: [CELLS], data: peepF }],
      ['weight_co', { shape: [CELLS], data: peepO }],
      ['fc.weight', { shape: [3, CELLS], data: fc }],
      ['fc.bias', { shape: [3], data: fcBias }],
    ]);
    const { node, initializers } = lstmNode(
      { ...PLAIN, inputs: INPUTS, cells: CELLS, peepholes: true },
      {
        w: gates(x, ONNX_GATES),
        r: gates(r, ONNX_GATES),
        b: Float32Array.of(...gates(biasX, ONNX_GATES), ...gates(biasR, ONNX_GATES)),
        p: Float32Array.of(...peepI, ...peepO, ...peepF),
        h0: null,
        c0: null,
      },
    );
    const onnx = onnxFile({
      inputs: [{ name: 'x', dims: ['T', 1, INPUTS] }],
      nodes: [
        node,
        { op: 'Squeeze', inputs: ['lstm.y', 'one'], outputs: ['s'] },
        { op: 'Reshape', inputs: ['s', 'flat'], outputs: ['f'] },
        { op: 'Gemm', inputs: ['f', 'fc', 'fcBias'], outputs: ['y'], attributes: { transB: { i: 1 } } },
      ],
      initializers: [
        ...initializers,
        integers('one', [1]),
        integers('flat', [-1, CELLS]),
        floats('fc', [3, CELLS], fc),
        floats('fcBias', [3], fcBias),
      ],
    });
    const a = designOf(save('a.safetensors', writeSafetensors(tensors)));
    const b = designOf(save('a.onnx', onnx));
    expect(a.compilation.report.pruned).toBe(true);
    expect(b.compilation.design).toEqual(a.compilation.design);
    expect(b.files).toEqual(a.files);
  });

  test('PyTorch names in safetensors, and Kaldi', () => {
    const outputs = 7;
    const layer = kaldiLayer(rng, INPUTS, CELLS, outputs);
    const fc: OutputLayer = { classes: 3, weight: normal(3 * outputs), bias: Float64Array.from(normal(3)) };
    const tensors = new Map<string, FloatTensor>([
      ['weight_ih_l0', { shape: [4 * CELLS, INPUTS], data: layer.weightX }],
      ['weight_hh_l0', { shape: [4 * CELLS, outputs], data: layer.weightR }],
      ['weight_hr_l0', { shape: [outputs, CELLS], data: layer.weightP! }],
      ['bias_ih_l0', { shape: [4 * CELLS], data: layer.bias }],
      ['bias_hh_l0', { shape: [4 * CELLS], data: new Float64Array(4 * CELLS) }],
      ['weight_ci', { shape: [CELLS], data: layer.peepholes!.i }],
      ['weight_cf', { shape: [CELLS], data: layer.peepholes!.f }],
      ['weight_co', { shape: [CELLS], data: layer.peepholes!.o }],
      ['fc.weight', { shape: [3, outputs], data: fc.weight }],
      ['fc.bias', { shape: [3], data: fc.bias }],
    ]);
    const a = designOf(save('k.safetensors', writeSafetensors(tensors)));
    const b = designOf(save('k.nnet', kaldiText([layer], fc)));
    const c = designOf(save('k.txt', kaldiText([layer], fc)));
    expect(b.compilation.design).toEqual(a.compilation.design);
    expect(b.files).toEqual(a.files);
    expect(c.files).toEqual(a.files);
  });
});

describe('a limit of the cell state', () => {
  /** One cell that counts up by almost 1 a frame. */
  const counter: StackedLayer = {
    inputs: 1,
    cells: 1,
    outputs: 1,
    weightX: new Float32Array(4),
    weightR: new Float32Array(4),
    weightP: Float32Array.of(1),
    bias: Float64Array.of(20, 20, 20, 0),
    peepholes: { i: new Float32Array(1), f: new Float32Array(1), o: new Float32Array(1) },
  };
  const buildWith = (clip: number) => {
    const options = `<CellDim> 1 <CellClip> ${clip} `;
    const model = save('count.nnet', kaldiText([counter], null, { component: 'LstmProjected', options }));
    return build({ model, config: parseConfig({ array: { lanes: 1 } }, 'config'), out: join(folder, `count-${clip}`) });
  };

  test('stops a build where calibration gets there, and only then', () => {
    expect(() => buildWith(50)).toThrow(
      'count.nnet: limits the cell state to ±50, which the hardware does not, and it reaches 64.00 in calibration. ' +
        'Use frames and utterance borders as the model was trained on',
    );
    expect(buildWith(65).fileCount).toBeGreaterThan(10);
  });

  test('stops all that compares the model with fixed point on such frames', () => {
    const model = save(
      'count.nnet',
      kaldiText([counter], null, { component: 'LstmProjected', options: '<CellDim> 1 ' }),
    );
    const config = parseConfig({ array: { lanes: 1 } }, 'config');
    const [long, short] = [60, 40].map((frames) => {
      const path = join(folder, `count-${frames}.npy`);
      writeNpy(path, { dtype: 'float64', shape: [frames, 1], data: new Float64Array(frames) });
      return path;
    }) as [string, string];
    const where = 'count.nnet: limits the cell state to ±50, which the hardware does not, and it reaches 60.00 in';
    const inLong = `${where} ${long} (60 frames, 1 utterance)`;
    expect(() => evaluate({ model, config, data: long, calibrate: short })).toThrow(inLong);
    expect(() => evaluate({ model, config, data: short, calibrate: long })).toThrow(inLong);
    expect(() => quantizeModel({ model, config, calibrate: long })).toThrow(inLong);
    const files = {
      inputs: [{ name: null, path: short }],
      out: [{ name: null, path: join(folder, 'y.npy') }],
    };
    const golden = { path: model, engine: 'golden', config, ...files } as const;
    expect(() => run({ ...golden, calibrate: long })).toThrow(inLong);
    expect(evaluate({ model, config, data: short, calibrate: short }).structures).toHaveLength(1);
    expect(quantizeModel({ model, config, calibrate: short }).vectors).toHaveLength(4);
    expect(run({ ...golden, calibrate: short }).steps).toBe(40);
  });
});

test('a build tells which operators stay on the host', () => {
  const model = fileURLToPath(new URL('../../../examples/onnx/classes.onnx', import.meta.url));
  const built = build({ model, config: parseConfig({ array: { lanes: 2 } }, 'config'), out: join(folder, 'classes') });
  expect(built.leftOut).toEqual(['/LogSoftmax']);
});
