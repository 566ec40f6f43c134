import type {
  Product,
  QuantizedAffine,
  QuantizedGraph,
  QuantizedGru,
  QuantizedLstm,
  Sums,
} from '../../src/compiler/quantized_graph.ts';
import { elementsOf, stepsOf, type TensorId, windowOutputs } from '../../src/model/graph.ts';
import { actTable, SIGMOID, TANH, tableIndex, tableStepFrac } from '../../src/program/act_table.ts';
import { roundHalfUp, saturate } from '../../src/util/fixed.ts';

/** Values of a tensor: steps, row-major each. */
type Values = readonly (readonly number[])[];

/**
 * Evaluates a network in integers in the plainest way: node by node, whole matrices, no tiles, no addresses. It shares nothing
 * with the golden model but rounding and tables.
 *
 * @param groups column groups, which count where accumulators saturate
 */
export function plainNetwork(
  graph: QuantizedGraph,
  inputs: ReadonlyMap<string, Int16Array>,
  groups = 1,
): Map<string, Int16Array> {
  const values = new Map<TensorId, Values>();
  let inputSteps = 1;
  for (const { name, tensor } of graph.inputs) {
    const width = elementsOf(graph.tensors.get(tensor)!);
    const frames = inputs.get(name)!;
    const own = Array.from({ length: frames.length / width }, (_, t) => [
      ...frames.subarray(t * width, (t + 1) * width),
    ]);
    if (graph.tensors.get(tensor)!.time !== null) inputSteps = own.length;
    values.set(tensor, own);
  }
  for (const { layer, output } of graph.nodes) {
    const steps = stepsOf(graph.tensors.get(output)!, inputSteps);
    if (layer.kind === 'pick') {
      const source = values.get(layer.source)!;
      values.set(output, [layer.at === 'first' ? source[0]! : source.at(-1)!]);
    } else if (layer.kind === 'affine') {
      values.set(
        output,
        Array.from({ length: steps }, (_, t) => affine({ graph, groups }, layer, output, values, t)),
      );
    } else {
      const order = Array.from({ length: steps }, (_, t) => (layer.reverse ? steps - 1 - t : t));
      const made: number[][] = new Array(steps);
      if (layer.kind === 'lstm') lstm({ graph, groups }, layer, values, order, made);
      else gru({ graph, groups }, layer, values, order, made);
      values.set(output, made);
    }
  }
  return new Map(graph.outputs.map(({ name, tensor }) => [name, Int16Array.from(values.get(tensor)!.flat())]));
}

/** A step of a tensor that has one, whatever step is asked for where it has one value for all. */
function stepOf(values: ReadonlyMap<TensorId, Values>, tensor: TensorId, t: number): readonly number[] {
  const all = values.get(tensor)!;
  return all.length === 1 ? all[0]! : all[t]!;
}

/** What a node is evaluated in. */
interface Context {
  readonly graph: QuantizedGraph;
  readonly groups: number;
}

/** Whether a tensor lies position by position, because a window looks at it or made it; else it is a plain vector in its own order. */
function hasPositions(graph: QuantizedGraph, tensor: TensorId): boolean {
  const slides = ({ window }: Product) => window !== null && window.space.length > 0;
  return graph.nodes.some(({ layer, output }) => {
    if (layer.kind === 'pick') return output === tensor && hasPositions(graph, layer.source);
    if (layer.kind !== 'affine') return false;
    const windows = layer.sums.products.filter(slides);
    const isRead = windows.some(({ source }) => 'tensor' in source && source.tensor === tensor);
    return isRead || (output === tensor && windows.length > 0);
  });
}

/** Columns of a product's matrix in the order in which the array adds them: steps of a window, then positions, then channels. */
function columnsInOrder(graph: QuantizedGraph, { source, window, matrix }: Product) {
  const sizes =
    'tensor' in source && hasPositions(graph, source.tensor) ? graph.tensors.get(source.tensor)!.shape.slice(1) : [];
  const kernels = window === null ? sizes : window.space.map(({ kernel }) => kernel);
  if (kernels.length > 1) throw new Error('windows over two axes are cut into parts');
  const [kernel = 1] = kernels;
  const taps = window?.time.kernel ?? 1;
  const channels = matrix.columns / (kernel * taps);
  const order: number[] = [];
  for (let tap = 0; tap < taps; tap++) {
    for (let a = 0; a < kernel; a++) {
      for (let channel = 0; channel < channels; channel++) order.push((channel * kernel + a) * taps + tap);
    }
  }
  return { order, channels };
}

/** Row sums with bias, for vectors by product. */
function rows({ graph, groups }: Context, sums: Sums, vectors: readonly (readonly number[])[]): number[] {
  if (sums.saturate) {
    const orders = sums.products.map((product) => columnsInOrder(graph, product));
    return Array.from(sums.bias, (bias, row) => {
      const accumulators = new Array<number>(groups).fill(0);
      for (const [n, { matrix, align }] of sums.products.entries()) {
        const { order, channels } = orders[n]!;
        for (const [at, column] of order.entries()) {
          const product = matrix.values[row * matrix.columns + column]! * vectors[n]![column]! * 2 ** align;
          // Every frame starts in group 0.
          const group = (at % channels) % groups;
          accumulators[group] = saturate(accumulators[group]! + product, sums.bits);
        }
      }
      return accumulators.reduce((sum, own) => sum + own, bias);
    });
  }
  return Array.from(sums.bias, (bias, row) =>
    sums.products.reduce((total, { matrix, align }, n) => {
      const { columns, values } = matrix;
      return vectors[n]!.reduce((sum, v, column) => sum + values[row * columns + column]! * v * 2 ** align, total);
    }, bias),
  );
}

const shift = (value: number, bits: number) => roundHalfUp(value / 2 ** bits);

const known = new WeakMap<QuantizedGraph, ReturnType<typeof makeFunctions>>();

function functions(graph: QuantizedGraph) {
  const made = known.get(graph) ?? makeFunctions(graph);
  known.set(graph, made);
  return made;
}

function makeFunctions(graph: QuantizedGraph) {
  const { sigmoidRange, tanhRange } = graph.tables;
  const look = (words: Int16Array, range: number) => (v: number, frac: number) =>
    words[tableIndex(Math.floor((v / 2 ** frac) * 2 ** tableStepFrac(range)))]!;
  const sigmoid = look(actTable(SIGMOID, sigmoidRange), sigmoidRange);
  const tanh = look(actTable(TANH, tanhRange), tanhRange);
  const gate = (kind: string) => (z: number) =>
    kind === 'unitClip' ? Math.min(Math.max(z, 0) * 16, 32767) : kind === 'tanh' ? tanh(z, 11) : sigmoid(z, 11);
  return { tanh, gate };
}

function clipped(z: number, limit: number | null): number {
  return limit === null ? z : Math.min(Math.max(z, -limit), limit);
}

function lstm(
  context: Context,
  layer: QuantizedLstm,
  values: Map<TensorId, Values>,
  order: number[],
  made: number[][],
) {
  const { cells, gates, peepholes, zShift, zClip, cellClip, projection, c: cf, m: mf, y: yf, initial } = layer;
  const { tanh, gate } = functions(context.graph);
  const g = gate(layer.gate);
  let y: number[] = initial === null ? new Array(projection?.sums.rows ?? cells).fill(0) : [...initial.y];
  const c: number[] = initial === null ? new Array(cells).fill(0) : [...initial.c];
  for (const t of order) {
    const vectors = gates.products.map(({ source }) => ('tensor' in source ? stepOf(values, source.tensor, t) : y));
    const sums = rows(context, gates, vectors);
    const z = (k: number, n: number, peep = 0) =>
      clipped(saturate(shift(sums[4 * k + n]! + peep * 2 ** (peepholes?.shift ?? 0), zShift), 16), zClip);
    const m = Array.from({ length: cells }, (_, k) => {
      const i = g(z(k, 0, (peepholes?.i[k] ?? 0) * c[k]!));
      const f = g(z(k, 1, (peepholes?.f[k] ?? 0) * c[k]!));
      const candidate = tanh(z(k, 2), 11);
      const next = saturate(shift(f * c[k]! * 2 ** (15 - cf.frac) + i * candidate, 30 - cf.frac), cf.bits);
      c[k] = clipped(next, cellClip === null ? null : cellClip * 2 ** Math.max(cf.bits - 16, 0));
      const o = g(z(k, 3, (peepholes?.o[k] ?? 0) * c[k]!));
      return saturate(shift(o * tanh(c[k]!, cf.frac), 30 - mf.frac), mf.bits);
    });
    y =
      projection === null
        ? m
        : rows(context, projection.sums, [m]).map((v) => saturate(shift(v, projection.shift), yf.bits));
    made[t] = y;
  }
}

function gru(context: Context, layer: QuantizedGru, values: Map<TensorId, Values>, order: number[], made: number[][]) {
  const { cells, stages, zShift, zClip, h: hf, initial } = layer;
  const { tanh, gate } = functions(context.graph);
  const g = gate(layer.gate);
  let h: number[] = initial === null ? new Array(cells).fill(0) : [...initial.h];
  const toZ = (sum: number, bits = zShift) => clipped(saturate(shift(sum, bits), 16), zClip);
  const mix = (z: number, n: number, old: number) =>
    saturate(shift((32768 - z) * n + z * old * 2 ** (15 - hf.frac), 30 - hf.frac), hf.bits);
  for (const t of order) {
    const read = (products: readonly Product[], rh: number[]) =>
      products.map(({ source }) =>
        'tensor' in source ? stepOf(values, source.tensor, t) : source.own === 'rh' ? rh : h,
      );
    if (stages.reset === 'after') {
      const s = rows(context, stages.sums, read(stages.sums.products, []));
      h = Array.from({ length: cells }, (_, k) => {
        const r = g(toZ(s[4 * k]!));
        const z = g(toZ(s[4 * k + 1]!));
        const hidden = saturate(shift(s[4 * k + 3]!, stages.hiddenShift), stages.hidden.bits);
        const n = toZ(s[4 * k + 2]! + r * hidden * 2 ** (stages.sums.frac - 15 - stages.hidden.frac));
        return mix(z, tanh(n, 11), h[k]!);
      });
    } else {
      const r = rows(context, stages.resetSums, read(stages.resetSums.products, [])).map((sum) =>
        g(toZ(sum, stages.resetShift)),
      );
      const rh = r.map((v, k) => saturate(shift(v * h[k]!, 15), hf.bits));
      const s = rows(context, stages.sums, read(stages.sums.products, rh));
      h = h.map((old, k) => mix(g(toZ(s[2 * k]!)), tanh(toZ(s[2 * k + 1]!), 11), old));
    }
    made[t] = h;
  }
}

/** The elements that a product reads at a position, in the order of its columns; zeros outside. */
function windowed(
  graph: QuantizedGraph,
  { source, window }: Product,
  values: Map<TensorId, Values>,
  t: number,
  at: readonly number[],
): number[] {
  const { tensor } = source as { tensor: TensorId };
  const all = values.get(tensor)!;
  if (window === null) return [...stepOf(values, tensor, t)];
  const { shape } = graph.tensors.get(tensor)!;
  const axes = [...window.space, window.time];
  const sizes = [...shape.slice(1), all.length];
  const place = [...at, t];
  let columns: { channel: number; index: number[] }[] = Array.from({ length: window.channels }, (_, channel) => ({
    channel,
    index: [],
  }));
  for (const { kernel, stride, before, dilation } of axes) {
    columns = columns.flatMap(({ channel, index }) =>
      Array.from({ length: kernel }, (_, k) => ({
        channel,
        index: [...index, place[index.length]! * stride - before + k * dilation],
      })),
    );
  }
  return columns.map(({ channel, index }) => {
    if (index.some((n, axis) => n < 0 || n >= sizes[axis]!)) return 0;
    const element = index.slice(0, -1).reduce((sum, n, axis) => sum * sizes[axis]! + n, channel);
    return all[index.at(-1)!]![element]!;
  });
}

function affine(
  context: Context,
  layer: QuantizedAffine,
  output: TensorId,
  values: Map<TensorId, Values>,
  t: number,
): number[] {
  const { graph } = context;
  const { sums, activation, positions } = layer;
  const format = graph.formats.get(output)!;
  const { tanh, gate } = functions(context.graph);
  const spatial = sums.products.find(({ window }) => window !== null && window.space.length > 0);
  let places: number[][] = [[]];
  if (spatial !== undefined) {
    const { shape } = graph.tensors.get((spatial.source as { tensor: TensorId }).tensor)!;
    for (const [axis, window] of spatial.window!.space.entries()) {
      const count = windowOutputs(window, shape[axis + 1]!);
      places = places.flatMap((place) => Array.from({ length: count }, (_, n) => [...place, n]));
    }
  }
  const act = (sum: number): number => {
    if (activation.kind === 'table') {
      const z = saturate(shift(sum, layer.shift), 16);
      return saturate(
        shift(activation.table === 'tanh' ? tanh(z, 11) : gate('sigmoid')(z), 15 - format.frac),
        format.bits,
      );
    }
    const v = saturate(shift(sum, layer.shift), format.bits);
    if (activation.kind === 'clip') return Math.min(Math.max(v, activation.low), activation.high);
    return activation.kind === 'leaky' && v < 0 ? shift(v * activation.slope, 15) : v;
  };
  const out = new Array<number>(sums.rows * positions);
  for (const [n, place] of places.entries()) {
    const made = rows(
      context,
      sums,
      sums.products.map((product) => windowed(graph, product, values, t, place)),
    );
    for (const [row, sum] of made.entries()) out[row * positions + n] = act(sum);
  }
  return out;
}
