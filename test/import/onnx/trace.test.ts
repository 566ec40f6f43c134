import { describe, expect, test } from 'vitest';
import { onnxModel } from '../../../src/compiler/import/onnx/import_onnx.ts';
import { Rng } from '../../../src/rng.ts';
import { integers, type NodeSpec, onnxFile } from './onnx_writer.ts';
import { directionCount, type LstmSpec, lstmNode, PLAIN, randomArrays } from './random_lstm.ts';

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
