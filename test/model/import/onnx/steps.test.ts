import { describe, expect, test } from 'vitest';
import { lstmNode, PLAIN, randomArrays } from '../../../../fixtures/onnx_lstm.ts';
import { floats, integers, type ModelSpec, type NodeSpec, onnxFile } from '../../../../fixtures/onnx_writer.ts';
import type { Graph } from '../../../../src/model/graph.ts';
import { onnxNetwork } from '../../../../src/model/import/onnx/import_onnx.ts';
import { Rng } from '../../../../src/util/rng.ts';

const graphOf = (spec: ModelSpec): Graph => onnxNetwork('m.onnx', onnxFile(spec)).graph;

const weight = floats('w', [2, 3, 3], new Float32Array(18).fill(0.5));

/** A convolution over time that is padded with 4 zeros on both sides, and what is cut from its output. */
function cut(steps: number | string, end: number | 'steps of x', start = 0): ModelSpec {
  const attributes = { pads: { ints: [4, 4] }, dilations: { ints: [2] } };
  const shape: NodeSpec[] = [
    { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
    { op: 'Gather', inputs: ['shape', 'two'], outputs: ['count'], attributes: { axis: { i: 0 } } },
  ];
  return {
    inputs: [{ name: 'x', dims: [1, 3, steps] }],
    outputs: ['y'],
    nodes: [
      { op: 'Conv', name: 'conv', inputs: ['x', 'w'], outputs: ['wide'], attributes },
      ...(end === 'steps of x' ? shape : []),
      { op: 'Slice', inputs: ['wide', 'from', end === 'steps of x' ? 'count' : 'to', 'two'], outputs: ['y'] },
    ],
    initializers: [weight, integers('two', [2]), integers('from', [start]), integers('to', [Number(end) || 0])],
  };
}

describe('steps that are cut from the output of a convolution are zeros that its window does not get', () => {
  test.each<[string, ModelSpec, number, number]>([
    ['from the end', cut('t', -4), 4, 0],
    ['up to the steps of the input', cut('t', 'steps of x'), 4, 0],
    ['up to a step of an utterance of fixed length', cut(10, 10), 4, 0],
    ['at both ends', cut('t', -1, 3), 1, 3],
    ['nothing', cut(10, 14), 4, 4],
  ])('%s', (_, spec, before, after) => {
    const graph = graphOf(spec);
    expect(graph.nodes).toMatchObject([{ layer: { kind: 'conv', time: { before, after } } }]);
    const { time } = graph.tensors.get(graph.outputs[0]!.tensor)!;
    expect(time).toHaveLength(before + after === 4 ? 0 : 1);
  });

  test('but not more than there are', () => {
    expect(() => graphOf(cut('t', -5))).toThrow(/"Slice".*takes some steps of an utterance/);
  });
});

describe('what an axis is', () => {
  const erf: NodeSpec = { op: 'Erf', name: 'erf', inputs: ['x'], outputs: ['e'] };

  test('a batch is not taken for time where no recurrent layer says so', () => {
    const spec = cut('t', -5);
    const open = { ...spec, inputs: [{ name: 'x', dims: ['b', 3, 't'] }] };
    expect(() => graphOf(open)).toThrow(/"Slice".*takes some steps of an utterance/);
  });

  test('a batch is time where a recurrent layer runs over it', () => {
    const { node, initializers } = lstmNode(PLAIN, randomArrays(new Rng(5), PLAIN));
    const inputs = [{ name: 'x', dims: ['batch', 1, PLAIN.inputs] }];
    const graph = graphOf({ nodes: [node], initializers, inputs, outputs: ['lstm.y'] });
    expect(graph.inputs).toMatchObject([{ axes: ['time', 'batch', 'shape'] }]);
  });

  test('the node that is told is the one that cannot be read, not an axis that another reading leaves open', () => {
    const inputs = [{ name: 'x', dims: ['t', 'b', 3] }];
    expect(() =>
      graphOf({ nodes: [erf, { ...erf, name: 'late', outputs: ['y'] }], inputs, outputs: ['e', 'y'] }),
    ).toThrow(/2 parts of it.*\n.*"Erf" node "erf".*\n.*"Erf" node "late"/);
  });
});
