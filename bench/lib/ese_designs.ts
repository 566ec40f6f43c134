import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFiles } from '../../src/util/write_files.ts';
import { build } from '../../src/verbs/build.ts';
import { eseModel } from './ese_model.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SEED = 2017;

/** Configs of ESE's layer at full size, in `configs/`. */
export const ESE_CONFIGS = [
  'ese-ku060',
  'ese-ku060-padding-aware',
  'ese-ku060-column-balanced',
  'latency-ku060',
  'throughput2-ku060',
  'latency2-ku060',
] as const;

/** Writes the seeded model of ESE's layer and returns its path; never half of it, so that benches may run side by side. */
export function writeEseModel(): string {
  const work = join(ROOT, 'build', 'ese');
  mkdirSync(work, { recursive: true });
  const path = join(work, 'model.safetensors');
  writeFiles(new Map([[path, eseModel(SEED)]]));
  return path;
}

/** Builds a config of `configs/` with the seeded model. Returns the design directory. */
export function buildEse(model: string, name: string): string {
  const out = join(ROOT, 'build', 'ese', name);
  build({ model, config: join(ROOT, 'configs', `${name}.json`), out });
  return out;
}

/** Which of the configs to run: those named on the command line, or all. */
export function chosenConfigs(names: readonly string[]): readonly string[] {
  return names.length === 0 ? ESE_CONFIGS : names;
}
