import type { Activation, Floats, GruLayer, LstmLayer, Matrix } from '../../model/graph.ts';
import { besides, scaleRows } from './matrices.ts';
import { columnsBySource, type View } from './view.ts';

/** max(0, min(1, v)): what is left of a hard sigmoid whose slope and offset are in the weights. */
const UNIT_CLIP: Activation = { kind: 'hardSigmoid', alpha: 1, beta: 0 };

/** The x matrices over the sources of a view, side by side. */
function overSources(matrix: Matrix, view: View): Matrix {
  return besides(columnsBySource(matrix, view));
}

/**
 * A recurrent layer over several sources; slope and offset of a hard sigmoid go into the rows of its gates.
 *
 * @param view what it reads as x
 */
export function legalRecurrent(layer: LstmLayer | GruLayer, view: View): LstmLayer | GruLayer {
  return layer.kind === 'lstm' ? legalLstm(layer, view) : legalGru(layer, view);
}

function widthOf({ sources }: View): number {
  return sources.reduce((sum, { elements }) => sum + elements, 0);
}

function legalLstm(layer: LstmLayer, view: View): LstmLayer {
  const { weights } = layer;
  const wide: LstmLayer = {
    ...layer,
    inputs: widthOf(view),
    weights: {
      ...weights,
      ix: overSources(weights.ix, view),
      fx: overSources(weights.fx, view),
      cx: overSources(weights.cx, view),
      ox: overSources(weights.ox, view),
    },
  };
  const { gate } = layer.cell;
  if (gate.kind !== 'hardSigmoid') return wide;
  const scaled = (matrix: Matrix) => sloped(matrix, gate.alpha);
  const { ix, fx, ox, ir, fr } = wide.weights;
  const peep = (values: Floats) => Float64Array.from(values, (value) => value * gate.alpha);
  const offset = (values: Float64Array) => values.map((value) => value * gate.alpha + gate.beta);
  const { i, f, o } = layer.bias;
  const peepholes = layer.peepholes;
  return {
    ...wide,
    weights: {
      ...wide.weights,
      ix: scaled(ix),
      fx: scaled(fx),
      ox: scaled(ox),
      ir: scaled(ir),
      fr: scaled(fr),
      or: scaled(wide.weights.or),
    },
    bias: { ...layer.bias, i: offset(i), f: offset(f), o: offset(o) },
    peepholes: peepholes === null ? null : { i: peep(peepholes.i), f: peep(peepholes.f), o: peep(peepholes.o) },
    cell: { ...layer.cell, gate: UNIT_CLIP },
  };
}

function legalGru(layer: GruLayer, view: View): GruLayer {
  const { weights, gate } = layer;
  const wide: GruLayer = {
    ...layer,
    inputs: widthOf(view),
    weights: {
      ...weights,
      rx: overSources(weights.rx, view),
      zx: overSources(weights.zx, view),
      nx: overSources(weights.nx, view),
    },
  };
  if (gate.kind !== 'hardSigmoid') return wide;
  const scaled = (matrix: Matrix) => sloped(matrix, gate.alpha);
  const offset = (values: Float64Array) => values.map((value) => value * gate.alpha + gate.beta);
  const { rx, zx, rh, zh } = wide.weights;
  return {
    ...wide,
    weights: { ...wide.weights, rx: scaled(rx), zx: scaled(zx), rh: scaled(rh), zh: scaled(zh) },
    bias: { ...layer.bias, r: offset(layer.bias.r), z: offset(layer.bias.z) },
    gate: UNIT_CLIP,
  };
}

function sloped(matrix: Matrix, slope: number): Matrix {
  return scaleRows(matrix, new Float64Array(matrix.rows).fill(slope));
}
