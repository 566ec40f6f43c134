import type { TermWindow } from '../../src/compiler/legal_graph.ts';
import type {
  Fixed,
  Product,
  QuantizedGraph,
  QuantizedLayer,
  QuantizedNode,
  Sums,
} from '../../src/compiler/quantized_graph.ts';
import type { Machine } from '../../src/machine/machine.ts';
import {
  elementsOf,
  POINT_WINDOW,
  type Port,
  type Tensor,
  type TensorId,
  type Window,
  windowOutputs,
} from '../../src/model/graph.ts';
import { Rng } from '../../src/util/rng.ts';

/** What kind of network is drawn. */
export interface QuantizedOptions {
  /** Reverse layers, windows that look ahead or skip steps, picks. */
  readonly utterance: boolean;
  /** Accumulators of so many bits that saturate; null: exact. */
  readonly accumulatorBits?: number | null;
  /** Bits of weights and vectors; default 12 and 16. */
  readonly weightBits?: number;
  readonly vectorBits?: number;
}

/** Draws networks in integers, whatever the values mean: formats fit, and nothing else matters. */
class Drawing {
  readonly rng: Rng;
  readonly options: QuantizedOptions;
  readonly tensors = new Map<TensorId, Tensor>();
  readonly formats = new Map<TensorId, Fixed>();
  readonly nodes: QuantizedNode[] = [];

  /** Bits of vectors. */
  readonly bits: number;

  constructor(seed: number, options: QuantizedOptions) {
    this.rng = new Rng(seed);
    this.options = options;
    this.bits = options.vectorBits ?? 16;
  }

  /** A format of vectors; fraction bits as drawn for 16 bits. */
  format(frac: number): Fixed {
    return { bits: this.bits, frac: frac - (16 - this.bits) };
  }

  /** An integer of vectors, as drawn for 16 bits. */
  value(most: number): number {
    return this.rng.integer(-most, most) >> (16 - this.bits);
  }

  tensor(shape: readonly number[], time: readonly Window[] | null): TensorId {
    const id = `t${this.tensors.size}`;
    this.tensors.set(id, { id, name: id, shape, time });
    this.formats.set(id, this.format(this.rng.integer(9, 14)));
    return id;
  }

  node(layer: QuantizedLayer, shape: readonly number[], time: readonly Window[] | null, format?: Fixed): TensorId {
    const output = this.tensor(shape, time);
    if (format !== undefined) this.formats.set(output, format);
    this.nodes.push({ id: `n${this.nodes.length}`, name: 'layer', layer, output });
    return output;
  }

  /** Sums over sources; rows that are mostly there, or sparse. */
  sums(
    rows: number,
    sources: readonly { source: Product['source']; columns: number; frac: number; window?: TermWindow }[],
  ): Sums {
    const { rng } = this;
    const density = rng.pick([0.1, 0.5, 1]);
    const { weightBits = 12 } = this.options;
    const most = 2 ** (weightBits - 1) - 1;
    // Sums have at least 14 fraction bits, as many as any element.
    const weightFrac = Math.max(weightBits - 1, 21 - this.bits);
    const products = sources.map(({ source, columns, frac, window = null }) => {
      const values = Int16Array.from({ length: rows * columns }, () =>
        rng.uniform() < density ? rng.integer(-most, most) : 0,
      );
      return {
        source,
        matrix: { rows, columns, values, format: { bits: weightBits, frac: weightFrac } },
        weights: values.length,
        align: 0,
        window,
        frac: frac + weightFrac,
      };
    });
    const frac = Math.max(...products.map((product) => product.frac));
    const { accumulatorBits = null } = this.options;
    return {
      rows,
      spectral: null,
      products: products.map(({ frac: own, ...product }) => ({ ...product, align: frac - own })),
      frac,
      bits: accumulatorBits ?? rng.pick([40, 44]),
      saturate: accumulatorBits !== null,
      bias: Float64Array.from({ length: rows }, () => rng.integer(-(2 ** frac), 2 ** frac)),
    };
  }

  /** Whether a layer starts with constants. */
  starts(): boolean {
    return this.rng.uniform() < 0.3;
  }

  whole(tensor: TensorId) {
    return { source: { tensor }, columns: elementsOf(this.tensors.get(tensor)!), frac: this.formats.get(tensor)!.frac };
  }

  lstm(xs: readonly TensorId[], reverse: boolean): TensorId {
    const { rng } = this;
    const cells = rng.integer(1, 12);
    const projected = rng.uniform() < 0.4 ? rng.integer(1, 8) : null;
    const m = this.format(15);
    const y = projected === null ? m : this.format(rng.integer(10, 13));
    const wide = rng.uniform() < 0.25;
    const c = wide ? { bits: 24, frac: rng.integer(9, 15) } : this.format(rng.integer(9, 13));
    const outputs = projected ?? cells;
    const gates = this.sums(4 * cells, [
      ...xs.map((x) => this.whole(x)),
      { source: { own: 'y' }, columns: outputs, frac: y.frac },
    ]);
    const projection =
      projected === null ? null : this.sums(projected, [{ source: { own: 'm' }, columns: cells, frac: m.frac }]);
    const peep = () => Int16Array.from({ length: cells }, () => rng.integer(-9000, 9000));
    const value = (n: number) => Int32Array.from({ length: n }, () => this.value(3000));
    const layer: QuantizedLayer = {
      kind: 'lstm',
      cells,
      gates,
      zShift: gates.frac - 11 + rng.integer(0, 2),
      zClip: rng.uniform() < 0.2 ? 5000 : null,
      gate: rng.pick(['sigmoid', 'sigmoid', 'unitClip']),
      peepholes: rng.uniform() < 0.4 ? { i: peep(), f: peep(), o: peep(), frac: 13, shift: rng.integer(0, 2) } : null,
      c,
      cellClip: rng.uniform() < 0.2 ? (wide ? rng.integer(60, 2000) : 4000 >> (16 - this.bits)) : null,
      m,
      projection: projection === null ? null : { sums: projection, shift: projection.frac - y.frac },
      y,
      reverse,
      initial: this.starts() ? { y: value(outputs), c: value(cells) } : null,
    };
    return this.node(layer, [outputs], this.tensors.get(xs[0]!)!.time, y);
  }

  gru(xs: readonly TensorId[], reverse: boolean): TensorId {
    const { rng } = this;
    const cells = rng.integer(1, 12);
    const h = this.format(rng.integer(12, 15));
    const own = { source: { own: 'h' as const }, columns: cells, frac: h.frac };
    const x = xs.map((tensor) => this.whole(tensor));
    const after = rng.uniform() < 0.5;
    const sums = this.sums(
      (after ? 4 : 2) * cells,
      after ? [...x, own] : [...x, own, { ...own, source: { own: 'rh' } }],
    );
    const resetSums = this.sums(cells, [...x, own]);
    const layer: QuantizedLayer = {
      kind: 'gru',
      cells,
      stages: after
        ? { reset: 'after', sums, hidden: this.format(11), hiddenShift: sums.frac - this.format(11).frac }
        : { reset: 'before', resetSums, sums, resetShift: resetSums.frac - 11 },
      zShift: sums.frac - 11,
      zClip: rng.uniform() < 0.2 ? 5000 : null,
      gate: rng.pick(['sigmoid', 'sigmoid', 'unitClip']),
      h,
      reverse,
      initial: this.starts() ? { h: Int32Array.from({ length: cells }, () => this.value(3000)) } : null,
    };
    return this.node(layer, [cells], this.tensors.get(xs[0]!)!.time, h);
  }

  affine(sums: Sums, positions: number, shape: readonly number[], time: readonly Window[] | null): TensorId {
    const { rng } = this;
    const output = this.tensor(shape, time);
    const format = this.formats.get(output)!;
    const activation = rng.pick([
      { kind: 'none' },
      { kind: 'clip', low: 0, high: 20000 >> (16 - this.bits) },
      { kind: 'leaky', slope: 3277 },
      { kind: 'table', table: 'sigmoid' },
      { kind: 'table', table: 'tanh' },
    ] as const);
    const shift = activation.kind === 'table' ? sums.frac - 11 : sums.frac - format.frac + rng.integer(0, 2);
    const layer: QuantizedLayer = { kind: 'affine', sums, positions, shift, activation };
    this.nodes.push({ id: `n${this.nodes.length}`, name: 'layer', layer, output });
    return output;
  }

  linear(xs: readonly TensorId[], shape = [this.rng.integer(1, 10)]): TensorId {
    const rows = shape.reduce((product, size) => product * size, 1);
    return this.affine(
      this.sums(
        rows,
        xs.map((x) => this.whole(x)),
      ),
      1,
      shape,
      this.tensors.get(xs[0]!)!.time,
    );
  }

  window(size: number): Window {
    const { rng } = this;
    const kernel = rng.integer(1, Math.min(size, 4));
    const pad = () => rng.integer(0, Math.floor(kernel / 2));
    return { kernel, stride: rng.integer(1, 2), dilation: 1, before: pad(), after: pad() };
  }

  timeWindow(): Window {
    const { rng, options } = this;
    const kernel = rng.integer(1, 4);
    if (!options.utterance) return { kernel, stride: 1, dilation: 1, before: kernel - 1, after: 0 };
    return {
      kernel,
      stride: rng.integer(1, 3),
      dilation: 1,
      before: rng.integer(0, kernel - 1),
      after: rng.integer(0, kernel),
    };
  }

  conv(input: TensorId): TensorId {
    const { rng } = this;
    const { shape, time } = this.tensors.get(input)!;
    const [channels, ...sizes] = shape as [number, ...number[]];
    const space = sizes.map((size) => this.window(size));
    const along = this.timeWindow();
    const point = time === null || rng.uniform() < 0.4;
    const window: TermWindow = { channels, space, time: point ? POINT_WINDOW : along };
    const kernels = space.reduce((product, { kernel }) => product * kernel, window.time.kernel);
    const positions = space.map((axis, n) => windowOutputs(axis, sizes[n]!));
    const outputs = rng.integer(1, 6);
    const term = {
      source: { tensor: input },
      columns: channels * kernels,
      frac: this.formats.get(input)!.frac,
      window,
    };
    const terms = rng.uniform() < 0.3 ? [term, term] : [term];
    const count = positions.reduce((product, size) => product * size, 1);
    return this.affine(this.sums(outputs, terms), count, [outputs, ...positions], point ? time : [...time!, along]);
  }

  pick(input: TensorId): TensorId {
    const { shape } = this.tensors.get(input)!;
    const layer = { kind: 'pick', source: input, at: this.rng.pick(['first', 'last'] as const) } as const;
    return this.node(layer, shape, null, this.formats.get(input)!);
  }
}

/** A random network in integers, with one or two inputs and outputs. */
export function randomQuantized(seed: number, options: QuantizedOptions): QuantizedGraph {
  const drawing = new Drawing(seed, options);
  const { rng, tensors } = drawing;
  const input = rng.pick([
    [rng.integer(1, 12)],
    [rng.integer(1, 4), rng.integer(2, 7)],
    [rng.integer(1, 2), 3, rng.integer(2, 4)],
  ]);
  const inputs = [drawing.tensor(input, [])];
  if (rng.uniform() < 0.3) inputs.push(drawing.tensor([rng.integer(1, 5)], []));
  let at = inputs[0]!;
  const outputs: TensorId[] = [];
  const spread = new Set<TensorId>(input.length > 1 ? [at] : []);
  const blocks = rng.integer(1, 5);
  for (let block = 0; block < blocks; block++) {
    const { time } = tensors.get(at)!;
    const also = [...inputs, ...drawing.nodes.map(({ output }) => output)].filter((tensor) => {
      return tensor !== at && JSON.stringify(tensors.get(tensor)!.time) === JSON.stringify(time);
    });
    const xs = also.length > 0 && rng.uniform() < 0.4 ? [at, rng.pick(also)] : [at];
    const choice = spread.has(at)
      ? rng.pick(['conv', 'conv', 'linear', 'lstm'])
      : rng.pick(['lstm', 'gru', 'linear', 'both', 'spread', 'conv']);
    const reverse = options.utterance && rng.uniform() < 0.3;
    if (
      choice === 'conv' &&
      (spread.has(at) ||
        options.utterance ||
        drawing.nodes.every(({ output, layer }) => output !== at || layer.kind === 'affine'))
    ) {
      at = drawing.conv(at);
      if (tensors.get(at)!.shape.length > 1) spread.add(at);
    } else if (choice === 'lstm') at = drawing.lstm(xs, reverse);
    else if (choice === 'gru') at = drawing.gru(xs, reverse);
    else if (choice === 'both' && options.utterance) {
      at =
        rng.uniform() < 0.5
          ? drawing.linear([drawing.lstm(xs, false), drawing.lstm(xs, true)])
          : drawing.linear([drawing.gru(xs, false), drawing.gru(xs, true)]);
    } else if (choice === 'spread') {
      const channels = rng.integer(1, 4);
      at = drawing.linear(
        xs,
        rng.pick([
          [channels, rng.integer(2, 5)],
          [channels, 2, rng.integer(2, 4)],
        ]),
      );
      spread.add(at);
    } else at = drawing.linear(xs);
    if (rng.uniform() < 0.2) outputs.push(at);
  }
  if (options.utterance && rng.uniform() < 0.2)
    at = rng.uniform() < 0.5 ? drawing.pick(at) : drawing.linear([drawing.pick(at)]);
  if (!outputs.includes(at)) outputs.push(at);
  return graphOf(drawing, inputs, outputs);
}

/** Two convolutions over one axis or two and over time, the first of so many channels that its positions come in several blocks. */
export function randomConvolutions(seed: number, options: QuantizedOptions = { utterance: true }): QuantizedGraph {
  const drawing = new Drawing(seed, options);
  const { rng } = drawing;
  const shape =
    rng.uniform() < 0.6 ? [rng.integer(60, 90), rng.integer(7, 15)] : [rng.integer(25, 40), 2, rng.integer(7, 11)];
  const input = drawing.tensor(shape, []);
  const maps = drawing.conv(input);
  return graphOf(drawing, [input], [maps, drawing.conv(maps)]);
}

function graphOf(
  { tensors, formats, nodes, rng }: Drawing,
  inputs: readonly TensorId[],
  outputs: readonly TensorId[],
): QuantizedGraph {
  const port = (tensor: TensorId, n: number, name: string): Port => ({
    name: `${name}${n}`,
    tensor,
    axes: ['time', 'shape'],
  });
  return {
    ...{ tensors, formats, nodes },
    inputs: inputs.map((tensor, n) => port(tensor, n, 'x')),
    outputs: outputs.map((tensor, n) => port(tensor, n, 'y')),
    states: [],
    tables: { sigmoidRange: rng.pick([4, 8]), tanhRange: rng.pick([2, 4]) },
  };
}

/** A small machine; few rows a tile, so that layers are cut now and then. */
export function randomMachine(rng: Rng): Machine {
  const lanes = rng.pick([1, 2, 4]);
  return {
    ...{ channels: 1, groups: rng.pick([1, 2, 4]), lanes, elemLanes: Math.min(rng.pick([1, 2, 4]), lanes) },
    ...{ vectorBits: 16, weightBits: 12, indexBits: 4, tileRows: rng.pick([4, 8, 64]), maxSteps: 100 },
  };
}

/** Frames for the inputs of a network. */
export function randomFrames(graph: QuantizedGraph, rng: Rng, steps: number): Map<string, Int16Array> {
  return new Map(
    graph.inputs.map(({ name, tensor }) => {
      const { time } = graph.tensors.get(tensor)!;
      const count = elementsOf(graph.tensors.get(tensor)!) * (time === null ? 1 : steps);
      const { bits } = graph.formats.get(tensor)!;
      return [name, Int16Array.from({ length: count }, () => rng.integer(-9000, 9000) >> (16 - bits))];
    }),
  );
}
