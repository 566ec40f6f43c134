import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readModel } from '../../src/model/import/read_model.ts';
import { FloatLstm } from '../../src/model/reference/float_lstm.ts';
import { greedyCtc } from '../../src/speech/ctc.ts';
import { samplesAt8kHz } from '../../src/speech/decimate.ts';
import { parseFeatureNorm, speechFeatures } from '../../src/speech/features.ts';
import { applyOutputLayer } from '../../src/speech/output_layer.ts';
import { readWav } from '../../src/speech/wav.ts';

const FOLDER = new URL('../../examples/digits/', import.meta.url);
const demoSchema = z.object({
  files: z.array(
    z.object({ file: z.string(), digits: z.string(), samples: z.int(), n8k: z.int(), sum8k: z.int(), rate: z.int() }),
  ),
});

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8'));
}

describe('the digits example in double precision', () => {
  const { files } = demoSchema.parse(readJson('wav/demo.json'));
  const norm = parseFeatureNorm(readJson('digits.norm.json'), 'digits.norm.json');
  const { layer, outputLayer } = readModel(fileURLToPath(new URL('digits-p10.safetensors', FOLDER)));

  it('has six sound files', () => {
    expect(files).toHaveLength(6);
  });

  it.each(files)('reads $digits from $file', ({ file, digits, rate, samples, n8k, sum8k }) => {
    const wav = readWav(readFileSync(new URL(`wav/${file}`, FOLDER)), file);
    expect([wav.sampleRate, wav.samples.length]).toEqual([rate, samples]);
    const sound = samplesAt8kHz(wav);
    expect([sound.length, sound.reduce((sum, sample) => sum + sample, 0)]).toEqual([n8k, sum8k]);
    const y = new FloatLstm(layer).run(speechFeatures(sound, norm));
    expect(greedyCtc(applyOutputLayer(outputLayer!, y), 10).join('')).toBe(digits);
  });
});
