import type { Formats } from '../machine/formats.ts';
import type { Floats } from '../model/graph.ts';
import type { StackedLayer } from '../model/stacked_layer.ts';

/** A matrix whose largest weight makes its scale too coarse for the others. */
export interface CoarseMatrix {
  readonly name: 'W_x' | 'W_r' | 'W_ym';
  /** Weights other than zero, and those of them that are zero in integers. */
  readonly weights: number;
  readonly roundedToZero: number;
  /** The largest weight, where it stands, and the magnitude of the next largest. */
  readonly largest: number;
  readonly row: number;
  readonly column: number;
  readonly next: number;
}

/** Share of the weights of a matrix from which their rounding to zero is worth a warning. */
const COARSE_SHARE = 0.1;

/**
 * Finds the matrices of which more than a tenth of the weights round to zero.
 *
 * @param layer the pruned layer
 */
export function coarseMatrices(
  { inputs, cells, outputs, weightX, weightR, weightP }: StackedLayer,
  { weightXFrac, weightRFrac, weightPFrac }: Formats,
): CoarseMatrix[] {
  return [
    coarse('W_x', weightX, inputs, weightXFrac),
    coarse('W_r', weightR, outputs, weightRFrac),
    ...(weightP === null ? [] : [coarse('W_ym', weightP, cells, weightPFrac)]),
  ].filter(({ weights, roundedToZero }) => roundedToZero > COARSE_SHARE * weights);
}

function coarse(name: CoarseMatrix['name'], values: Floats, columns: number, frac: number): CoarseMatrix {
  const half = 2 ** -(frac + 1);
  let weights = 0;
  let roundedToZero = 0;
  let at = 0;
  let next = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === 0) continue;
    weights++;
    // Rounding is half up.
    if (value >= -half && value < half) roundedToZero++;
    const magnitude = Math.abs(value);
    if (magnitude > Math.abs(values[at]!)) {
      next = Math.abs(values[at]!);
      at = i;
    } else if (i !== at && magnitude > next) {
      next = magnitude;
    }
  }
  const place = { row: Math.floor(at / columns), column: at % columns };
  return { name, weights, roundedToZero, largest: values[at] ?? 0, ...place, next };
}
