import type { GruMatrix, Layer, LstmMatrix, Matrix } from './graph.ts';

/** Name of a weight matrix within its layer: those of an LSTM or GRU by gate and source, `ym` of a projection, `w` of all others. */
export type MatrixName = LstmMatrix | GruMatrix | 'ym' | 'w';

/** The weight matrices of a layer by their names; none of a layer without weights. */
export function matricesOf(layer: Layer): readonly (readonly [MatrixName, Matrix])[] {
  switch (layer.kind) {
    case 'lstm': {
      const { ix, fx, cx, ox, ir, fr, cr, or } = layer.weights;
      const gates = Object.entries({ ix, fx, cx, ox, ir, fr, cr, or }) as [LstmMatrix, Matrix][];
      return layer.projection === null ? gates : [...gates, ['ym', layer.projection]];
    }
    case 'gru': {
      const { rx, zx, nx, rh, zh, nh } = layer.weights;
      return Object.entries({ rx, zx, nx, rh, zh, nh }) as [GruMatrix, Matrix][];
    }
    case 'linear':
    case 'conv':
      return [['w', layer.weight]];
    default:
      return [];
  }
}

/** A layer with other matrices of the same sizes. */
export function withMatrices<L extends Layer>(layer: L, change: (name: MatrixName, matrix: Matrix) => Matrix): L;
export function withMatrices(layer: Layer, change: (name: MatrixName, matrix: Matrix) => Matrix): Layer {
  const changed = new Map(matricesOf(layer).map(([name, matrix]) => [name, change(name, matrix)]));
  switch (layer.kind) {
    case 'lstm': {
      const weights = { ...layer.weights };
      for (const name of Object.keys(weights) as LstmMatrix[]) weights[name] = changed.get(name)!;
      return { ...layer, weights, projection: changed.get('ym') ?? null };
    }
    case 'gru': {
      const weights = { ...layer.weights };
      for (const name of Object.keys(weights) as GruMatrix[]) weights[name] = changed.get(name)!;
      return { ...layer, weights };
    }
    case 'linear':
    case 'conv':
      return { ...layer, weight: changed.get('w')! };
    default:
      return layer;
  }
}
