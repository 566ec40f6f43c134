import type { SaturationReport } from '../../golden/saturation.ts';
import type { Config } from '../../machine/config.ts';
import type { ImportOptions } from '../../model/import/import_options.ts';
import type { WordErrors } from '../../speech/ctc.ts';
import type { Layout } from '../run/array_reading.ts';
import type { TaskName } from './judge.ts';

/** What to evaluate. */
export interface EvaluateOptions {
  /** Path of the trained model. */
  readonly model: string;
  /** A config, or the path of one; its array and rule prune. */
  readonly config: string | Config;
  /** What the user says of the model file. */
  readonly importOptions?: ImportOptions | undefined;
  /** Data to evaluate on, with utterance borders, as calibration frames; of a network, all that `run` takes. */
  readonly data: string;
  /** What the axes of the data are, where they can be read in two ways. */
  readonly layout?: Layout | undefined;
  /** Words or labels of the utterances (JSON), see `readJudge`. */
  readonly labels?: string | undefined;
  /** How outputs are read; default by the network. */
  readonly task?: TaskName | undefined;
  /** Frames that fix the number formats; default as in `build`. */
  readonly calibrate?: string | undefined;
  /** Densities to prune to, above 0; default what `build` makes of the model. */
  readonly densities?: readonly number[] | undefined;
  /** Bits of weights and of vectors; default those of the config. */
  readonly weights?: readonly number[] | undefined;
  readonly vectors?: readonly number[] | undefined;
  /** Called before each run of a model. */
  readonly progress?: ((done: number, total: number, what: string) => void) | undefined;
}

/** Outputs of a model against those of the model as it was given, in double precision. */
export interface Accuracy {
  /** dB; null where nothing differs. */
  readonly sqnrDb: number | null;
  readonly largestError: number;
  /** null without labels. */
  readonly words: WordErrors | null;
}

/** The golden model of a pruned model at a pair of widths. */
export interface GoldenRow {
  readonly weightBits: number;
  readonly vectorBits: number;
  /** Against the dense model, and against the pruned one in double precision: what fixed point costs. */
  readonly accuracy: Accuracy;
  readonly ofPruned: Accuracy;
  /** null of a network, whose `warnings` say what counts. */
  readonly saturation: SaturationReport | null;
  /** Lines on the formats of a network. */
  readonly warnings: readonly string[];
}

/** A pruned model in double precision, and its golden models. */
export interface DensityRow {
  /** Share of weights that is left. */
  readonly density: number;
  readonly float: Accuracy;
  readonly golden: readonly GoldenRow[];
}

/** What the model and its compressed versions are worth. */
export interface Evaluation {
  readonly data: string;
  readonly calibration: string;
  /** Of the model as it was given, in double precision. */
  readonly words: WordErrors | null;
  readonly densities: readonly DensityRow[];
}
