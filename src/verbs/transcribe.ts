import { readFileSync } from 'node:fs';
import type { Frames } from '../data/frames.ts';
import { elementsOf } from '../model/graph.ts';
import { ctcLabels, greedyCtc } from '../speech/ctc.ts';
import { samplesAt8kHz } from '../speech/decimate.ts';
import { FEATURE_RATE, featureSteps, speechFeatures } from '../speech/features.ts';
import { readWav } from '../speech/wav.ts';
import { EsegenError } from '../util/errors.ts';
import { causeOf } from '../util/file_error.ts';
import type { Report } from '../util/report.ts';
import { type ClassOutput, classOutput } from './class_output.ts';
import { openDesign } from './opened/open_design.ts';
import type { OpenedDesign } from './opened/opened_design.ts';
import { floatEngine } from './run/engine.ts';
import type { Values } from './run/host_parts.ts';

/** What computes what the design has of the model: the RTL under Verilator, the golden model, or the double-precision model. */
export const ENGINES = ['rtl', 'golden', 'float'] as const;
export type EngineName = (typeof ENGINES)[number];

/** A transcription. */
export interface Transcription {
  /** Labels of the classes that were recognised, in order. */
  readonly words: readonly string[];
  readonly engine: EngineName;
  /** Length of the audio in seconds, and steps of the network's input made of it. */
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

/**
 * Recording to words: features, network, greedy CTC. The host computes the features, what the hardware does not run of the model (the
 * output layer of a one-layer design, a softmax at the end), and the CTC.
 *
 * @param dir design directory with labels and feature normalisation
 * @param wav 16-bit PCM mono at 8 or 16 kHz
 * @throws EsegenError for audio of another kind, or a design without what transcription needs
 */
export async function transcribe(
  dir: string,
  wav: string,
  engine: EngineName = 'rtl',
  report: Report = {},
): Promise<Transcription> {
  const design = openDesign(dir);
  const { labels, norm, output } = speechOf(dir, design);
  const samples = samplesAt8kHz(readWav(readAudio(wav), wav));
  const { tensor } = design.graph.inputs[0]!;
  const features = featureSteps(speechFeatures(samples, norm), elementsOf(design.graph.tensors.get(tensor)!));
  if (features === null) throw notSpeech(dir);
  if (features.frames === 0)
    throw new EsegenError(wav, 'is too short for one frame of features', 'Record at least 35 ms');

  const inputs = new Map([[tensor, features]]);
  let outputs: Values;
  let rtl: Transcription['rtl'] = null;
  if (engine === 'rtl') {
    const before = design.before(inputs);
    const run = await design.cosimulate([before], { seed: 1, stalls: 0, ...report });
    const { comparedWords, mismatches, cycles, cyclesPerFrame, load } = run;
    outputs = design.behind(before, run.rtl[0]!);
    rtl = { comparedWords, mismatches, cycles, cyclesPerFrame, utilization: load!.utilization };
  } else {
    const model = engine === 'golden' ? design.golden().engine : floatEngine(design.graph);
    outputs = model.run(inputs).outputs;
  }
  return {
    words: classesOf(outputs.get(output.tensor)!, output, labels.blank).map((c) => labels.labels[c]!),
    engine,
    seconds: samples.length / FEATURE_RATE,
    frames: features.frames,
    rtl,
  };
}

function readAudio(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new EsegenError(path, `cannot be read (${causeOf(error)})`, 'Name a WAV file');
  }
}

/** What transcription needs of a design. */
function speechOf(dir: string, design: OpenedDesign) {
  const { graph } = design;
  const [labels, norm, output] = [design.readLabels(), design.readNorm(), classOutput(graph)];
  if (labels === null || norm === null || output === null || graph.inputs.length !== 1) throw notSpeech(dir);
  return { labels, norm, output };
}

function notSpeech(dir: string): EsegenError {
  return new EsegenError(
    dir,
    'has no output layer, labels or feature normalisation, so its output cannot be read as words',
    'Build it from a model with an output layer, with labels.json and a .norm.json beside it',
  );
}

function classesOf(output: Frames, { decided }: ClassOutput, blank: number): number[] {
  return decided ? ctcLabels(output.data, blank) : greedyCtc(output, blank);
}
