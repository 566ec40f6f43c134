import { describe, expect, test } from 'vitest';
import { describeNetwork, randomNetwork, randomUtterances } from '../../../fixtures/random_network.ts';
import type { LegalGraph } from '../../../src/compiler/legal_graph.ts';
import { plainGraph } from '../../../src/compiler/legal_reference.ts';
import { equalize } from '../../../src/compiler/passes/equalize.ts';
import { equalizeInputs } from '../../../src/compiler/passes/equalize_inputs.ts';
import { fold } from '../../../src/compiler/passes/fold.ts';
import { legalize } from '../../../src/compiler/passes/legalize.ts';
import { linearize } from '../../../src/compiler/passes/linearize.ts';
import { partition } from '../../../src/compiler/passes/partition.ts';
import { simplify } from '../../../src/compiler/passes/simplify.ts';
import type { Frames } from '../../../src/data/frames.ts';
import { elementsOf, type Graph, type TensorId, windowOutputs } from '../../../src/model/graph.ts';
import { FloatNetwork } from '../../../src/model/reference/float_network.ts';

/** Relative error that a pass may cause: the order of additions, and nothing else. */
const ALLOWED = 1e-9;
const SEEDS = 250;

type Values = ReadonlyMap<TensorId, Frames>;

function run(graph: Graph, inputs: Values): Values {
  return new FloatNetwork(graph).run(inputs).outputs;
}

/** Runs a network that has been split, part by part. */
function runParts(parts: readonly (Graph | null)[], inputs: Values): Values {
  const values = new Map(inputs);
  for (const part of parts) {
    if (part === null) continue;
    const given = part.inputs.map(({ tensor }) => [tensor, values.get(tensor)!] as const);
    for (const [tensor, frames] of run(part, new Map(given))) values.set(tensor, frames);
  }
  return values;
}

/** Compares outputs in the order of their ports: a pass may give them other ids. */
function expectSame(before: Graph, after: Graph, expected: Values, values: Values, message: string): void {
  expect(
    after.outputs.map(({ name }) => name),
    message,
  ).toEqual(before.outputs.map(({ name }) => name));
  for (const [n, { tensor }] of before.outputs.entries()) {
    const exact = expected.get(tensor)!;
    const got = values.get(after.outputs[n]!.tensor)!;
    expect([got.frames, got.width], message).toEqual([exact.frames, exact.width]);
    const size = exact.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const worst = exact.data.reduce((most, value, i) => Math.max(most, Math.abs(value - got.data[i]!)), 0);
    expect(worst, `${message}: output ${n}`).toBeLessThanOrEqual(ALLOWED * size);
  }
}

/** Windows read their sources in the shapes that these have. */
function expectReadable(legal: LegalGraph, message: string): void {
  for (const { layer, output } of legal.nodes) {
    if (layer.kind !== 'affine') continue;
    for (const { source, weight, window } of layer.terms) {
      const { shape } = legal.tensors.get(source)!;
      const kernels = window === null ? [] : [...window.space, window.time].map(({ kernel }) => kernel);
      const columns = kernels.reduce((product, kernel) => product * kernel, window?.channels ?? 1);
      if (window === null) expect(weight.columns, message).toBe(elementsOf(legal.tensors.get(source)!));
      else
        expect([shape[0], shape.length, weight.columns], message).toEqual([
          window.channels,
          window.space.length + 1,
          columns,
        ]);
      const positions = elementsOf(legal.tensors.get(output)!) / weight.rows;
      const sizes = window === null ? [] : window.space.map((w, axis) => windowOutputs(w, shape[axis + 1]!));
      expect(
        sizes.reduce((product, size) => product * size, 1),
        message,
      ).toBe(positions);
    }
  }
}

describe('passes over random networks', () => {
  test('keep the outputs of the float reference', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const graph = randomNetwork(seed);
      const message = `seed ${seed}: ${describeNetwork(graph)}`;
      const inputs = new Map([[graph.inputs[0]!.tensor, randomUtterances(graph, seed, 1)[0]!]]);
      const expected = run(graph, inputs);

      const simple = simplify(graph);
      expectSame(graph, simple, expected, run(simple, inputs), `simplify, ${message}`);

      const { front, core, back } = partition(simple);
      const whole = runParts([front, core, back], inputs);
      expectSame(graph, simple, expected, whole, `partition, ${message}`);

      const coreInputs = new Map(core.inputs.map(({ tensor }) => [tensor, whole.get(tensor)!]));
      const coreOutputs = run(core, coreInputs);
      const linear = linearize(core);
      expectSame(core, linear, coreOutputs, run(linear, coreInputs), `linearize, ${message}`);

      const folded = fold(linear);
      expectSame(core, folded, coreOutputs, run(folded, coreInputs), `fold, ${message}`);

      const legal = legalize(folded);
      expectReadable(legal, message);
      const plain = plainGraph(legal);
      const even = plainGraph(equalize(legal));
      const scaled = equalizeInputs({ front, core, back }, legal, [coreInputs]);
      const scaledPlain = plainGraph(scaled.legal);
      const values = runParts([scaled.parts.front, scaledPlain], inputs);
      expectSame(core, scaledPlain, coreOutputs, values, `equalizeInputs, ${message}`);
      expectSame(core, plain, coreOutputs, run(plain, coreInputs), `legalize, ${message}`);
      expectSame(core, even, coreOutputs, run(even, coreInputs), `equalize, ${message}`);
    }
  });
});
