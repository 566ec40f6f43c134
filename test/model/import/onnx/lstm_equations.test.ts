import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  directionCount,
  type LstmArrays,
  type LstmSpec,
  lstmNode,
  randomArrays,
} from '../../../../fixtures/onnx_lstm.ts';
import { integers, onnxFile } from '../../../../fixtures/onnx_writer.ts';
import { type Frames, frameAt } from '../../../../src/data/frames.ts';
import { onnxNetwork } from '../../../../src/model/import/onnx/import_onnx.ts';
import { FloatNetwork } from '../../../../src/model/reference/float_network.ts';
import { Rng } from '../../../../src/util/rng.ts';

/** The operator's equations, straight from its definition and on its own arrays: gate order i, o, f, c; peepholes i, o, f. */
function naive(spec: LstmSpec, { w, r, b, p, h0, c0 }: LstmArrays, x: number[][], length: number): number[][] {
  const { inputs: I, cells: H } = spec;
  const count = directionCount(spec);
  const y = x.map(() => new Array<number>(count * H).fill(0));
  const alphas = spec.alphas.map(Math.fround);
  const betas = spec.betas.map(Math.fround);
  const functions = (spec.activations ?? new Array(count).fill(['Sigmoid', 'Tanh', 'Tanh']).flat()).map(
    (name: string) => {
      if (name === 'HardSigmoid') {
        const [alpha, beta] = [alphas.shift() ?? 0.2, betas.shift() ?? 0.5];
        return (v: number) => Math.max(0, Math.min(1, alpha * v + beta));
      }
      if (name === 'Relu') return (v: number) => (v > 0 ? v : 0);
      return name === 'Tanh' ? (v: number) => Math.tanh(v) : (v: number) => 1 / (1 + Math.exp(-v));
    },
  );
  const bound = spec.clip === null ? Number.POSITIVE_INFINITY : Math.fround(spec.clip);
  const clip = (v: number) => Math.max(-bound, Math.min(bound, v));
  for (let d = 0; d < count; d++) {
    const [f, g, h] = functions.slice(3 * d, 3 * d + 3) as ((v: number) => number)[];
    const backwards = spec.direction === 'reverse' || d === 1;
    let previous = Array.from({ length: H }, (_, n) => h0?.[d * H + n] ?? 0);
    let cell = Array.from({ length: H }, (_, n) => c0?.[d * H + n] ?? 0);
    const sum = (gate: number, n: number, frame: number[]) => {
      const row = d * 4 * H + gate * H + n;
      let total = b === null ? 0 : b[d * 8 * H + gate * H + n]! + b[d * 8 * H + 4 * H + gate * H + n]!;
      for (let j = 0; j < I; j++) total += w[row * I + j]! * frame[j]!;
      for (let j = 0; j < H; j++) total += r[row * H + j]! * previous[j]!;
      return total;
    };
    const peephole = (gate: number, n: number) => p?.[d * 3 * H + gate * H + n] ?? 0;
    for (let n = 0; n < length; n++) {
      const t = backwards ? length - 1 - n : n;
      const frame = x[t]!;
      const next = cell.map((old, k) => {
        const i = f!(clip(sum(0, k, frame) + peephole(0, k) * old));
        const forget = spec.inputForget ? 1 - i : f!(clip(sum(2, k, frame) + peephole(2, k) * old));
        return forget * old + i * g!(clip(sum(3, k, frame)));
      });
      previous = next.map((c, k) => f!(clip(sum(1, k, frame) + peephole(1, k) * c)) * h!(c));
      cell = next;
      for (let k = 0; k < H; k++) y[t]![d * H + k] = previous[k]!;
    }
  }
  return y;
}

const activationNames = fc.constantFrom('Sigmoid', 'Tanh', 'Relu', 'HardSigmoid');

const lstmSpec = fc
  .record({
    cells: fc.integer({ min: 1, max: 4 }),
    direction: fc.constantFrom('forward' as const, 'reverse' as const, 'bidirectional' as const),
    bias: fc.boolean(),
    peepholes: fc.boolean(),
    states: fc.boolean(),
    clip: fc.option(fc.constantFrom(0.25, 1, 3)),
    inputForget: fc.boolean(),
    activations: fc.option(fc.array(activationNames, { minLength: 6, maxLength: 6 })),
    alphas: fc.array(fc.constantFrom(0.1, 0.25, 0.5), { maxLength: 6 }),
    betas: fc.array(fc.constantFrom(0, 0.3, 1), { maxLength: 6 }),
  })
  .map((spec) => ({
    ...spec,
    activations: spec.activations?.slice(0, spec.direction === 'bidirectional' ? 6 : 3) ?? null,
  }));

const modelSpec = fc.record({
  inputs: fc.integer({ min: 1, max: 4 }),
  layers: fc.array(lstmSpec, { minLength: 1, maxLength: 3 }),
  layout: fc.constantFrom(0 as const, 1 as const),
  frames: fc.integer({ min: 1, max: 6 }),
  padding: fc.integer({ min: 0, max: 3 }),
  fixedLength: fc.boolean(),
  seed: fc.nat(),
});

test('imported ONNX models of all kinds compute the equations of the operator', () => {
  fc.assert(
    fc.property(modelSpec, ({ inputs, layers, layout, frames, padding, fixedLength, seed }) => {
      const rng = new Rng(seed);
      const nodes = [];
      const initializers = [];
      let from = 'x';
      let width = inputs;
      const total = frames + padding;
      let expected = Array.from({ length: total }, () => Array.from({ length: inputs }, () => rng.normal()));
      // The engine hands over an utterance as far as it goes.
      const x: Frames = { frames, width: inputs, data: Float64Array.from(expected.slice(0, frames).flat()) };
      for (const [n, given] of layers.entries()) {
        const lengths = fixedLength ? [frames] : null;
        const spec: LstmSpec = { ...given, name: `l${n}`, inputs: width, layout, lengths };
        const arrays = randomArrays(rng, spec);
        const { node, initializers: own } = lstmNode(spec, arrays, from);
        nodes.push(node);
        initializers.push(...own);
        // y is [T, D, N, H] or [N, T, D, H]; the next x is [T, N, D·H] or [N, T, D·H].
        const perm = layout === 0 ? [0, 2, 1, 3] : [0, 1, 2, 3];
        nodes.push({
          op: 'Transpose',
          inputs: [`l${n}.y`],
          outputs: [`l${n}.t`],
          attributes: { perm: { ints: perm } },
        });
        const shape = { t: integers('', [0, 0, -1]) };
        nodes.push({ op: 'Constant', outputs: [`l${n}.s`], attributes: { value: shape } });
        nodes.push({ op: 'Reshape', inputs: [`l${n}.t`, `l${n}.s`], outputs: [`l${n}.out`] });
        from = `l${n}.out`;
        width = directionCount(spec) * spec.cells;
        expected = naive(spec, arrays, expected, frames);
      }
      const dims = layout === 0 ? ['T', 1, inputs] : [1, 'T', inputs];
      const file = onnxFile({ nodes, initializers, inputs: [{ name: 'x', dims }], outputs: [from] });
      const { graph } = onnxNetwork('m.onnx', file);
      expect(graph.sequenceLengths).toEqual(fixedLength ? [frames] : null);
      const { outputs } = new FloatNetwork(graph).run(new Map([[graph.inputs[0]!.tensor, x]]));
      const y = outputs.get(graph.outputs[0]!.tensor)!;
      expect(y).toMatchObject({ frames, width });
      for (let t = 0; t < frames; t++) {
        for (const [k, value] of expected[t]!.entries()) {
          expect(Math.abs(frameAt(y, t)[k]! - value)).toBeLessThan(1e-9 * (1 + Math.abs(value)));
        }
      }
    }),
    { numRuns: 300 },
  );
});
