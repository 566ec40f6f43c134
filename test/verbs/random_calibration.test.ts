import { expect, test } from 'vitest';
import { POINT_WINDOW, stepsOf, timeBehind } from '../../src/model/graph.ts';
import { GraphBuilder } from '../../src/model/graph_builder.ts';
import { readNetworkCalibration } from '../../src/verbs/run/calibration.ts';

/** A convolution with a stride over time, and the last step of what it gives. */
function network({ stride, picks }: { stride: number; picks: boolean }) {
  const builder = new GraphBuilder();
  const x = builder.input('x', [1], ['time', 'batch', 'shape']);
  const time = { ...POINT_WINDOW, kernel: stride, stride };
  const weight = { rows: 1, columns: stride, values: new Float64Array(stride).fill(1) };
  const layer = { kind: 'conv', channels: 1, groups: 1, weight, bias: new Float64Array(1), space: [], time } as const;
  const y = builder.node('conv', { ...layer, activation: null }, [x], { shape: [1], time: timeBehind(x.time, time) });
  const end = picks ? builder.node('last', { kind: 'pick', at: 'last' }, [y], { shape: [1], time: null }) : y;
  builder.output('y', end, picks ? ['batch', 'shape'] : ['time', 'batch', 'shape']);
  return { graph: builder.build(), y };
}

test('without calibration data every layer sees 64 steps of random values, however much a stride leaves out', () => {
  for (const [stride, expected] of [
    [1, 64],
    [8, 512],
    [100, 8192],
  ] as const) {
    const { graph, y } = network({ stride, picks: false });
    const { utterances, lengths } = readNetworkCalibration('/no/such/model.onnx', undefined, graph);
    expect(lengths, `stride ${stride}`).toEqual([expected]);
    expect(utterances[0]!.get(graph.inputs[0]!.tensor)!.frames).toBe(expected);
    expect(stepsOf(y, lengths[0]!)).toBeGreaterThanOrEqual(64);
  }
});

test('one value an utterance is seen in 16 utterances, each another one', () => {
  const { graph } = network({ stride: 2, picks: true });
  const { utterances, lengths, origin } = readNetworkCalibration('/no/such/model.onnx', undefined, graph);
  expect(lengths).toEqual(Array(16).fill(128));
  expect(origin).toBe('2048 seeded normal frames, 16 utterances');
  const first = utterances.map((inputs) => inputs.get(graph.inputs[0]!.tensor)!.data[0]);
  expect(new Set(first).size).toBe(16);
});
