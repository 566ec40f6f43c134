import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compare, PACKAGED } from '../../../fixtures/public_models.ts';
import { createFrames } from '../../../src/data/frames.ts';
import { importModel } from '../../../src/model/import/read_model.ts';
import { readWav } from '../../../src/speech/wav.ts';
import { windowsOf } from '../../../src/speech/windows.ts';
import { Rng } from '../../../src/util/rng.ts';

const FOLDER = dirname(createRequire(import.meta.url).resolve('@ricky0123/vad-web'));
const WAV = fileURLToPath(new URL('../../../examples/digits/wav/demo5-16k.wav', import.meta.url));
/** Both add up in single precision there. */
const LIMIT = 1e-5;

describe.each(PACKAGED)('$name is what ONNX Runtime computes, state by state', (model) => {
  const path = join(FOLDER, `${model.name}.onnx`);

  test('on speech, which it finds', async () => {
    const { samples } = readWav(readFileSync(WAV), WAV);
    const sound = Float64Array.from(samples, (value) => value / 32768);
    const x = windowsOf(sound, model.sound!);
    const { graph } = importModel(path, model.options);
    const { output, state, low, high } = await compare(model, readFileSync(path), graph, x);
    expect(low).toBeLessThan(0.1);
    expect(high).toBeGreaterThan(0.9);
    expect(output).toBeLessThan(LIMIT);
    expect(state).toBeLessThan(LIMIT);
  });

  test('on normal values', async () => {
    const rng = new Rng(3);
    const x = createFrames(20, model.input.dims.at(-1)!);
    for (let i = 0; i < x.data.length; i++) x.data[i] = rng.normal();
    const { graph } = importModel(path, model.options);
    const { output, state } = await compare(model, readFileSync(path), graph, x);
    expect(output).toBeLessThan(LIMIT);
    expect(state).toBeLessThan(LIMIT);
  });
});
