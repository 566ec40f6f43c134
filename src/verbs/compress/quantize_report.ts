import { measureVectors } from '../../compiler/calibrate.ts';
import { compilePruned } from '../../compiler/compile.ts';
import { pruneLayer } from '../../compiler/prune/prune_layer.ts';
import { type QuantizedLayer, quantizeLayer } from '../../compiler/quantize.ts';
import type { CalibrationSet } from '../../data/calibration_set.ts';
import { frameAt } from '../../data/frames.ts';
import { SignalNoise } from '../../data/signal_noise.ts';
import { type Config, type Matrix, STACKS } from '../../machine/config.ts';
import { TABLE_FRAC } from '../../machine/formats.ts';
import type { Floats } from '../../model/graph.ts';
import { FloatLstm } from '../../model/reference/float_lstm.ts';
import type { StackedLayer } from '../../model/stacked_layer.ts';
import { SIGMOID, TANH, tableIndex, tableStepFrac } from '../../program/act_table.ts';
import type { Design } from '../../program/design.ts';
import { quantize } from '../../util/fixed.ts';
import type { Progress } from '../../util/report.ts';
import { floatOutputs, goldenOutputs } from './outputs.ts';

/** What rounding does to the weights of a sub-matrix. */
export interface MatrixNoise {
  readonly name: Matrix;
  /** Weights other than 0. */
  readonly weights: number;
  readonly fractionBits: number;
  /** Weights beyond the largest integer, and weights that round to 0. */
  readonly saturated: number;
  readonly roundedToZero: number;
  /** dB; null where nothing is lost. */
  readonly sqnrDb: number | null;
}

/** What happens to a vector over the calibration frames. */
export interface VectorNoise {
  readonly name: 'x' | 'c' | 'm' | 'y';
  readonly fractionBits: number;
  /** Largest magnitude of the double-precision model, and how many of its values the format cuts. */
  readonly peak: number;
  readonly values: number;
  readonly saturated: number;
  /** Of the format alone: the values of the double-precision model, rounded and cut. dB, null where nothing is lost. */
  readonly formatSqnrDb: number | null;
  /** Of the golden model against the double-precision model: all that rounding adds up to over time. */
  readonly goldenSqnrDb: number | null;
}

/** What an activation table does to its inputs over the calibration frames. */
export interface TableNoise {
  readonly name: 'sigmoid(z)' | 'tanh(z)' | 'tanh(c)';
  readonly range: number;
  readonly largestError: number;
  readonly rmsError: number;
  /** Share of inputs beyond the range. */
  readonly beyond: number;
}

/** Accuracy of the golden model at a pair of widths. */
export interface WidthNoise {
  readonly weightBits: number;
  readonly vectorBits: number;
  readonly sqnrDb: number | null;
  readonly largestError: number;
  readonly accumulatorBits: number;
}

/** What quantization does to a layer. */
export interface QuantizeReport {
  readonly weightBits: number;
  readonly vectorBits: number;
  readonly calibration: string;
  readonly matrices: readonly MatrixNoise[];
  readonly vectors: readonly VectorNoise[];
  readonly tables: readonly TableNoise[];
  /** Of every pair of widths that was asked for. */
  readonly sweep: readonly WidthNoise[];
}

/** Widths to try. */
export interface Widths {
  readonly weightBits: readonly number[];
  readonly vectorBits: readonly number[];
}

/**
 * Reports what the formats of a layer lose: weights by themselves, vectors and tables over calibration frames.
 *
 * @param sweep widths to compare, none where empty
 * @throws EsegenError where the ranges of the model do not fit the widths
 */
export function quantizeReport(
  source: StackedLayer,
  config: Config,
  set: CalibrationSet,
  sweep: Widths = { weightBits: [], vectorBits: [] },
  progress: Progress = () => {},
): QuantizeReport {
  progress('prune');
  const pruned = pruneLayer(source, config);
  const { layer } = pruned;
  progress('calibrate');
  const values = measureVectors(layer, set);
  progress('quantize');
  const quantized = quantizeLayer(layer, config, values);
  const { design } = compilePruned(pruned, config, values);
  progress('compare');
  const { vectors, tables } = compareVectors(layer, design, set);

  const exact = floatOutputs(layer, set);
  const rows = sweep.weightBits.flatMap((weightBits) =>
    sweep.vectorBits.map((vectorBits): WidthNoise => {
      progress(`${weightBits}-bit weights, ${vectorBits}-bit vectors`);
      const variant = compilePruned(pruned, { ...config, weightBits, vectorBits }, values).design;
      const noise = new SignalNoise();
      noise.add(exact.data, goldenOutputs(variant, set).data);
      const accumulatorBits = variant.formats.accBits;
      return { weightBits, vectorBits, sqnrDb: noise.db, largestError: noise.largest, accumulatorBits };
    }),
  );
  return {
    weightBits: config.weightBits,
    vectorBits: config.vectorBits,
    calibration: set.origin,
    matrices: compareMatrices(layer, quantized),
    vectors,
    tables,
    sweep: rows,
  };
}

function compareMatrices(layer: StackedLayer, quantized: QuantizedLayer): readonly MatrixNoise[] {
  const { weightXFrac, weightRFrac, weightPFrac } = quantized.formats;
  const stacks = [
    { exact: layer.weightX, integers: quantized.weightX, frac: weightXFrac, names: STACKS.x },
    { exact: layer.weightR, integers: quantized.weightR, frac: weightRFrac, names: STACKS.r },
    { exact: layer.weightP, integers: quantized.weightP, frac: weightPFrac, names: STACKS.p },
  ];
  const limit = 2 ** (quantized.formats.weightBits - 1) - 1;
  return stacks.flatMap(({ exact, integers, frac, names }) =>
    exact === null || integers === null
      ? []
      : names.map((name, part) => {
          const size = exact.length / names.length;
          const range = [part * size, (part + 1) * size] as const;
          return compareMatrix(name, exact.subarray(...range), integers.subarray(...range), frac, limit);
        }),
  );
}

function compareMatrix(name: Matrix, exact: Floats, integers: Int16Array, frac: number, limit: number): MatrixNoise {
  const noise = new SignalNoise();
  const unit = 2 ** -frac;
  let weights = 0;
  let saturated = 0;
  let roundedToZero = 0;
  for (const [at, value] of exact.entries()) {
    if (value === 0) continue;
    weights++;
    if (integers[at] === 0) roundedToZero++;
    // Half a unit beyond the largest integer still rounds to it.
    if (Math.abs(value) >= (limit + 0.5) * unit) saturated++;
    noise.addPair(value, integers[at]! * unit);
  }
  return { name, weights, fractionBits: frac, saturated, roundedToZero, sqnrDb: noise.db };
}

/** A vector as its values go by. */
class VectorTally {
  readonly #bits: number;
  readonly #frac: number;
  readonly #unit: number;
  readonly #format = new SignalNoise();
  readonly #golden = new SignalNoise();
  #peak = 0;
  #values = 0;
  #saturated = 0;

  constructor(bits: number, frac: number) {
    this.#bits = bits;
    this.#frac = frac;
    this.#unit = 2 ** -frac;
  }

  /** @param golden the same values in the golden model, in reals */
  add(exact: ArrayLike<number>, golden: ArrayLike<number>): void {
    const limit = (2 ** (this.#bits - 1) - 0.5) * this.#unit;
    for (let i = 0; i < exact.length; i++) {
      const value = exact[i]!;
      const magnitude = Math.abs(value);
      if (magnitude > this.#peak) this.#peak = magnitude;
      if (magnitude >= limit) this.#saturated++;
      this.#format.addPair(value, quantize(value, this.#frac, this.#bits) * this.#unit);
    }
    this.#values += exact.length;
    this.#golden.add(exact, golden);
  }

  report(name: VectorNoise['name']): VectorNoise {
    return {
      name,
      fractionBits: this.#frac,
      peak: this.#peak,
      values: this.#values,
      saturated: this.#saturated,
      formatSqnrDb: this.#format.db,
      goldenSqnrDb: this.#golden.db,
    };
  }
}

/** A table as its inputs go by. */
class TableTally {
  readonly #table: Int16Array;
  readonly #range: number;
  readonly #exact: (v: number) => number;
  #count = 0;
  #squares = 0;
  #largest = 0;
  #beyond = 0;

  constructor(table: Int16Array, range: number, exact: (v: number) => number) {
    this.#table = table;
    this.#range = range;
    this.#exact = exact;
  }

  add(inputs: Float64Array): void {
    const cells = 2 ** tableStepFrac(this.#range);
    for (const v of inputs) {
      const word = this.#table[tableIndex(Math.floor(v * cells))]!;
      const error = Math.abs(word / 2 ** TABLE_FRAC - this.#exact(v));
      this.#squares += error * error;
      if (error > this.#largest) this.#largest = error;
      if (Math.abs(v) >= this.#range) this.#beyond++;
    }
    this.#count += inputs.length;
  }

  report(name: TableNoise['name']): TableNoise {
    return {
      name,
      range: this.#range,
      largestError: this.#largest,
      rmsError: Math.sqrt(this.#squares / this.#count),
      beyond: this.#beyond / this.#count,
    };
  }
}

/** Runs both models side by side, frame by frame. */
function compareVectors(
  layer: StackedLayer,
  design: Design,
  set: CalibrationSet,
): Pick<QuantizeReport, 'vectors' | 'tables'> {
  const { formats, tables } = design;
  const { cells } = layer;
  const tally = (frac: number) => new VectorTally(formats.vectorBits, frac);
  const vectors = {
    x: tally(formats.xFrac),
    c: tally(formats.cFrac),
    m: tally(formats.mFrac),
    y: tally(formats.yFrac),
  };
  const gates = new TableTally(tables.sigmoid, formats.sigmoidRange, SIGMOID.of);
  const candidates = new TableTally(tables.tanh, formats.tanhRange, TANH.of);
  const states = new TableTally(tables.tanh, formats.tanhRange, TANH.of);

  const goldenC = new Float64Array(cells);
  const goldenM = new Float64Array(cells);
  const float = new FloatLstm(layer, {
    observer: ({ z, c, m }) => {
      vectors.c.add(c, goldenC);
      vectors.m.add(m, goldenM);
      gates.add(z.subarray(0, 2 * cells));
      gates.add(z.subarray(3 * cells));
      candidates.add(z.subarray(2 * cells, 3 * cells));
      states.add(c);
    },
  });
  const starts = new Set(set.utteranceStarts);
  const y = new Float64Array(layer.outputs);
  const exactY: Float64Array[] = [];
  const golden = goldenOutputs(
    design,
    set,
    (cell, trace) => {
      goldenC[cell] = trace.c / 2 ** formats.cFrac;
      goldenM[cell] = trace.m / 2 ** formats.mFrac;
    },
    (t) => {
      if (starts.has(t)) float.reset();
      const x = frameAt(set.frames, t);
      float.step(x, y);
      exactY.push(y.slice());
      vectors.x.add(
        x,
        x.map((v) => quantize(v, formats.xFrac, formats.vectorBits) / 2 ** formats.xFrac),
      );
    },
  );
  for (const [t, exact] of exactY.entries()) vectors.y.add(exact, frameAt(golden, t));
  const names = ['x', 'c', 'm', 'y'] as const;
  return {
    vectors: names.map((name) => vectors[name].report(name)),
    tables: [gates.report('sigmoid(z)'), candidates.report('tanh(z)'), states.report('tanh(c)')],
  };
}
