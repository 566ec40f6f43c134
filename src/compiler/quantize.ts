import type { Config } from '../machine/config.ts';
import { type Formats, MAX_ACT_BITS, PEEP_BITS, Z_FRAC } from '../machine/formats.ts';
import type { Floats } from '../model/graph.ts';
import type { StackedLayer } from '../model/stacked_layer.ts';
import { EsegenError } from '../util/errors.ts';
import { bitsFor, quantize, roundHalfUp } from '../util/fixed.ts';
import type { VectorValues } from './calibrate.ts';
import { bestFraction, bestWeightFraction, fractionFor } from './fraction_bits.ts';

/** An integer layer: the shapes of StackedLayer, the formats of `formats`. */
export interface QuantizedLayer {
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
  readonly formats: Formats;
  /** [4H, I]. */
  readonly weightX: Int16Array;
  /** [4H, P]. */
  readonly weightR: Int16Array;
  /** [P, H] or null. */
  readonly weightP: Int16Array | null;
  /** [4H], accFrac fraction bits. */
  readonly bias: Float64Array;
  /** [H] each, peepFrac fraction bits. */
  readonly peepholes: { readonly i: Int16Array; readonly f: Int16Array; readonly o: Int16Array } | null;
}

/** The alignment field of a schedule step has four bits, the shift field six. */
const MAX_ALIGN = 15;
const MAX_SHIFT = 63;
/** The peephole alignment field has five bits. */
const MAX_PEEP_SHIFT = 31;
/** Integers of the golden model live in doubles. */
const MAX_SUM_BITS = 52;
/** Bits by which widths exceed the needs of the model where other models are to be loaded. */
const HEADROOM = 2;
/** Finest unit of the gate sums; z ends 25 bits above it, so that what is lost below never shows. */
const MAX_ACC_FRAC = Z_FRAC + 25;

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function peakOf(values: Floats): number {
  let peak = 0;
  for (let i = 0; i < values.length; i++) {
    const v = Math.abs(values[i]!);
    if (v > peak) peak = v;
  }
  return peak;
}

/**
 * Integers of a matrix, round half up, saturating (docs/number-formats.md). The most negative integer stays unused: it marks
 * the fillers in external memory (stream.ts).
 */
function quantizeMatrix(values: Floats, fractionBits: number, bits: number): Int16Array {
  const out = new Int16Array(values.length);
  const lowest = 1 - 2 ** (bits - 1);
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (v !== 0) out[i] = Math.max(quantize(v, fractionBits, bits), lowest);
  }
  return out;
}

/**
 * Largest sum of magnitudes over the columns of a group in a row of a matrix pair, each weighted by what its column can be at most:
 * what an accumulator reaches.
 */
function largestRow(
  rows: number,
  groups: number,
  parts: readonly { weights: Int16Array; columns: number; largest: number }[],
): number {
  let worst = 0;
  const sums = new Float64Array(groups);
  for (let r = 0; r < rows; r++) {
    sums.fill(0);
    for (const { weights, columns, largest } of parts) {
      for (let j = 0; j < columns; j++) sums[j % groups]! += Math.abs(weights[r * columns + j]!) * largest;
    }
    for (const sum of sums) if (sum > worst) worst = sum;
  }
  return worst;
}

/**
 * Bits of the exact gate sum: accumulators of all groups, bias, peephole product.
 *
 * @param peepShift left shift of the peephole product; null without peepholes
 */
export function sumBitsFor({
  groups,
  vectorBits,
  accBits,
  biasBits,
  peepShift,
}: {
  readonly groups: number;
  readonly vectorBits: number;
  readonly accBits: number;
  readonly biasBits: number;
  readonly peepShift: number | null;
}): number {
  const peepBound = peepShift === null ? 0 : 2 ** (PEEP_BITS + vectorBits - 2 + peepShift);
  return Math.max(
    bitsFor(groups * 2 ** (accBits - 1) + 2 ** (biasBits - 1) + peepBound),
    PEEP_BITS + vectorBits + 1,
    accBits + Math.log2(groups) + 1,
    biasBits + 1,
  );
}

/**
 * Chooses the formats of a layer and rounds its weights: a power-of-two scale per matrix, fraction bits of x and y, all of least
 * squared error, fraction bits of c that show least in y, accumulators as wide as the worst case of these very weights needs.
 *
 * @param values of the vectors over calibration data
 * @param roomy whether other models are to be loaded into the hardware: widths get some headroom
 * @param widestAct bits that an aligned activation has at most
 * @throws EsegenError when the ranges of the model are too far apart for the widths of the config
 */
export function quantizeLayer(
  layer: StackedLayer,
  config: Config,
  values: VectorValues,
  roomy = false,
  widestAct = MAX_ACT_BITS,
): QuantizedLayer {
  const headroom = roomy ? HEADROOM : 0;
  const { weightBits, vectorBits } = config;
  const { inputs, cells, outputs } = layer;
  const maxAlign = Math.min(widestAct - vectorBits, MAX_ALIGN);
  const mFrac = vectorBits - 1;

  const xFrac = bestFraction(values.x, vectorBits, 0, vectorBits + 7);
  const cFrac = values.cellFraction(vectorBits);
  const largestPFrac = MAX_SHIFT - mFrac;
  const weightPFrac =
    layer.weightP === null
      ? 0
      : Math.min(bestWeightFraction(layer.weightP, weightBits) ?? weightBits - 1, largestPFrac);
  const yFrac =
    layer.weightP === null ? mFrac : bestFraction(values.y, vectorBits, 0, Math.max(weightPFrac + mFrac, 0));
  if (weightPFrac + mFrac < 0) {
    throw new EsegenError('weight_hr', `its weights are too large for ${weightBits}-bit weights`, 'Use wider weights');
  }

  // Both products of a gate sum get the same fraction bits; the finer matrix gives up what lies beyond the aligner's reach.
  // A matrix without weights takes the fraction bits of the other one.
  const scaleX = bestWeightFraction(layer.weightX, weightBits);
  const scaleR = bestWeightFraction(layer.weightR, weightBits);
  const productX = scaleX === null ? null : scaleX + xFrac;
  const productR = scaleR === null ? null : scaleR + yFrac;
  const coarse = Math.min(productX ?? productR ?? Z_FRAC, productR ?? productX ?? Z_FRAC);
  const finest = Math.min(coarse + maxAlign, MAX_ACC_FRAC);
  const weightXFrac = Math.min(productX ?? coarse, finest) - xFrac;
  const weightRFrac = Math.min(productR ?? coarse, finest) - yFrac;
  const accFrac = Math.max(weightXFrac + xFrac, weightRFrac + yFrac, Z_FRAC);
  const xAlign = accFrac - weightXFrac - xFrac;
  const yAlign = accFrac - weightRFrac - yFrac;
  if (Math.max(xAlign, yAlign) > maxAlign) {
    throw new EsegenError(
      'model',
      `products of the gate sums have ${coarse} fraction bits with ${weightBits}-bit weights and ${vectorBits}-bit vectors, at least ${Z_FRAC - maxAlign} are needed`,
      'Use wider weights or vectors, or check the model for very large weights',
    );
  }
  const actBits = vectorBits + Math.min(Math.max(xAlign, yAlign) + headroom, maxAlign);

  const weightX = quantizeMatrix(layer.weightX, weightXFrac, weightBits);
  const weightR = quantizeMatrix(layer.weightR, weightRFrac, weightBits);
  const weightP = layer.weightP === null ? null : quantizeMatrix(layer.weightP, weightPFrac, weightBits);

  const { groups } = config.array;
  const gateBound = largestRow(4 * cells, groups, [
    { weights: weightX, columns: inputs, largest: 2 ** (vectorBits - 1 + xAlign) },
    { weights: weightR, columns: outputs, largest: 2 ** (vectorBits - 1 + yAlign) },
  ]);
  const outBound =
    weightP === null
      ? 0
      : largestRow(outputs, groups, [{ weights: weightP, columns: cells, largest: 2 ** (vectorBits - 1) }]);
  const saturates = config.accumulatorBits !== 'exact';
  const accBits =
    config.accumulatorBits === 'exact'
      ? Math.max(bitsFor(Math.max(gateBound, outBound)) + headroom, actBits + weightBits + 1)
      : config.accumulatorBits;

  const bias = layer.bias.map((b) => roundHalfUp(b * 2 ** accFrac));
  const biasBits = Math.max(bitsFor(peakOf(bias)), 2) + headroom;

  let peepFrac = 0;
  let peepholes: QuantizedLayer['peepholes'] = null;
  if (layer.peepholes !== null) {
    const { i, f, o } = layer.peepholes;
    const peak = Math.max(peakOf(i), peakOf(f), peakOf(o));
    peepFrac = clamp(fractionFor(peak, PEEP_BITS), accFrac - cFrac - MAX_PEEP_SHIFT, accFrac - cFrac);
    const toInt = (values: Floats) => Int16Array.from(values, (v) => quantize(v, peepFrac, PEEP_BITS));
    peepholes = { i: toInt(i), f: toInt(f), o: toInt(o) };
  }
  const peepShift = layer.peepholes === null ? 0 : accFrac - peepFrac - cFrac;
  const sumBits = sumBitsFor({
    groups,
    vectorBits,
    accBits,
    biasBits,
    peepShift: layer.peepholes === null ? null : Math.min(peepShift + headroom, MAX_PEEP_SHIFT),
  });
  if (sumBits > MAX_SUM_BITS) {
    throw new EsegenError(
      'model',
      `gate sums need ${sumBits} bits, at most ${MAX_SUM_BITS} are supported`,
      'Use narrower weights or vectors, force accumulatorBits, or check the model for very large biases and peepholes',
    );
  }

  return {
    inputs,
    cells,
    outputs,
    weightX,
    weightR,
    weightP,
    bias,
    peepholes,
    formats: {
      vectorBits,
      xFrac,
      yFrac,
      mFrac,
      cFrac,
      weightBits,
      weightXFrac,
      weightRFrac,
      weightPFrac,
      xAlign,
      yAlign,
      actBits,
      accFrac,
      accBits,
      saturate: saturates,
      biasBits,
      peepBits: PEEP_BITS,
      peepFrac,
      peepShift,
      sumBits,
      zShift: accFrac - Z_FRAC,
      yShift: weightP === null ? 0 : weightPFrac + mFrac - yFrac,
      sigmoidRange: config.tables.sigmoidRange,
      tanhRange: config.tables.tanhRange,
    },
  };
}
