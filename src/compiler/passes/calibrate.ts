import type { Frames } from '../../data/frames.ts';
import { VALUE_BITS, WIDE_STATE_BITS } from '../../machine/formats.ts';
import type { GruLayer, LstmLayer, NodeId, TensorId } from '../../model/graph.ts';
import { FloatNetwork } from '../../model/reference/float_network.ts';
import type { FloatRecurrent } from '../../model/reference/recurrent.ts';
import { type Fixed, quantize } from '../../util/fixed.ts';
import { fractionFor } from '../fraction_bits.ts';
import type { LegalGraph } from '../legal_graph.ts';
import { plainGraph, sumTensor, xTensor } from '../legal_reference.ts';
import { ValueHistogram } from '../value_histogram.ts';

/** Utterances that fix the formats: values of all inputs of a network, each [T, elements]. */
export type Utterances = readonly ReadonlyMap<TensorId, Frames>[];

/** What the vectors inside a recurrent layer do over the utterances. */
export interface InnerValues {
  /** Pre-activations of the gates, and those of the candidate. */
  readonly gates: ValueHistogram;
  readonly candidate: ValueHistogram;
  /** c and m of an LSTM, nh of a GRU that resets after the product; empty where the layer has none. */
  readonly c: ValueHistogram;
  readonly m: ValueHistogram;
  readonly nh: ValueHistogram;
  /** Format of c for a width of vectors, with 0 to 15 fraction bits, see {@link cellFormats}. */
  readonly cellFormat: (bits: number) => Fixed;
}

/** What the values of a legal graph do over the utterances, from the double-precision reference. */
export interface Calibration {
  readonly tensors: ReadonlyMap<TensorId, ValueHistogram>;
  /** Pre-activations of affine nodes with an activation. */
  readonly sums: ReadonlyMap<NodeId, ValueHistogram>;
  readonly layers: ReadonlyMap<NodeId, InnerValues>;
}

/**
 * Error of y, in dB below y, that rounding of c may cause: well below what the tables cause. Layers behind may look at a small part
 * of y; so it is 10 dB less than what a layer alone is allowed.
 */
const CELL_NOISE_DB = 60;
const CELL_NOISE_ALONE_DB = 50;
/** Where the best format of 16 bits does not keep so much, c gets more bits. The hardware of a layer alone has no wide c. */
const WIDE_CELL_NOISE_DB = 50;
/** Formats of c that are tried: from the one that its peak just fits in, each finer by a bit. */
const CELL_FORMATS = 6;
const MAX_CELL_FRAC = 15;

/**
 * Runs the float reference over utterances, each from its initial states, and looks at every tensor and inner vector.
 *
 * @throws EsegenError as FloatNetwork.run
 */
export function calibrate(legal: LegalGraph, utterances: Utterances): Calibration {
  const alone = legal.nodes.length === 1;
  const cellNoiseDb = alone ? CELL_NOISE_ALONE_DB : CELL_NOISE_DB;
  const network = new FloatNetwork(plainGraph(legal));
  const recurrent = new Map(
    legal.nodes.flatMap(({ id, layer }) => (layer.kind === 'recurrent' ? [[id, layer.layer] as const] : [])),
  );
  const histograms = new Map<string, ValueHistogram>();
  const histogram = (key: string) => {
    const known = histograms.get(key) ?? new ValueHistogram();
    histograms.set(key, known);
    return known;
  };
  // Inputs of the LSTMs, which run again for each format of c that is tried.
  const watched = new Map<TensorId, Frames[]>();
  for (const { id, layer } of legal.nodes) {
    if (layer.kind === 'recurrent' && layer.layer.kind === 'lstm') watched.set(xTensor(id, layer), []);
  }
  for (const inputs of utterances) {
    network.run(inputs, {
      observe: (tensor, values) => {
        histogram(`tensor ${tensor}`).add(values.data);
        watched.get(tensor)?.push({ ...values, data: values.data.slice() });
      },
      observeInner: (node, vector, values) => {
        if (vector !== 'z') {
          histogram(`${vector} ${node}`).add(values.data);
          return;
        }
        const { gates, candidate } = splitGates(values, recurrent.get(node)!);
        histogram(`gates ${node}`).add(gates);
        histogram(`candidate ${node}`).add(candidate);
      },
    });
  }
  for (const [node, layer] of recurrent) addInitial(layer, node, legal, histogram);
  const layers = new Map<NodeId, InnerValues>();
  for (const { id, layer } of legal.nodes) {
    if (layer.kind !== 'recurrent') continue;
    const inner = (vector: string) => histogram(`${vector} ${id}`);
    const [gates, candidate, c, m, nh] = ['gates', 'candidate', 'c', 'm', 'nh'].map(inner) as [
      ...[ValueHistogram, ValueHistogram, ValueHistogram, ValueHistogram, ValueHistogram],
    ];
    const mayBeWide = !alone && layer.layer.initial === null;
    const search =
      layer.layer.kind === 'lstm'
        ? cellFormats(network.recurrent(id), watched.get(xTensor(id, layer))!, c.peak, cellNoiseDb, mayBeWide)
        : (bits: number) => ({ bits, frac: 0 });
    layers.set(id, { gates, candidate, c, m, nh, cellFormat: search });
  }
  const tensors = new Map([...legal.tensors.keys()].map((id) => [id, histogram(`tensor ${id}`)]));
  const sums = new Map(
    legal.nodes.flatMap(({ id, layer }) =>
      layer.kind === 'affine' && layer.activation !== null ? [[id, histogram(`tensor ${sumTensor(id)}`)] as const] : [],
    ),
  );
  return { tensors, sums, layers };
}

/** Rows of σ and of tanh: i, f, o and c of an LSTM, r, z and n of a GRU. */
export function splitGates({ frames, data }: Frames, { kind, cells }: LstmLayer | GruLayer) {
  const blocks = kind === 'lstm' ? 4 : 3;
  const candidateBlock = 2;
  const gates = new Float64Array(frames * (blocks - 1) * cells);
  const candidate = new Float64Array(frames * cells);
  let at = 0;
  for (let t = 0; t < frames; t++) {
    for (let block = 0; block < blocks; block++) {
      const part = data.subarray((t * blocks + block) * cells, (t * blocks + block + 1) * cells);
      if (block === candidateBlock) candidate.set(part, t * cells);
      else {
        gates.set(part, at);
        at += cells;
      }
    }
  }
  return { gates, candidate };
}

/** Initial states are values of their vectors, too. */
function addInitial(
  layer: LstmLayer | GruLayer,
  node: NodeId,
  legal: LegalGraph,
  histogram: (key: string) => ValueHistogram,
): void {
  if (layer.initial === null) return;
  const output = legal.nodes.find(({ id }) => id === node)!.output;
  if ('c' in layer.initial) {
    histogram(`c ${node}`).add(layer.initial.c);
    histogram(`tensor ${output}`).add(layer.initial.y);
  } else {
    histogram(`tensor ${output}`).add(layer.initial.h);
  }
}

/**
 * Formats of c are tried out: what counts is not c but y. Rounding errors of c add up over time, while a cell that saturates
 * far beyond the reach of tanh hardly shows. The first format whose rounding and saturation stay far enough below y is taken, from the
 * one that the largest c just fits in to finer ones; where none does, that of least squared error of y. Where 16 bits are far from
 * enough, because cells add up to hundreds and small steps of theirs count as well, c has WIDE_STATE_BITS.
 *
 * @param x inputs of the layer, utterance by utterance
 * @param mayBeWide whether c may have more bits than vectors
 */
function cellFormats(
  lstm: FloatRecurrent,
  x: readonly Frames[],
  cellPeak: number,
  noiseDb: number,
  mayBeWide: boolean,
): (bits: number) => Fixed {
  let exact: readonly Float64Array[] | null = null;
  const outputs = (round?: (c: number) => number) => x.map((frames) => lstm.run(frames, { round }).y.data);
  const sumOver = (of: (value: number, utterance: number, at: number) => number) => {
    let sum = 0;
    for (const [n, data] of exact!.entries()) for (let i = 0; i < data.length; i++) sum += of(data[i]!, n, i);
    return sum;
  };
  /** Squared error of y that a format of c causes. */
  const errorWith = ({ frac, bits }: Fixed): number => {
    const scale = 2 ** frac;
    const rounded = outputs((c) => quantize(c, frac, bits) / scale);
    return sumOver((value, n, i) => (value - rounded[n]![i]!) ** 2);
  };
  const search = (bits: number): { readonly format: Fixed; readonly error: number; readonly energy: number } => {
    exact ??= outputs();
    const energy = sumOver((value) => value * value);
    const first = clamp(fractionFor(cellPeak, bits), 0, MAX_CELL_FRAC);
    const last = Math.min(first + CELL_FORMATS - 1, MAX_CELL_FRAC);
    let best = first;
    let least = Number.POSITIVE_INFINITY;
    for (let frac = first; frac <= last && least > energy * power(-noiseDb); frac++) {
      const error = errorWith({ frac, bits });
      if (error >= least) continue;
      least = error;
      best = frac;
    }
    return { format: { bits, frac: best }, error: least, energy };
  };
  const choose = (bits: number): Fixed => {
    const { format, error, energy } = search(bits);
    const isEnough = error <= energy * power(-WIDE_CELL_NOISE_DB);
    return isEnough || !mayBeWide || bits !== VALUE_BITS ? format : search(WIDE_STATE_BITS).format;
  };
  const known = new Map<number, Fixed>();
  return (bits) => {
    const format = known.get(bits) ?? choose(bits);
    known.set(bits, format);
    return format;
  };
}

/** Ratio of two powers, from dB. */
function power(db: number): number {
  return 10 ** (db / 10);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
