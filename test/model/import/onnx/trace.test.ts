import { describe, expect, test } from 'vitest';
import { directionCount, type LstmSpec, lstmNode, PLAIN, randomArrays } from '../../../../fixtures/onnx_lstm.ts';
import { integers, type NodeSpec, onnxFile, type ValueSpec } from '../../../../fixtures/onnx_writer.ts';
import { onnxModel } from '../../../../src/model/import/onnx/import_onnx.ts';
import { Rng } from '../../../../src/util/rng.ts';

const rng = new Rng(61);
const { cells } = PLAIN;

/** A node between two LSTMs: operator, further inputs as constants, attributes. */
type Step = readonly [op: string, lists: readonly (readonly number[] | number)[], attributes?: NodeSpec['attributes']];

const transpose = (...perm: number[]): Step => ['Transpose', [], { perm: { ints: perm } }];
const reshape = (...shape: number[]): Step => ['Reshape', [shape]];
const squeeze = (...axes: number[]): Step => ['Squeeze', [axes]];

/** Imports two LSTMs with steps between them; the inputs of the second fit all outputs of the first. */
function chain(first: Partial<LstmSpec>, steps: readonly Step[], second: Partial<LstmSpec> = {}) {
  const one: LstmSpec = { ...PLAIN, ...first, name: 'one' };
  const a = lstmNode(one, randomArrays(rng, one));
  const nodes: NodeSpec[] = [a.node];
  const constants = [];
  let value = 'one.y';
  for (const [n, [op, lists, attributes = {}]] of steps.entries()) {
    const names = lists.map((_, k) => `c${n}.${k}`);
    constants.push(...lists.map((list, k) => integers(names[k]!, list)));
    nodes.push({ op, inputs: [value, ...names], outputs: [`v${n}`], attributes });
    value = `v${n}`;
  }
  const two: LstmSpec = { ...PLAIN, ...second, name: 'two', inputs: directionCount(one) * cells };
  const b = lstmNode(two, randomArrays(rng, two), value);
  const initializers = [...a.initializers, ...constants, ...b.initializers];
  return onnxModel('m.onnx', onnxFile({ nodes: [...nodes, b.node], initializers })).model.layers.length;
}

const both = { direction: 'bidirectional' } as const;
const batchFirst = { layout: 1 } as const;

describe('two LSTMs are a chain where the axes between them keep their meaning', () => {
  test.each<[string, Partial<LstmSpec>, Step[], Partial<LstmSpec>]>([
    ['one direction squeezed', {}, [squeeze(1)], {}],
    ['axes by attribute, counted from the end', {}, [['Squeeze', [], { axes: { ints: [-3] } }]], {}],
    ['with dropout', {}, [squeeze(1), ['Dropout', []]], {}],
    ['transposed and back', {}, [squeeze(1), transpose(1, 0, 2), transpose(1, 0, 2)], {}],
    ['from time first to batch first', {}, [squeeze(1), transpose(1, 0, 2)], batchFirst],
    ['from batch first to time first', batchFirst, [squeeze(2), transpose(1, 0, 2)], {}],
    ['batch first in both', batchFirst, [squeeze(2)], batchFirst],
    ['both directions side by side', both, [transpose(0, 2, 1, 3), reshape(0, 0, -1)], {}],
    ['with the size of both', both, [transpose(0, 2, 1, 3), reshape(0, 0, 2 * cells)], both],
    ['both directions, batch first', { ...both, ...batchFirst }, [reshape(0, 0, -1)], batchFirst],
    ['one direction by reshape', {}, [transpose(0, 2, 1, 3), reshape(0, 0, -1)], {}],
    ['a batch of one dropped and put back', {}, [squeeze(1, 2), ['Unsqueeze', [[1]]]], {}],
  ])('%s', (_, first, steps, second) => {
    expect(chain(first, steps, second)).toBe(2);
  });

  test.each<[string, Partial<LstmSpec>, Step[], Partial<LstmSpec>]>([
    ['time and batch exchanged', {}, [squeeze(1), transpose(1, 0, 2)], {}],
    ['a squeeze of whatever has size 1', {}, [['Squeeze', []]], {}],
    ['time and batch exchanged, batch first', batchFirst, [squeeze(2), transpose(1, 0, 2)], batchFirst],
    ['features and batch exchanged', {}, [squeeze(1), transpose(0, 2, 1)], {}],
    ['one of two directions dropped', both, [squeeze(1)], {}],
    ['directions mixed with the batch', both, [reshape(0, 0, -1)], {}],
    ['cells before directions', both, [transpose(0, 2, 3, 1), reshape(0, 0, -1)], {}],
    ['frames that a reshape may mix', {}, [squeeze(1), reshape(-1, 1, cells)], {}],
    ['a last frame only', {}, [squeeze(1), ['Gather', [-1], { axis: { i: 0 } }], ['Unsqueeze', [[0]]]], {}],
    ['some frames only', {}, [squeeze(1), ['Slice', [[0], [3], [0]]]], {}],
    ['some features only', {}, [squeeze(1), ['Slice', [[0], [3], [2]]]], {}],
    ['a slice of all axes', {}, [squeeze(1), ['Slice', [[0], [3]]]], {}],
    ['a cut axis by Gather', {}, [squeeze(1), ['Gather', [[0, 1]], { axis: { i: 0 } }]], {}],
    ['a sum', {}, [squeeze(1), ['Add', [1]]], {}],
    ['an axis that is none', {}, [squeeze(5)], {}],
    ['axes given twice', {}, [squeeze(1), transpose(0, 0, 2)], {}],
  ])('%s: refused', (_, first, steps, second) => {
    expect(() => chain(first, steps, second)).toThrow(/"LSTM" node "two": is fed by .*expected one chain of LSTMs/);
  });
});

const node = (op: string, inputs: string[], output: string, attributes: NodeSpec['attributes'] = {}): NodeSpec => ({
  op,
  inputs,
  outputs: [output],
  attributes,
});
const along = (axis: number) => ({ axis: { i: axis } });

/** Imports two LSTMs with nodes between them, `one.y` to `two.x`; the model's input x is [N, T, I]. */
function between(nodes: readonly NodeSpec[], first: Partial<LstmSpec> = {}, x: string | ValueSpec = 'x') {
  const one: LstmSpec = { ...PLAIN, ...first, name: 'one' };
  const a = lstmNode(one, randomArrays(rng, one), 'one.x');
  const two: LstmSpec = { ...PLAIN, name: 'two', inputs: directionCount(one) * cells };
  const b = lstmNode(two, randomArrays(rng, two), 'two.x');
  const lists = { l0: [0], l1: [1], l2: [2], open: [-1], cells: [cells], static: [-1, 7, cells] };
  return onnxModel(
    'm.onnx',
    onnxFile({
      inputs: [x],
      nodes: [node('Transpose', ['x'], 'one.x', { perm: { ints: [1, 0, 2] } }), a.node, ...nodes, b.node],
      initializers: [
        ...a.initializers,
        ...b.initializers,
        ...Object.entries(lists).map(([name, list]) => integers(name, list)),
      ],
    }),
  ).model.layers.length;
}

const BROKEN = /"LSTM" node "two": is fed by .*expected one chain of LSTMs/;

describe('a reshape to [N, T, H] as Keras models have it', () => {
  const turned = node('Transpose', ['one.y'], 't', { perm: { ints: [2, 0, 1, 3] } });
  const back = node('Transpose', ['r'], 'two.x', { perm: { ints: [1, 0, 2] } });
  const sizes = node('Shape', ['x'], 'sizes');
  const reshape = (frames: readonly NodeSpec[]) => [
    turned,
    ...frames,
    node('Concat', ['open', 'frames', 'cells'], 'shape', along(0)),
    node('Reshape', ['t', 'shape'], 'r'),
    back,
  ];
  const fixed = [turned, node('Reshape', ['t', 'static'], 'r'), back];
  const declared = (frames: number | string) => ({ name: 'x', dims: ['N', frames, PLAIN.inputs] });

  test.each<[string, NodeSpec[]]>([
    ['Slice', [sizes, node('Slice', ['sizes', 'l1', 'l2', 'l0'], 'frames')]],
    [
      'Slice by attributes',
      [sizes, node('Slice', ['sizes'], 'frames', { starts: { ints: [1] }, ends: { ints: [2] } })],
    ],
    ['Gather', [sizes, node('Gather', ['sizes', 'l1'], 'frames')]],
    ['a part of Shape', [node('Shape', ['x'], 'frames', { start: { i: 1 }, end: { i: 2 } })]],
    ['Shape of what the LSTM gets', [node('Shape', ['one.x'], 'sizes'), node('Gather', ['sizes', 'l0'], 'frames')]],
    ['Shape of what it gives', [node('Shape', ['t'], 'sizes'), node('Gather', ['sizes', 'l1'], 'frames')]],
    ['a cast', [sizes, node('Gather', ['sizes', 'l1'], 'g'), node('Cast', ['g'], 'frames', { to: { i: 7 } })]],
  ])('with the number of frames by %s', (_, frames) => {
    expect(between(reshape(frames))).toBe(2);
  });

  test('with a number of frames that the model declares', () => {
    expect(between(fixed, {}, declared(7))).toBe(2);
  });

  test.each<[string, () => number]>([
    ['the batch instead of the frames', () => between(reshape([sizes, node('Gather', ['sizes', 'l0'], 'frames')]))],
    ['the features', () => between(reshape([sizes, node('Gather', ['sizes', 'l2'], 'frames')]))],
    ['an axis from the end', () => between(reshape([sizes, node('Gather', ['sizes', 'open'], 'frames')]))],
    [
      'a shape of something else',
      () => between(reshape([node('Shape', ['z'], 'sizes'), node('Gather', ['sizes', 'l1'], 'frames')])),
    ],
    ['a computed size', () => between(reshape([node('Add', ['l1', 'l2'], 'frames')]))],
    ['a number that nothing declares', () => between(fixed)],
    ['a number that is not the declared one', () => between(fixed, {}, declared(8))],
    ['frames of any number', () => between(fixed, {}, declared('T'))],
  ])('%s: refused', (_, model) => {
    expect(model).toThrow(BROKEN);
  });
});

describe('two directions cut apart and joined, as tf2onnx leaves them', () => {
  const cut = (name: string, from: string, to: string) => [
    node('Slice', ['one.y', from, to, 'l1'], `${name}.cut`),
    node('Squeeze', [`${name}.cut`, 'l1'], name),
  ];
  const parts = [...cut('forward', 'l0', 'l1'), ...cut('backward', 'l1', 'l2')];
  const join = (inputs: string[], axis = 2) => [...parts, node('Concat', inputs, 'two.x', along(axis))];

  test.each([2, -1])('side by side, on axis %d', (axis) => {
    expect(between(join(['forward', 'backward'], axis), both)).toBe(2);
  });

  test.each<[string, NodeSpec[]]>([
    ['the other way round', join(['backward', 'forward'])],
    ['one of them twice', join(['forward', 'forward'])],
    ['one behind the other', join(['forward', 'backward'], 0)],
    [
      'not turned alike',
      [
        ...parts,
        node('Transpose', ['backward'], 'turned', { perm: { ints: [1, 0, 2] } }),
        node('Concat', ['forward', 'turned'], 'two.x', along(2)),
      ],
    ],
    ['both in one cut', [...cut('forward', 'l0', 'l2'), node('Concat', ['forward', 'forward'], 'two.x', along(2))]],
  ])('%s: refused', (_, nodes) => {
    expect(() => between(nodes, both)).toThrow(BROKEN);
  });
});
