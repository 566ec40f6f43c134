import { EsegenError } from '../../../util/errors.ts';
import type { BatchNormLayer } from '../../graph.ts';
import type { StateDict } from './state_dict.ts';

/**
 * A batch normalization with its running statistics: `running_mean`, `running_var` [C], and `weight`, `bias` [C] where it has
 * them (`affine`).
 *
 * @param eps added to the variance
 * @throws EsegenError naming the tensor that is missing or has another shape, or where a variance is below zero
 */
export function batchNormLayer(state: StateDict, prefix: string, eps: number, channels: number): BatchNormLayer {
  const read = (name: string) => state.floats(prefix + name, '[C]', [channels]);
  const [mean, variance] = [read('running_mean'), read('running_var')];
  state.ignore(`${prefix}num_batches_tracked`);
  const affine = state.has(`${prefix}weight`) || state.has(`${prefix}bias`);
  const [weight, bias] = affine ? [read('weight'), read('bias')] : [null, null];
  const scale = Float64Array.from(variance, (value, n) => (weight?.[n] ?? 1) / Math.sqrt(value + eps));
  const wrong = scale.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new EsegenError(
      state.at(`${prefix}running_var`),
      `expected variances above zero, got ${variance[wrong]} in channel ${wrong} (eps ${eps})`,
      'Check the training run',
    );
  }
  const shift = Float64Array.from(mean, (value, n) => (bias?.[n] ?? 0) - value * scale[n]!);
  return { kind: 'batchNorm', scale, shift };
}
