import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { windowsOf } from '../../src/speech/windows.ts';
import { EsegenError } from '../../src/util/errors.ts';
import { writeNpy } from '../../src/util/npy.ts';
import type { Report } from '../../src/util/report.ts';
import { statPath } from '../../src/util/stat_path.ts';
import { buildModel, type NetworkBuildResult } from '../../src/verbs/build_network.ts';
import { openDesign } from '../../src/verbs/opened/open_design.ts';

/** Silero VAD, versions 5 and 6, at 16 kHz: a call takes 512 new samples and 64 before them. */
const WINDOW = { samples: 576, hop: 512 } as const;
export const RATE = 16_000;

/** Where the public file is, unless the user names another: in a development dependency that has a copy of it. */
export function publicModel(): string {
  const packaged = dirname(createRequire(import.meta.url).resolve('@ricky0123/vad-web'));
  return join(packaged, 'silero_vad_v6.onnx');
}

/**
 * Builds a voice activity detector.
 *
 * @param model Silero VAD, `.onnx`
 * @param calibration sound that fixes the number formats, in parts of full scale at 16 kHz
 * @param out design directory
 * @throws EsegenError where the file is missing or is another model
 */
export function buildDetector(
  model: string,
  config: string,
  calibration: ArrayLike<number>,
  out: string,
): NetworkBuildResult {
  if (statPath(model) === undefined) {
    throw new EsegenError(
      model,
      'does not exist',
      'Name silero_vad.onnx of github.com/snakers4/silero-vad with --model',
    );
  }
  const { frames, width, data } = windowsOf(calibration, WINDOW);
  const calibrate = `${out}-calibration.npy`;
  mkdirSync(dirname(calibrate), { recursive: true });
  writeNpy(calibrate, { dtype: 'float64', shape: [frames, 1, width], data });
  const importOptions = { assume: new Map([['sr', RATE]]), shape: new Map([['input', [1, WINDOW.samples]]]) };
  const built = buildModel({ model, config, calibrate, out, importOptions });
  if (built.kind === 'network') return built.result;
  throw new EsegenError(model, 'is a single LSTM layer, expected Silero VAD');
}

/** What the RTL made of a sound. */
export interface Detection {
  /** Of speech, one for each step of `step` seconds. */
  readonly probabilities: Float64Array;
  readonly step: number;
  readonly comparedWords: number;
  readonly mismatches: number;
  readonly cycles: number;
  readonly cyclesPerFrame: number;
}

/**
 * Probability of speech, computed by the RTL of a detector under Verilator and compared with its golden model, word by word.
 *
 * @param sound in parts of full scale at 16 kHz
 */
export async function detect(dir: string, sound: ArrayLike<number>, report: Report = {}): Promise<Detection> {
  const design = openDesign(dir);
  const { inputs, outputs } = design.graph;
  const before = design.before(new Map([[inputs[0]!.tensor, windowsOf(sound, WINDOW)]]));
  const run = await design.cosimulate([before], { seed: 1, stalls: 0, ...report });
  const { comparedWords, mismatches, cycles, cyclesPerFrame } = run;
  const { data: probabilities } = design.behind(before, run.rtl[0]!).get(outputs[0]!.tensor)!;
  return { probabilities, step: WINDOW.hop / RATE, comparedWords, mismatches, cycles, cyclesPerFrame };
}
