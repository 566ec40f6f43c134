import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '../../src/model/import/write_safetensors.ts';
import { Rng } from '../../src/util/rng.ts';
import { build } from '../../src/verbs/build.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The committed sample design. */
export const SAMPLE_DIR = join(root, 'generated', 'sample');

const INPUTS = 12;
const CELLS = 16;
const OUTPUTS = 8;

/** A dense LSTMP with peepholes and seeded weights, small enough to read. */
function sampleModel(): Uint8Array {
  const rng = new Rng(1);
  const tensor = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.4 * rng.normal()),
  });
  return writeSafetensors(
    new Map([
      ['weight_ih_l0', tensor(4 * CELLS, INPUTS)],
      ['weight_hh_l0', tensor(4 * CELLS, OUTPUTS)],
      ['weight_hr_l0', tensor(OUTPUTS, CELLS)],
      ['bias_ih_l0', tensor(4 * CELLS)],
      ['bias_hh_l0', { shape: [4 * CELLS], data: new Float32Array(4 * CELLS) }],
      ['weight_ci', tensor(CELLS)],
      ['weight_cf', tensor(CELLS)],
      ['weight_co', tensor(CELLS)],
    ]),
  );
}

/** Builds the sample design of configs/sample.json into a directory. */
export function buildSample(out: string): void {
  const work = join(root, 'build', 'sample');
  mkdirSync(work, { recursive: true });
  const model = join(work, 'model.safetensors');
  writeFileSync(model, sampleModel());
  build({ model, config: join(root, 'configs', 'sample.json'), out });
}
