import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Frames } from '../data/frames.ts';
import type { Config } from '../machine/config.ts';
import { EsegenError } from '../util/errors.ts';
import { readJson } from '../util/read_json.ts';
import { makeFolderTarget, writeFiles } from '../util/write_files.ts';
import { floatEngine } from '../verbs/run/engine.ts';
import { GoldenEngine } from '../verbs/run/golden_engine.ts';
import { OneLayerGolden } from '../verbs/run/one_layer_golden.ts';
import { outputKey } from './keys.ts';
import { Shared } from './shared.ts';
import type { OpenModel } from './task.ts';
import type { Made } from './workshop.ts';

/** What the golden model is worth on the sample. */
export interface GoldenError {
  /** Against the model as given, in double precision; null where nothing is lost. */
  readonly sqnrDb: number | null;
  /** null without labels. */
  readonly errors: number | null;
  readonly words: number | null;
}

const schema = z.strictObject({
  sqnrDb: z.number().nullable(),
  errors: z.int().min(0).nullable(),
  words: z.int().min(0).nullable(),
});

/** Runs golden models, each once, and keeps their errors in a folder that several processes may share. */
export class GoldenErrors {
  readonly #folder: string;
  readonly #task: string;
  readonly #sample: number | undefined;
  readonly #known = new Shared<GoldenError>(4096);
  readonly #exact = new Shared<readonly Frames[]>(1);
  /** Golden models that were run here. */
  runs = 0;

  /**
   * @param folder is made when it is needed
   * @param task stands for models, data, labels and sample
   */
  constructor(folder: string, task: string, sample: number | undefined) {
    this.#folder = folder;
    this.#task = task;
    this.#sample = sample;
  }

  /** @param number of the model */
  of(made: Made, number: number, config: Config): GoldenError {
    const key = createHash('sha256')
      .update(JSON.stringify([this.#task, made.pruned, outputKey(config)]))
      .digest('hex');
    return this.#known.get(key, () => this.#read(key) ?? this.#run(key, made, number));
  }

  #read(key: string): GoldenError | null {
    const file = join(this.#folder, `${key}.json`);
    if (!existsSync(file)) return null;
    const parsed = schema.safeParse(readJson(file));
    if (!parsed.success) throw new EsegenError(file, 'is no error of a golden model', 'Remove it: it is made again');
    return parsed.data;
  }

  #run(key: string, made: Made, number: number): GoldenError {
    const { model } = made;
    const y = model.judge.run(engineOf(made), this.#sample);
    const { sqnrDb, words } = model.judge.compare(this.#exactOf(model, number), y);
    const error = { sqnrDb, errors: words?.errors ?? null, words: words?.words ?? null };
    this.runs++;
    makeFolderTarget(this.#folder);
    // Whoever writes it writes the same.
    writeFiles(new Map([[join(this.#folder, `${key}.json`), `${JSON.stringify(error)}\n`]]));
    return error;
  }

  #exactOf({ graph, judge }: OpenModel, number: number): readonly Frames[] {
    return this.#exact.get(String(number), () => judge.run(floatEngine(graph), this.#sample));
  }
}

function engineOf(made: Made) {
  if (made.kind === 'layer') return new OneLayerGolden(made.graph, made.design, made.hardware.outputLayer);
  const { partition, outputs } = made.prepared;
  return new GoldenEngine(made.graph, { partition, outputs, program: made.design.program });
}
