// Speed of the golden model in multiply-accumulates of weights that are not zero, on one core: an LSTMP layer as pruned for ESE, and
// the shapes of a DeepSpeech2 network, dense and pruned. Run by `npm run bench:golden`.

import { lower } from '../src/compiler/lower/lower.ts';
import type { Fixed, Product, QuantizedGraph, QuantizedNode, Sums } from '../src/compiler/quantized_graph.ts';
import { GoldenNetwork } from '../src/golden/network.ts';
import type { Machine } from '../src/machine/machine.ts';
import { elementsOf, POINT_WINDOW, type Tensor, type Window } from '../src/model/graph.ts';
import { Rng } from '../src/util/rng.ts';

const FORMAT: Fixed = { bits: 16, frac: 12 };
const MACHINE: Machine = {
  ...{ channels: 1, groups: 1, lanes: 32, elemLanes: 4, vectorBits: 16, weightBits: 12, indexBits: 4 },
  ...{ tileRows: 1024, maxSteps: 4096 },
};

/** A network of one node over frames of a shape. */
interface Case {
  readonly name: string;
  readonly shape: readonly number[];
  readonly output: readonly number[];
  readonly time: readonly Window[];
  readonly layer: (x: Product['source'], sums: SumsMaker) => QuantizedNode['layer'];
  readonly density: number;
  readonly bits: number;
  readonly steps: number;
}

type SumsMaker = (rows: number, terms: readonly (Pick<Product, 'source' | 'window'> & { columns: number })[]) => Sums;

function lstm(cells: number, inputs: number, outputs: number): Case['layer'] {
  return (x, sums) => {
    const gates = sums(4 * cells, [
      { source: x, window: null, columns: inputs },
      { source: { own: 'y' }, window: null, columns: outputs },
    ]);
    const projected = outputs < cells ? sums(outputs, [{ source: { own: 'm' }, window: null, columns: cells }]) : null;
    return {
      kind: 'lstm',
      ...{ cells, gates, zShift: 12, zClip: null, gate: 'sigmoid', peepholes: null, c: FORMAT, cellClip: null },
      ...{ m: FORMAT, y: FORMAT, reverse: false, initial: null },
      projection: projected === null ? null : { sums: projected, shift: 11 },
    };
  };
}

function conv(channels: number, outputs: number, space: Window, time: Window, positions: number): Case['layer'] {
  return (source, sums) => ({
    kind: 'affine',
    sums: sums(outputs, [
      { source, window: { channels, space: [space], time }, columns: channels * space.kernel * time.kernel },
    ]),
    ...{ positions, shift: 11, activation: { kind: 'clip', low: 0, high: 32767 } },
  });
}

const TIME1: Window = { kernel: 11, stride: 2, dilation: 1, before: 5, after: 5 };
const TIME2: Window = { kernel: 11, stride: 1, dilation: 1, before: 5, after: 5 };
const along = (kernel: number): Window => ({ ...POINT_WINDOW, kernel, stride: 2 });

const CASES: readonly Case[] = [32, 36].flatMap((bits) => [
  ...[0.112, 1].map((density) => ({
    ...{ name: 'LSTMP 153→1024→512', shape: [153], output: [512], time: [], density, bits, steps: 40 },
    layer: lstm(1024, 153, 512),
  })),
  ...[0.15, 1].map((density) => ({
    ...{ name: 'LSTM 672→800', shape: [672], output: [800], time: [], density, bits, steps: 30 },
    layer: lstm(800, 672, 800),
  })),
  ...[0.15, 1].map((density) => ({
    ...{ name: 'conv 1→32, 41×11', shape: [1, 161], output: [32, 61], time: [TIME1], density, bits, steps: 200 },
    layer: conv(1, 32, along(41), TIME1, 61),
  })),
  ...[0.15, 1].map((density) => ({
    ...{ name: 'conv 32→32, 21×11', shape: [32, 61], output: [32, 21], time: [TIME2], density, bits, steps: 40 },
    layer: conv(32, 32, along(21), TIME2, 21),
  })),
]);

function graphOf({ shape, output, time, layer, density, bits }: Case): QuantizedGraph {
  const rng = new Rng(1);
  const sums: SumsMaker = (rows, terms) => ({
    ...{ rows, frac: 23, spectral: null, bits, saturate: false, bias: new Float64Array(rows) },
    products: terms.map(({ columns, ...term }) => {
      const weight = () => (rng.uniform() < density ? rng.integer(1, 2047) * rng.pick([-1, 1]) : 0);
      const values = Int16Array.from({ length: rows * columns }, weight);
      return {
        ...term,
        align: 0,
        weights: values.length,
        matrix: { rows, columns, values, format: { bits: 12, frac: 11 } },
      };
    }),
  });
  const tensors = new Map<string, Tensor>([
    ['x', { id: 'x', name: 'x', shape, time: [] }],
    ['y', { id: 'y', name: 'y', shape: output, time }],
  ]);
  return {
    tensors,
    formats: new Map([...tensors.keys()].map((id) => [id, FORMAT])),
    nodes: [{ id: 'node', name: 'node', layer: layer({ tensor: 'x' }, sums), output: 'y' }],
    inputs: [{ name: 'x', tensor: 'x', axes: ['time', 'shape'] }],
    outputs: [{ name: 'y', tensor: 'y', axes: ['time', 'shape'] }],
    states: [],
    tables: { sigmoidRange: 8, tanhRange: 4 },
  };
}

for (const one of CASES) {
  const graph = graphOf(one);
  const network = new GoldenNetwork(lower(graph, MACHINE));
  const rng = new Rng(2);
  const width = elementsOf(graph.tensors.get('x')!);
  const frames = Int16Array.from({ length: width * one.steps }, () => rng.integer(-900, 900));
  network.run(new Map([['x', frames]]));
  const before = network.macs;
  // CPU time, so that what else runs on the machine does not count.
  const start = process.cpuUsage();
  network.run(new Map([['x', frames]]));
  const seconds = process.cpuUsage(start).user / 1e6;
  const rate = (network.macs - before) / seconds / 1e6;
  const what = `${one.name}, ${Math.round(100 * one.density)} % of the weights, ${one.bits}-bit accumulators`;
  console.log(`${what.padEnd(70)} ${rate.toFixed(0).padStart(6)} million MAC/s`);
}
