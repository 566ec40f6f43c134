import { readFileSync } from 'node:fs';
import { cosimulate, runGolden } from '../../sim-verilator/cosimulate.ts';
import { singleVoice } from '../../sim-verilator/stimuli.ts';
import { createFrames, type Frames } from '../data/frames.ts';
import { loadDesign } from '../design/load_design.ts';
import { FloatLstm } from '../model/reference/float_lstm.ts';
import { greedyCtc } from '../speech/ctc.ts';
import { samplesAt8kHz } from '../speech/decimate.ts';
import { FEATURE_RATE, speechFeatures } from '../speech/features.ts';
import { applyOutputLayer } from '../speech/output_layer.ts';
import { readWav } from '../speech/wav.ts';
import { EsegenError } from '../util/errors.ts';
import { causeOf } from '../util/file_error.ts';
import type { Report } from '../util/report.ts';
import { quantizeFrames } from './simulation/input_frames.ts';

/** What computes the LSTM layer: the RTL under Verilator, the golden model, or the double-precision model. */
export const ENGINES = ['rtl', 'golden', 'float'] as const;
export type EngineName = (typeof ENGINES)[number];

/** A transcription. */
export interface Transcription {
  /** Labels of the classes that were recognised, in order. */
  readonly words: readonly string[];
  readonly engine: EngineName;
  /** Length of the audio in seconds, and LSTM steps made of it. */
  readonly seconds: number;
  readonly frames: number;
  /** With the RTL engine: the co-simulation's verdict and speed. */
  readonly rtl: {
    readonly comparedWords: number;
    readonly mismatches: number;
    readonly cycles: number;
    readonly cyclesPerFrame: number;
    readonly utilization: number;
  } | null;
}

function readAudio(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new EsegenError(path, `cannot be read (${causeOf(error)})`, 'Name a WAV file');
  }
}

function toReals(integers: Int16Array, width: number, frac: number): Frames {
  const frames = createFrames(integers.length / width, width);
  for (let i = 0; i < integers.length; i++) frames.data[i] = integers[i]! / 2 ** frac;
  return frames;
}

/**
 * Recording to words: features, LSTM layer, output layer, greedy CTC. All but the LSTM layer runs on the host.
 *
 * @param dir design directory with an output layer, labels and feature normalisation
 * @param wav 16-bit PCM mono at 8 or 16 kHz
 * @throws EsegenError for audio of another kind, or a design without what transcription needs
 */
export async function transcribe(
  dir: string,
  wav: string,
  engine: EngineName = 'rtl',
  report: Report = {},
): Promise<Transcription> {
  const loaded = loadDesign(dir);
  const { design } = loaded;
  const { formats, dimensions } = design;
  const model = loaded.readModel();
  const norm = loaded.readNorm();
  const labels = loaded.readLabels();
  if (model.outputLayer === null || norm === null || labels === null) {
    throw new EsegenError(
      dir,
      'has no output layer, labels or feature normalisation, so its output cannot be read as words',
      'Build it from a model with fc.weight, with labels.json and a .norm.json beside it',
    );
  }
  const samples = samplesAt8kHz(readWav(readAudio(wav), wav));
  const features = speechFeatures(samples, norm);
  if (features.frames === 0)
    throw new EsegenError(wav, 'is too short for one frame of features', 'Record at least 35 ms');

  let y: Frames;
  let rtl: Transcription['rtl'] = null;
  if (engine === 'float') {
    y = new FloatLstm(model.layer).run(features);
  } else {
    const input = singleVoice(quantizeFrames(features, formats));
    if (engine === 'golden') {
      y = toReals(runGolden(design, input), dimensions.outputs, formats.yFrac);
    } else {
      const run = { simulator: 'verilator', seed: 1, stalls: 0, ...report } as const;
      const cosim = await cosimulate(loaded.dir, design, input, run);
      y = toReals(cosim.rtl, dimensions.outputs, formats.yFrac);
      rtl = {
        comparedWords: cosim.comparedWords,
        mismatches: cosim.mismatches,
        cycles: cosim.cycles,
        cyclesPerFrame: cosim.steady.cyclesPerFrame,
        utilization: cosim.steady.load!.utilization,
      };
    }
  }
  const classes = greedyCtc(applyOutputLayer(model.outputLayer, y), labels.blank);
  return {
    words: classes.map((c) => labels.labels[c]!),
    engine,
    seconds: samples.length / FEATURE_RATE,
    frames: features.frames,
    rtl,
  };
}
