import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImportOptions } from '../../src/model/import/import_options.ts';
import { DDESE, DDESE_BLSTM, LSTMP3, type PublishedNetwork, SOGOU } from './published_networks.ts';

/** A network on hardware of a shipped config, with what it is held against. */
export interface NetworkPoint {
  readonly name: string;
  /** In `configs/`, without `.json`. */
  readonly config: string;
  /** Makes the model, if it is not there, and returns its path. */
  readonly model: (folder: string) => string;
  readonly importOptions?: ImportOptions;
  /** Steps of the input that are simulated: of each voice, or of an utterance where it is answered as a whole. */
  readonly steps: number;
  /** Cycles that a step, or the utterance, may take, and those of multipliers that never wait; null: nothing was set. */
  readonly bar: number | null;
  readonly limit: number | null;
  /** What others published for the network, as they published it. */
  readonly published: string;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function example(file: string): () => string {
  return () => join(ROOT, 'examples', 'networks', file);
}

/** Seeded and dense: the config says how it is pruned. */
function seeded({ write }: PublishedNetwork): (folder: string) => string {
  return (folder) => write(folder, 1);
}

/** Silero VAD 6 as an npm package has it. */
function silero(): string {
  const packaged = createRequire(import.meta.url).resolve('@ricky0123/vad-web');
  return join(dirname(packaged), 'silero_vad_v6.onnx');
}

export const NETWORK_POINTS: readonly NetworkPoint[] = [
  {
    ...{ name: 'sogou', config: 'sogou-ku115', model: seeded(SOGOU), steps: 4, bar: 280_000, limit: 274_658 },
    published: 'DDESE 334,445 cycles a step (133.8 ms for 100 frames at 250 MHz)',
  },
  {
    ...{ name: 'ddese-blstm', config: 'ddese-vu9p', model: seeded(DDESE_BLSTM), steps: DDESE_BLSTM.steps },
    ...{ bar: 205_000, limit: 169_700, published: 'DDESE 15.07 ms at 200 MHz' },
  },
  {
    ...{ name: 'ddese', config: 'ddese-vu13p', model: seeded(DDESE), steps: DDESE.steps, bar: 420_000, limit: 306_000 },
    published: 'DDESE 16.97 ms at 220 MHz',
  },
  {
    ...{ name: 'ds2-p15', config: 'ds2', model: example('ds2-p15.safetensors'), steps: 64, bar: null, limit: null },
    published: '',
  },
  {
    ...{ name: 'gru2-p15', config: 'gru2', model: example('gru2-p15.onnx'), steps: 16, bar: null, limit: null },
    published: '',
  },
  {
    ...{ name: 'lstmp3', config: 'lstmp3', model: seeded(LSTMP3), steps: 16, bar: null, limit: null },
    published: '',
  },
  {
    ...{ name: 'silero-vad', config: 'silero-vad', model: silero, steps: 16, bar: 32_000, limit: 25_960 },
    importOptions: { assume: new Map([['sr', 16_000]]), shape: new Map([['input', [1, 576]]]) },
    published: '',
  },
];

/** Path of the config of a point. */
export function pointConfig({ config }: NetworkPoint): string {
  return join(ROOT, 'configs', `${config}.json`);
}
