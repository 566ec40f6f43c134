import { PEEP_BITS, VALUE_BITS, Z_FRAC } from '../../machine/formats.ts';
import { LSTM_GATES, type LstmLayer, type NodeId } from '../../model/graph.ts';
import { clipUnit } from '../../program/slot_program.ts';
import { roundHalfUp } from '../../util/fixed.ts';
import { bestFraction, fractionFor } from '../fraction_bits.ts';
import type { Fixed, QuantizedLstm } from '../quantized_graph.ts';
import type { ValueHistogram } from '../value_histogram.ts';
import type { FloatProduct } from './float_product.ts';
import { peakOf, quantizeState, quantizeVector } from './integers.ts';
import { gateFunction, ownProduct, unitFraction, type XSource, xProducts, zLimit } from './recurrent.ts';
import { blockOfProducts } from './spectra.ts';
import { quantizeSums } from './sums.ts';
import { MAX_GATE_FRAC, MAX_PEEP_SHIFT, MAX_SHIFT, type Widths } from './widths.ts';

/** What calibration says of an LSTM. */
export interface LstmValues {
  readonly y: ValueHistogram;
  /** Format of c for a width of vectors. */
  readonly cellFormat: (bits: number) => Fixed;
}

/**
 * Rounds an LSTM: y and c get the fraction bits of least error, m comes close to ±1, peephole weights have 16 bits.
 *
 * @throws EsegenError where the ranges of the layer are too far apart for the widths
 */
export function quantizeLstm(
  id: NodeId,
  layer: LstmLayer,
  sources: readonly XSource[],
  values: LstmValues,
  widths: Widths,
): QuantizedLstm {
  const { vectorBits } = widths;
  const { cells, weights, projection, cell, initial } = layer;
  const c = values.cellFormat(vectorBits);
  const peak = initial === null || projection !== null ? 0 : peakOf(initial.y);
  const m = { bits: vectorBits, frac: unitFraction(vectorBits, peak) };
  const projected = projection === null ? null : quantizeProjection(id, layer, m.frac, values.y, widths);
  const y = projected === null ? m : projected.y;

  const peepholes = layer.peepholes;
  const peepPeak = peepholes === null ? 0 : Math.max(peakOf(peepholes.i), peakOf(peepholes.f), peakOf(peepholes.o));
  const peepFracFor = (frac: number) =>
    Math.min(Math.max(fractionFor(peepPeak, PEEP_BITS), frac - c.frac - MAX_PEEP_SHIFT), frac - c.frac);
  const peepBound = (frac: number) => 2 ** (PEEP_BITS + c.bits - 2 + frac - peepFracFor(frac) - c.frac);
  const products = [
    ...xProducts(
      LSTM_GATES.map((gate) => [`${gate}x`, weights[`${gate}x`]] as const),
      sources,
    ),
    ownProduct(
      'y',
      LSTM_GATES.map((gate) => [`${gate}r`, weights[`${gate}r`]] as const),
      y,
    ),
  ];
  const gates = quantizeSums(
    {
      layer: id,
      what: 'gate sums',
      products,
      block: blockOfProducts(id, products, widths),
      bias: interleaveGates(layer),
      least: Z_FRAC,
      most: MAX_GATE_FRAC,
      allZero: Z_FRAC,
      ...(peepholes === null ? {} : { beside: peepBound }),
    },
    widths,
  );
  const peepFrac = peepFracFor(gates.frac);
  const toPeep = (weight: LstmLayer['bias']['i'] | Float32Array) => quantizeVector(weight, peepFrac, PEEP_BITS);
  const cellLimit = (cell.cellClip * 2 ** c.frac) / clipUnit(c);
  return {
    kind: 'lstm',
    cells,
    gates,
    zShift: gates.frac - Z_FRAC,
    zClip: zLimit(cell.clip),
    gate: gateFunction(cell.gate),
    peepholes:
      peepholes === null
        ? null
        : {
            i: toPeep(peepholes.i),
            f: toPeep(peepholes.f),
            o: toPeep(peepholes.o),
            frac: peepFrac,
            shift: gates.frac - peepFrac - c.frac,
          },
    c,
    cellClip: cellLimit < 2 ** (Math.min(c.bits, VALUE_BITS) - 1) - 1 ? roundHalfUp(cellLimit) : null,
    m,
    projection: projected === null ? null : { sums: projected.sums, shift: projected.sums.frac - y.frac },
    y,
    reverse: layer.reverse,
    initial: initial === null ? null : { y: quantizeState(initial.y, y), c: quantizeState(initial.c, c) },
  };
}

function interleaveGates({ bias, cells }: LstmLayer): Float64Array {
  return Float64Array.from({ length: 4 * cells }, (_, n) => bias[LSTM_GATES[n % 4]!][Math.floor(n / 4)]!);
}

/** Projection and format of y. */
function quantizeProjection(id: NodeId, layer: LstmLayer, mFrac: number, y: ValueHistogram, widths: Widths) {
  const { vectorBits, weightBits } = widths;
  const projection = layer.projection!;
  const product = { own: 'm' } as const;
  const products: FloatProduct[] = [
    {
      ...{ source: product, format: { bits: vectorBits, frac: mFrac } },
      ...{ weight: projection, weights: projection.values.length, names: ['ym'], window: null },
    },
  ];
  const sums = quantizeSums(
    {
      layer: id,
      what: 'projection sums',
      products,
      block: blockOfProducts(id, products, widths),
      bias: new Float64Array(layer.outputs),
      least: 0,
      most: MAX_SHIFT,
      allZero: Math.min(weightBits - 1 + mFrac, MAX_SHIFT),
    },
    widths,
  );
  return { sums, y: { bits: vectorBits, frac: bestFraction(y, vectorBits, 0, sums.frac) } };
}
