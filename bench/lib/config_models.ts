import { mkdirSync, readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImportOptions } from '../../src/model/import/import_options.ts';
import { pruneCirculant } from '../../src/verbs/prune_circulant.ts';
import { writeEseModel } from './ese_designs.ts';
import { NETWORK_POINTS } from './network_points.ts';
import { NETWORK_FOLDER } from './published_networks.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A model that a shipped config is for, or one of its sizes with seeded weights. */
export interface ConfigModel {
  readonly path: string;
  readonly importOptions?: ImportOptions | undefined;
}

/** Names of the shipped configs. */
export function shippedConfigs(): readonly string[] {
  return readdirSync(join(ROOT, 'configs')).map((file) => file.replace(/\.json$/, ''));
}

/** Path of a shipped config. */
export function configPath(name: string): string {
  return join(ROOT, 'configs', `${name}.json`);
}

/** The model with its recurrent matrices taken to blocks. */
function circulant(model: string, block: number): ConfigModel {
  mkdirSync(NETWORK_FOLDER, { recursive: true });
  const out = join(NETWORK_FOLDER, `${parse(model).name}-blocks-${block}.safetensors`);
  pruneCirculant({ model, blocks: new Map([['default', block]]), out });
  return { path: out };
}

/** Makes the model of a config: weights without a public source are seeded. */
export function modelOfConfig(name: string): ConfigModel {
  const point = NETWORK_POINTS.find(({ config }) => config === name);
  if (point !== undefined) return { path: point.model(NETWORK_FOLDER), importOptions: point.importOptions };
  if (name === 'sample') return { path: join(ROOT, 'generated', 'sample', 'host', 'model.safetensors') };
  if (name === 'circulant-gru2') return circulant(join(ROOT, 'examples', 'networks', 'gru2-p15.onnx'), 8);
  const ese = writeEseModel();
  if (name.startsWith('circulant-ese-')) return circulant(ese, name.includes('k8') ? 8 : 16);
  return { path: ese };
}
