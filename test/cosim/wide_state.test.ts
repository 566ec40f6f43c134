import { expect, test } from 'vitest';
import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { withNetworkDir } from '../../fixtures/network_dir.ts';
import { cosimulateNetwork } from '../../sim-verilator/network_cosim.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { createFrames, type Frames } from '../../src/data/frames.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { ESE_CELL, type Graph, LSTM_GATES, type LstmLayer, type LstmMatrix } from '../../src/model/graph.ts';
import { FloatNetwork } from '../../src/model/reference/float_network.ts';
import { networkDesign } from '../../src/program/network_design.ts';
import { quantize } from '../../src/util/fixed.ts';
import { GoldenEngine } from '../../src/verbs/run/golden_engine.ts';

const CELLS = 2;

/** Cells that add tanh(2 x) / 2 up in every step, one of them with the other sign, and a linear layer that halves y. */
function adder(): Graph {
  const filled = (rows: number, columns: number, value: number) => {
    return { rows, columns, values: new Float64Array(rows * columns).fill(value) };
  };
  const pairs = LSTM_GATES.flatMap((gate): [LstmMatrix, LstmLayer['weights']['ix']][] => [
    [`${gate}x`, gate === 'c' ? { rows: CELLS, columns: 1, values: Float64Array.of(2, -2) } : filled(CELLS, 1, 0)],
    [`${gate}r`, filled(CELLS, CELLS, 0)],
  ]);
  const bias = (value: number) => new Float64Array(CELLS).fill(value);
  const lstm: LstmLayer = {
    ...{ kind: 'lstm', inputs: 1, cells: CELLS, outputs: CELLS, projection: null, peepholes: null },
    ...{ cell: ESE_CELL, reverse: false, initial: null },
    weights: Object.fromEntries(pairs) as Record<LstmMatrix, LstmLayer['weights']['ix']>,
    bias: { i: bias(0), f: bias(12), c: bias(0), o: bias(12) },
  };
  const graph = new GraphBuilder();
  const y = graph.node(lstm, [graph.input([1])]);
  const weight = { rows: CELLS, columns: CELLS, values: Float64Array.of(0.5, 0, 0, 0.5) };
  graph.output(graph.node({ kind: 'linear', weight, bias: new Float64Array(CELLS), activation: null }, [y]));
  return graph.build();
}

function constant(steps: number, value: number): Frames {
  const frames = createFrames(steps, 1);
  frames.data.fill(value);
  return frames;
}

test('a cell that adds up to hundreds and counts small steps has 24 bits, in golden and RTL alike', async () => {
  const graph = adder();
  const [input] = graph.inputs;
  const utterancesOf = (steps: number, small: number) =>
    [constant(steps, 1), constant(small, 0.001)].map((frames) => new Map([[input!.tensor, frames]]));
  const calibration = utterancesOf(400, 400);
  const config = parseConfig({ name: 'adder', array: { lanes: 2 } }, 'config');
  const compiled = compileNetwork(graph, config, calibration);
  const { program } = compiled;
  const cell = program.vectors[program.states.find(({ part }) => part === 'c')!.vector]!;
  expect(cell.format.bits).toBe(24);

  const golden = new GoldenEngine(graph, compiled);
  const float = new FloatNetwork(graph);
  const [large, small] = calibration.map((utterance) => {
    const last = (outputs: ReadonlyMap<string, Frames>) => [...outputs.values()][0]!.data.at(-2)!;
    const made = golden.run(utterance);
    const exact = float.run(utterance);
    const c = (result: typeof exact) => [...result.states.values()][0]!.c![0]!;
    return { own: c(made), exact: c(exact), y: last(made.outputs), wanted: last(exact.outputs) };
  });
  // What is left is of the tables: σ ends below 1, and tanh has steps.
  expect(large!.exact).toBeGreaterThan(190);
  expect(Math.abs(large!.own - large!.exact)).toBeLessThan(0.02 * large!.exact);
  expect(Math.abs(small!.y - small!.wanted)).toBeLessThan(0.1 * small!.wanted);

  const design = networkDesign(program, config);
  expect(design.sizes.elementBits).toBe(24);
  const port = program.inputs[0]!;
  const { bits, frac } = port.format;
  const stimuli = utterancesOf(400, 60).map((utterance) => {
    const values = utterance.get(input!.tensor)!.data;
    return new Map([[port.name, Int16Array.from(values, (value) => quantize(value, frac, bits))]]);
  });
  const result = await withNetworkDir(design, (dir) =>
    cosimulateNetwork(dir, design, stimuli, { simulator: 'icarus', seed: 1, stalls: 0 }),
  );
  expect(result).toMatchObject({ mismatches: 0, comparedWords: 460 * CELLS });
});

test('a cell of small values keeps the bits of vectors', () => {
  const graph = adder();
  const [input] = graph.inputs;
  const calibration = [new Map([[input!.tensor, constant(8, 0.5)]])];
  const config = parseConfig({ name: 'adder', array: { lanes: 2 } }, 'config');
  const { program } = compileNetwork(graph, config, calibration);
  expect(program.vectors.map(({ format }) => format.bits)).toEqual(program.vectors.map(() => 16));
  expect(networkDesign(program, config).sizes.elementBits).toBe(16);
});
