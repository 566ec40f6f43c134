import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { Rng } from '../../src/util/rng.ts';

/** Shape of the layer that ESE was published with (Han et al., FPGA 2017): 3,248,128 weights. */
export const ESE_SHAPE = { inputs: 153, cells: 1024, outputs: 512 } as const;

const SIGMA = 0.05;

/**
 * A dense model of ESE's shape with seeded normal weights, projection and peepholes, as a safetensors file. The trained weights
 * of ESE are not public; what counts for cycles is the number of weights per lane and column, which pruning decides.
 */
export function eseModel(seed: number): Uint8Array {
  const { inputs, cells, outputs } = ESE_SHAPE;
  const rng = new Rng(seed);
  const tensor = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => SIGMA * rng.normal()),
  });
  return writeSafetensors(
    new Map([
      ['weight_ih_l0', tensor(4 * cells, inputs)],
      ['weight_hh_l0', tensor(4 * cells, outputs)],
      ['weight_hr_l0', tensor(outputs, cells)],
      ['bias_ih_l0', tensor(4 * cells)],
      ['bias_hh_l0', { shape: [4 * cells], data: new Float32Array(4 * cells) }],
      ['weight_ci', tensor(cells)],
      ['weight_cf', tensor(cells)],
      ['weight_co', tensor(cells)],
    ]),
  );
}
