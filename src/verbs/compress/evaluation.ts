import type { Config } from '../../machine/config.ts';
import type { ImportOptions } from '../../model/import/import_options.ts';
import type { StoredWords } from '../../program/network/stored_words.ts';
import type { WordErrors } from '../../speech/ctc.ts';
import type { Layout } from '../run/array_reading.ts';
import type { SaturatedVector } from '../run/engine.ts';
import type { Accuracy, JudgeOptions } from './judged_outputs.ts';

/** What to evaluate. */
export interface EvaluateOptions extends JudgeOptions {
  /** Path of the trained model, or of a design directory. */
  readonly model: string;
  /** A config, or the path of one; its array and rule prune. A design has its own. */
  readonly config?: string | Config | undefined;
  /** What the user says of the model file. */
  readonly importOptions?: ImportOptions | undefined;
  /** Data to evaluate on, all that `run` takes; an `.npy` with utterance borders beside it, as calibration frames. */
  readonly data: string;
  /** What the axes of the data are, where they can be read in two ways. */
  readonly layout?: Layout | undefined;
  /** Frames that fix the number formats; default as in `build`. */
  readonly calibrate?: string | undefined;
  /** Densities to prune to, above 0; default what `build` makes of the model. */
  readonly densities?: readonly number[] | undefined;
  /** Blocks to make the recurrent layers block-circulant with: the nearest matrices to those given. */
  readonly blocks?: readonly number[] | undefined;
  /** Bits of weights and of vectors; default those of the config. */
  readonly weights?: readonly number[] | undefined;
  readonly vectors?: readonly number[] | undefined;
  /** Called before each run of a model. */
  readonly progress?: ((done: number, total: number, what: string) => void) | undefined;
}

/** The golden model of a compressed model at a pair of widths. */
export interface GoldenRow {
  readonly weightBits: number;
  readonly vectorBits: number;
  /** Its words of weights: with the index of the config, or with none where that takes fewer bits. */
  readonly stored: StoredWords;
  /** Against the model as given, and against the compressed one in double precision: what fixed point costs. */
  readonly accuracy: Accuracy;
  readonly ofPruned: Accuracy;
  /** Shares of the values of its vectors that saturate on the data, largest first. */
  readonly saturated: readonly SaturatedVector[];
  /** Lines on its formats and on what saturates. */
  readonly warnings: readonly string[];
}

/** A compressed model in double precision, against the model as given, and its golden models. */
export interface StructureRow {
  /** Block that its recurrent layers were given; null where it was pruned, or is as `build` has it. */
  readonly block: number | null;
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
  readonly structures: readonly StructureRow[];
}
