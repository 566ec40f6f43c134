import { describe, expect, test } from 'vitest';
import { floats, type ModelSpec, type NodeSpec, onnxFile } from '../../../../fixtures/onnx_writer.ts';
import { onnxNetwork } from '../../../../src/model/import/onnx/import_onnx.ts';
import { EsegenError } from '../../../../src/util/errors.ts';

const graphOf = (spec: ModelSpec) => onnxNetwork('m.onnx', onnxFile(spec)).graph;

/** Message of the refusal of a model. */
function refusal(spec: ModelSpec): string {
  try {
    graphOf(spec);
  } catch (error) {
    expect(error).toBeInstanceOf(EsegenError);
    return (error as EsegenError).message;
  }
  throw new Error('expected an EsegenError, nothing was thrown');
}

/** One node on x [b, t, 3], with a constant c. */
function single(node: Omit<NodeSpec, 'outputs'>, c: readonly number[] = [0, 0, 0]): ModelSpec {
  const inputs = [{ name: 'x', dims: ['b', 't', 3] }];
  return { inputs, outputs: ['y'], nodes: [{ ...node, outputs: ['y'] }], initializers: [floats('c', [c.length], c)] };
}

describe('numbers that are none are refused where they come in', () => {
  test.each<[string, ModelSpec, string]>([
    ['a division by zero', single({ op: 'Div', inputs: ['x', 'c'] }), 'what is not finite, such as one over zero'],
    [
      'a slope',
      single({ op: 'LeakyRelu', inputs: ['x'], attributes: { alpha: { f: Number.NaN } } }),
      'expected a finite number as alpha, got NaN',
    ],
    [
      'a factor of a product',
      {
        ...single({ op: 'Gemm', inputs: ['x', 'w'], attributes: { alpha: { f: Number.POSITIVE_INFINITY } } }),
        inputs: [{ name: 'x', dims: ['b', 3] }],
        initializers: [floats('w', [3, 2], [1, 2, 3, 4, 5, 6])],
      },
      'expected a finite alpha and beta, got Infinity and 1',
    ],
    [
      'a constant, whose file is named once',
      single({ op: 'Add', inputs: ['x', 'c'] }, [1, Number.NaN, 2]),
      'm.onnx: "Add" node "y": "c": value 1 (row-major) is NaN',
    ],
  ])('%s', (_, spec, message) => {
    const text = refusal(spec);
    expect(text).toContain(message);
    expect(text.split('m.onnx').length).toBe(2);
  });
});

describe('sizes are told as what they are', () => {
  test('a negative one of a tensor', () => {
    const initializers = [floats('c', [-3], [])];
    expect(refusal({ ...single({ op: 'Add', inputs: ['x', 'c'] }), initializers })).toContain(
      'expected sizes from 0, got shape [-3]',
    );
  });

  test('one of an input that is too large', () => {
    const inputs = [{ name: 'x', dims: ['b', 2 ** 40] }];
    expect(refusal({ ...single({ op: 'Relu', inputs: ['x'] }), inputs })).toBe(
      `m.onnx: input "x": expected at most 8 axes of sizes from 1 to 16777216, got [?, ${2 ** 40}]`,
    );
  });
});

describe('small files that ask for much', () => {
  test('values that double from node to node stop at a limit', () => {
    const nodes = Array.from({ length: 40 }, (_, n): NodeSpec => {
      const from = n === 0 ? 'x' : `v${n}`;
      return {
        op: 'Concat',
        inputs: [from, from],
        outputs: [n < 39 ? `v${n + 1}` : 'y'],
        attributes: { axis: { i: 2 } },
      };
    });
    const text = refusal({ inputs: [{ name: 'x', dims: ['b', 't', 2 ** 23] }], outputs: ['y'], nodes });
    expect(text).toContain('elements a step, expected at most 16777216');
  });

  test('thousands of inputs with open sizes are not tried in every combination', () => {
    const inputs = Array.from({ length: 3000 }, (_, n) => ({ name: `x${n}`, dims: ['p', 'q', 'r', 3] }));
    const spec = { inputs, outputs: ['y'], nodes: [{ op: 'Relu', inputs: ['x0'], outputs: ['y'] }] };
    expect(refusal(spec)).toContain('input "x0": leaves the size of axis');
  });

  test('a split into thousands numbers its elements once', () => {
    const outputs = Array.from({ length: 8000 }, (_, n) => `y${n}`);
    const nodes = [{ op: 'Split', inputs: ['x'], outputs, attributes: { axis: { i: 1 } } }];
    const graph = graphOf({ inputs: [{ name: 'x', dims: ['b', 8000] }], outputs: ['y7999'], nodes });
    expect(graph.nodes).toMatchObject([{ layer: { kind: 'gather', index: Int32Array.of(7999) } }]);
  });
});
