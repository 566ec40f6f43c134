import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../fixtures/graph_builder.ts';
import { randomCirculant } from '../../../fixtures/random_circulant.ts';
import { describeNetwork, randomUtterances } from '../../../fixtures/random_network.ts';
import { randomGru, randomLstm } from '../../../fixtures/random_weights.ts';
import { lower } from '../../../src/compiler/lower/lower.ts';
import { compileNetwork } from '../../../src/compiler/pipeline.ts';
import { projectGraph } from '../../../src/compiler/prune/circulant.ts';
import { sumsOfLayer } from '../../../src/compiler/quantized_graph.ts';
import { GoldenNetwork } from '../../../src/golden/network.ts';
import { machineOf } from '../../../src/machine/machine.ts';
import { parseConfig } from '../../../src/machine/read_config.ts';
import { checkProgram } from '../../../src/program/check.ts';
import { Rng } from '../../../src/util/rng.ts';
import { goldenError } from '../../lib/golden_error.ts';

/** Values are rounded to 16 bits, and so are their spectra; tables have 2,048 words. */
const BOUND = 0.02;
/** Spectra may make so many times the error of the same network without them. */
const FACTOR = 3;
const SEEDS = Array.from({ length: 40 }, (_, n) => n + 1);

describe('golden against float, block-circulant layers among others', () => {
  const seen = new Set<string>();
  test.each(SEEDS)('network %i', (seed) => {
    const graph = randomCirculant(seed);
    const array = { groups: [1, 2, 4][seed % 3]!, lanes: [2, 4, 8][seed % 3]! };
    const config = parseConfig({ array, weightBits: 16 }, 'config');
    const utterances = randomUtterances(graph, seed).map((frames) => new Map([[graph.inputs[0]!.tensor, frames]]));
    const compiled = compileNetwork(graph, config, utterances, { largestBlock: 64 });
    for (const { layer } of compiled.quantized.nodes) {
      const spectral = sumsOfLayer(layer).some((sums) => sums.spectral !== null);
      if (spectral) seen.add(layer.kind === 'gru' ? `gru ${layer.stages.reset}` : layer.kind);
    }
    const plain = goldenError(graph, compileNetwork(graph, config, utterances, { largestBlock: 0 }), utterances);
    const error = goldenError(graph, compiled, utterances);
    const what = `seed ${seed}: ${describeNetwork(graph)}, without spectra ${plain}`;
    expect(error, what).toBeLessThan(Math.max(BOUND, FACTOR * plain));
  });

  test('layers of all kinds were among them', () => {
    expect([...seen].sort()).toEqual(['affine', 'gru after', 'gru before', 'lstm']);
  });
});

test('a network gives the same where tiles take part of its cells at a time', () => {
  const graph = randomCirculant(3);
  const input = graph.inputs[0]!.tensor;
  const utterances = randomUtterances(graph, 3).map((frames) => new Map([[input, frames]]));
  const config = parseConfig({ array: { groups: 2, lanes: 4 } }, 'config');
  const { quantized, program } = compileNetwork(graph, config, utterances, { largestBlock: 64 });
  expect(quantized.nodes.some(({ layer }) => sumsOfLayer(layer).some(({ spectral }) => spectral !== null))).toBe(true);
  const small = lower(quantized, { ...machineOf(config), tileRows: 8 });
  checkProgram(small);
  expect(small.segments.length).toBeGreaterThan(program.segments.length);
  const { name, elements } = program.inputs[0]!;
  const rng = new Rng(3);
  const frames = Int16Array.from({ length: 7 * elements }, () => rng.integer(-20_000, 20_000));
  const [whole, parts] = [program, small].map((own) => new GoldenNetwork(own).run(new Map([[name, frames]])).outputs);
  expect(parts).toEqual(whole);
});

test('a projected matrix is one of the nearest: projecting again changes nothing, and what is lost is said', () => {
  const graph = randomCirculant(5, { blocks: [4] });
  const once = projectGraph(graph, () => 8);
  const again = projectGraph(once.graph, () => 8);
  expect(once.matrices.some(({ lostEnergy }) => lostEnergy > 0.01)).toBe(true);
  for (const { lostEnergy } of again.matrices) expect(lostEnergy).toBeLessThan(1e-7);
});

test.each([
  ['an LSTM with projection, which stays in one tile', 'lstm', 16, [[8, 16], [16]]],
  ['a larger one, whose projection then has less to wait for', 'lstm', 32, [[16, 24, 32], [16]]],
  ['a GRU, whose other half reads the first one before it is made anew', 'gru', 16, [[8, 16]]],
  ['a larger one', 'gru', 32, [[16, 32]]],
] as const)('pieces of rows of spectra: %s', (_, kind, cells, ends) => {
  const rng = new Rng(9);
  const builder = new GraphBuilder();
  const shape = { inputs: 4, cells, reverse: false };
  const layer =
    kind === 'gru' ? { ...randomGru(rng, shape), resetAfter: true, initial: null } : randomLstm(rng, shape, 16);
  builder.output(builder.node(layer, [builder.input([4])]));
  const { graph } = projectGraph(builder.build(), () => 4);
  const utterances = randomUtterances(graph, 9).map((frames) => new Map([[graph.inputs[0]!.tensor, frames]]));
  const config = parseConfig({ array: { groups: 2, lanes: 4 } }, 'config');
  const { program } = compileNetwork(graph, config, utterances);
  const { views, streams } = program;
  const made = new Map<number, number[]>();
  const turns: string[] = [];
  for (const instruction of streams.store) {
    if (instruction.op !== 'store' || !('view' in instruction.to)) continue;
    const { vector, offset, run } = views[instruction.to.view]!;
    made.set(vector, [...(made.get(vector) ?? []), offset + run]);
    turns.push(instruction.to.turn);
  }
  const [input, ...own] = [...made.values()];
  // In its own step, or ahead of it.
  expect(input).toEqual([4, 4]);
  expect(turns.toSorted()).toEqual(['ahead', ...turns.slice(2).map(() => 'always'), 'else']);
  expect(own).toEqual(ends);
  expect(streams.cell.filter(({ op }) => op === 'cell')).toHaveLength(ends.flat().length);
  // What waits for spectra follows them; those of x are made while CELL has not come to the second part of m.
  const chains = streams.mac.flatMap((own) => (own.op === 'mac' ? [[own.chain, own.turn]] : []));
  const [pieces] = ends;
  expect(chains.filter(([chain]) => chain === 'copied').length).toBe(kind === 'gru' ? 4 : 2 * pieces.length);
  expect(turns.indexOf('ahead')).toBe(kind === 'gru' ? 1 : 2);
});
