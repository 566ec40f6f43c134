import { expect, test } from 'vitest';
import { GraphBuilder } from '../../../fixtures/graph_builder.ts';
import { randomUtterances } from '../../../fixtures/random_network.ts';
import { randomMatrix } from '../../../fixtures/random_weights.ts';
import { compileNetwork } from '../../../src/compiler/pipeline.ts';
import { quantizeSums } from '../../../src/compiler/quantize/sums.ts';
import { parseConfig } from '../../../src/machine/read_config.ts';
import { projectCirculant } from '../../../src/model/circulant.ts';
import { refuseUnsupported } from '../../../src/program/network/refusals.ts';
import { Rng } from '../../../src/util/rng.ts';

/** Sums of one product with a matrix of equal weights, which is block-circulant; all of its spectra are in one element. */
function equalSums(block: number, least: number) {
  const [rows, columns] = [8, 512];
  const weight = { rows, columns, values: new Float64Array(rows * columns).fill(1) };
  const format = { bits: 16, frac: 15 };
  const product = { source: { own: 'y' as const }, format, weight, weights: rows * columns, names: ['w' as const] };
  const widths = {
    ...{ weightBits: 16, vectorBits: 16, accumulatorBits: 'exact' as const, groups: 1, widestAct: 27 },
    ...{ largestBlock: block, demandedBlock: null },
  };
  const limits = { least, most: 30, allZero: 16 };
  const products = [{ ...product, window: null }];
  const bias = new Float64Array(rows);
  return quantizeSums({ layer: 'rnn', what: 'gate sums', products, block, bias, ...limits }, widths);
}

test('spectra whose sums need more bits than the inverse transform has are refused, with what is left', () => {
  const { frac } = equalSums(8, 0);
  expect(equalSums(8, frac).frac).toBe(frac);
  expect(() => equalSums(8, frac + 1)).toThrow(
    `layer rnn: spectra of the gate sums keep ${frac} fraction bits where the inverse transform has 25 bits, at least ${frac + 1} are needed. Use narrower weights`,
  );
});

test('blocks in an array of one lane are refused by name', () => {
  const rng = new Rng(2);
  const builder = new GraphBuilder();
  const weight = projectCirculant(randomMatrix(rng, 16, 16), 8);
  const at = builder.node({ kind: 'linear', weight, bias: new Float64Array(16), activation: null }, [
    builder.input([16]),
  ]);
  builder.output(at);
  const graph = builder.build();
  const utterances = randomUtterances(graph, 2).map((frames) => new Map([[graph.inputs[0]!.tensor, frames]]));
  const config = parseConfig({ array: { groups: 1, lanes: 1 }, elemLanes: 1 }, 'config');
  const compiled = (largestBlock: number) => compileNetwork(graph, config, utterances, { largestBlock }).program;
  expect(() => refuseUnsupported(compiled(4), config)).not.toThrow();
  expect(() => refuseUnsupported(compiled(8), config)).toThrow(
    /^segment "[^"]+": is block-circulant with blocks of 8; a pair of a spectrum is in two lanes, the array has one\. Use "lanes": 2, or more$/,
  );
});

test('a block that the config demands and a layer does not have is refused, with what it has', () => {
  const rng = new Rng(3);
  const weight = randomMatrix(rng, 16, 24);
  const linear = (own: typeof weight) => {
    const layer = { kind: 'linear' as const, weight: own, bias: new Float64Array(16), activation: null };
    const at = new GraphBuilder();
    at.output(at.node(layer, [at.input([24])]));
    return at.build();
  };
  const built = (own: typeof weight, block: number, largestBlock: number) => {
    const graph = linear(own);
    const { id } = graph.nodes[0]!;
    const utterances = randomUtterances(graph, 2).map((frames) => new Map([[graph.inputs[0]!.tensor, frames]]));
    const config = parseConfig({ array: { lanes: 8 }, layers: { [id]: { block } } }, 'config');
    return compileNetwork(graph, config, utterances, { largestBlock }).program.segments;
  };
  expect(built(projectCirculant(weight, 8), 8, 8).map(({ block }) => block)).toEqual([8]);
  const message = (block: number, what: string) =>
    new RegExp(
      `^layer \\w+: the config demands blocks of ${block}, and w over "\\w+" \\[16 x 24\\] is ${what}\\. Project the model`,
    );
  expect(() => built(weight, 8, 8)).toThrow(message(8, 'not block-circulant'));
  expect(() => built(projectCirculant(weight, 8), 4, 8)).toThrow(message(4, 'block-circulant with blocks of 8'));
  expect(() => built(projectCirculant(weight, 16), 32, 64)).toThrow(
    /^layer \w+: the config demands blocks of 32, and w over "\w+" \[16 x 24\] is smaller than a block\. Use a smaller block/,
  );
  expect(() => built(projectCirculant(weight, 8), 8, 4)).toThrow(
    /demands blocks of 8, the hardware transforms blocks of at most 4\. Use "accumulatorBits": "exact" and two lanes or more/,
  );
});
