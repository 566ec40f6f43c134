import { expect, test } from 'vitest';
import { type NetworkSpec, networkSpecs } from '../../../../fixtures/onnx_networks.ts';
import { InferenceSession, type RuntimeTensor, Tensor } from '../../../../fixtures/onnx_runtime.ts';
import { onnxFile } from '../../../../fixtures/onnx_writer.ts';
import type { Frames } from '../../../../src/data/frames.ts';
import type { Graph } from '../../../../src/model/graph.ts';
import { onnxNetwork } from '../../../../src/model/import/onnx/import_onnx.ts';
import { FloatNetwork } from '../../../../src/model/reference/float_network.ts';
import { Rng } from '../../../../src/util/rng.ts';

const SEED = 71;
const STEPS = 9;

function importSpec(spec: NetworkSpec): Graph {
  const shape = new Map(Object.entries(spec.shape ?? {}));
  const assume = new Map(Object.entries(spec.assume ?? {}));
  return onnxNetwork('m.onnx', onnxFile(spec), { shape, assume }).graph;
}

/** Sizes of an input: batch 1, `steps` where it is the axis of time. */
function sizesOf(spec: NetworkSpec, name: string, timeAxis: number, steps: number): number[] {
  const { dims } = spec.inputs.find((input) => input.name === name)!;
  return dims.map(
    (size, d) => spec.shape?.[name]?.[d] ?? (d === timeAxis ? steps : typeof size === 'number' ? size : 1),
  );
}

/** From an array of the file's layout, one step behind the other. */
function byStep(values: ArrayLike<number>, sizes: readonly number[], timeAxis: number): Float64Array {
  if (timeAxis < 0) return Float64Array.from(values);
  const inner = sizes.slice(timeAxis + 1).reduce((all, size) => all * size, 1);
  const steps = sizes[timeAxis]!;
  const outer = values.length / inner / steps;
  const result = new Float64Array(values.length);
  for (let o = 0; o < outer; o++) {
    for (let t = 0; t < steps; t++) {
      for (let n = 0; n < inner; n++) result[(t * outer + o) * inner + n] = values[(o * steps + t) * inner + n]!;
    }
  }
  return result;
}

test.each(networkSpecs(new Rng(SEED)))('$name computes what ONNX Runtime computes', async (spec) => {
  const graph = importSpec(spec);
  const kinds = graph.nodes.map(({ layer }) => layer.kind).filter((kind) => kind === 'lstm' || kind === 'gru');
  expect(kinds).toEqual(spec.recurrent);
  const [port] = graph.inputs;
  expect(graph.inputs.length).toBe(1);
  const timeAxis = port!.axes.indexOf('time');
  const session = await InferenceSession.create(onnxFile(spec), { logSeverityLevel: 3 });
  const rng = new Rng(SEED + 1);
  // A call of a network with time is an utterance, of one without it a step.
  const calls = timeAxis < 0 ? STEPS : 1;
  const sizes = sizesOf(spec, port!.name, timeAxis, STEPS);
  const count = sizes.reduce((all, size) => all * size, 1);
  const given: number[] = [];
  const expected: number[] = [];
  const output = graph.outputs[0]!;
  const states: Record<string, RuntimeTensor> = {};
  for (const name of Object.values(spec.states)) {
    const stateSizes = sizesOf(spec, name, -1, 1);
    const all = stateSizes.reduce((product, size) => product * size, 1);
    states[name] = new Tensor('float32', new Float32Array(all), stateSizes);
  }
  for (let call = 0; call < calls; call++) {
    const x = Float32Array.from({ length: count }, () => rng.normal());
    given.push(...byStep(x, sizes, timeAxis));
    const feeds: Record<string, RuntimeTensor> = { [port!.name]: new Tensor('float32', x, sizes), ...states };
    for (const { name, type } of spec.inputs) {
      if (type === 'I64') feeds[name] = new Tensor('int64', BigInt64Array.of(16_000n), []);
    }
    const results = await session.run(feeds);
    const y = results[output.name]!;
    expected.push(...byStep(y.data as Float32Array, y.dims, output.axes.indexOf('time')));
    for (const [from, to] of Object.entries(spec.states)) states[to] = results[from]!;
  }
  const width = given.length / STEPS;
  const frames: Frames = { frames: STEPS, width, data: Float64Array.from(given) };
  const result = new FloatNetwork(graph).run(new Map([[port!.tensor, frames]])).outputs.get(output.tensor)!;
  expect(result.data.length).toBe(expected.length);
  for (const [n, value] of expected.entries()) expect(result.data[n], `value ${n}, seed ${SEED}`).toBeCloseTo(value, 5);
});
