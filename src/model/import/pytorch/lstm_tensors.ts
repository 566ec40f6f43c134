import type { StackedLayer } from '../../stacked_layer.ts';
import type { FloatTensor } from '../write_safetensors.ts';

/** PyTorch's names of the matrices W_x, W_r and W_ym of a layer, without prefix and layer number. */
export const MATRIX_NAMES = { x: 'weight_ih', r: 'weight_hh', p: 'weight_hr' } as const;
/** Of its biases, which PyTorch adds up. */
export const BIAS_NAMES = ['bias_ih', 'bias_hh'] as const;
/** Names of peepholes, in PyTorch's manner; it has none itself. */
export const PEEPHOLE_NAMES = { i: 'weight_ci', f: 'weight_cf', o: 'weight_co' } as const;

/**
 * Tensors of a layer by PyTorch's names; all biases stand in `bias_ih`, zeros in the other.
 *
 * @param nameOf whole name of a matrix or bias, and of a peephole
 */
export function lstmTensors(
  { inputs, cells, outputs, weightX, weightR, weightP, bias, peepholes }: StackedLayer,
  nameOf: { readonly matrix: (base: string) => string; readonly peephole: (base: string) => string },
): ReadonlyMap<string, FloatTensor> {
  const { matrix, peephole } = nameOf;
  const [first, second] = BIAS_NAMES;
  const tensors = new Map<string, FloatTensor>([
    [matrix(MATRIX_NAMES.x), { shape: [4 * cells, inputs], data: weightX }],
    [matrix(MATRIX_NAMES.r), { shape: [4 * cells, outputs], data: weightR }],
    [matrix(first), { shape: [4 * cells], data: bias }],
    [matrix(second), { shape: [4 * cells], data: new Float64Array(4 * cells) }],
  ]);
  if (weightP !== null) tensors.set(matrix(MATRIX_NAMES.p), { shape: [outputs, cells], data: weightP });
  if (peepholes === null) return tensors;
  for (const gate of ['i', 'f', 'o'] as const) {
    tensors.set(peephole(PEEPHOLE_NAMES[gate]), { shape: [cells], data: peepholes[gate] });
  }
  return tensors;
}
