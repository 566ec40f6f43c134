import type { Config } from '../machine/config.ts';
import { findPart } from '../machine/parts.ts';
import { parseConfig } from '../machine/read_config.ts';
import { EsegenError } from '../util/errors.ts';
import { GoldenErrors } from './golden.ts';
import { cycleKey } from './keys.ts';
import {
  checkPart,
  cycleContent,
  type Figures,
  figuresOf,
  type Run,
  runOf,
  streams,
  voicesOf,
  wordBits,
} from './measures.ts';
import { fits } from './objectives.ts';
import type { BuiltPoint, PointRecord } from './record.ts';
import { Shared } from './shared.ts';
import { configOfPoint, type GridPoint, type Space } from './space.ts';
import type { TaskModel, TaskOptions } from './task.ts';
import { type Made, Workshop } from './workshop.ts';

/** Work that was done, not looked up. */
export interface WorkCounts {
  readonly cycleRuns: number;
  readonly goldenRuns: number;
}

/** Finds out what the points of a space are worth. */
export class Evaluator {
  readonly #space: Space;
  readonly #models: readonly TaskModel[];
  readonly #workshop: Workshop;
  readonly #golden: GoldenErrors;
  readonly #figures = new Shared<Figures>(4096);
  readonly #cycles = new Shared<Run>(4096);
  readonly #runs = new Shared<Run>(4096);

  /**
   * @param folder for errors of golden models
   * @param task stands for models, data, labels and sample
   */
  constructor(space: Space, models: readonly TaskModel[], options: TaskOptions, folder: string, task: string) {
    this.#space = space;
    this.#models = models;
    this.#workshop = new Workshop(models, options);
    this.#golden = new GoldenErrors(folder, task, options.sample);
  }

  get counts(): WorkCounts {
    return { cycleRuns: this.#runs.done, goldenRuns: this.#golden.runs };
  }

  /** Figures of a point, or why it cannot be built. */
  evaluate(grid: GridPoint): PointRecord {
    const { point, model, set } = grid;
    const own = configOfPoint(this.#space, grid);
    const { clockMHz, part } = freeOf(own);
    const common = { point, model: this.#models[model]!.name, set, clockMHz, part };
    // A model or data that cannot be read are no fault of a point.
    this.#workshop.model(model);
    try {
      return { ...common, ...this.#measure(grid, parseConfig(own, 'config')) };
    } catch (error) {
      if (!(error instanceof EsegenError)) throw error;
      return { ...common, reason: error.message };
    }
  }

  #measure(
    { model, set }: GridPoint,
    config: Config,
  ): Omit<BuiltPoint, 'point' | 'model' | 'set' | 'clockMHz' | 'part'> {
    const { clockMHz, part } = config;
    const block = Number(set.block ?? 0);
    let made: Made | null = null;
    const make = () => (made ??= this.#workshop.make(model, block, config));
    const key = JSON.stringify([model, block, cycleKey(config)]);
    checkPart(make(), config);
    const { machine, ...figures } = this.#figures.get(key, () => figuresOf(make()));
    const { cycles, steps, words: taken } = this.#cycles.get(key, () => this.#run(make(), key));
    const { sqnrDb, errors, words } = this.#golden.of(make(), model, config);
    const { meanSteps } = this.#workshop.model(model);
    const stepUs = cycles / steps / clockMHz;
    const timeUs = stepUs * meanSteps;
    return {
      ...{ machine, cycles, steps, latencyUs: streams(make()) ? stepUs : timeUs, timeUs },
      frameUs: stepUs / voicesOf(make()),
      ...{ sqnrDb, errors, words },
      errorRate: errors === null || words === null ? null : words === 0 ? 0 : errors / words,
      ...{ ...figures, fits: findPart(part) === null ? null : fits(figures, part) },
      movedBits: (taken / steps) * wordBits(make()),
    };
  }

  /** Runs the cycle model, unless a network with other widths and the same program has been run. */
  #run(made: Made, key: string): Run {
    const content = made.kind === 'network' ? cycleContent(made.design) : null;
    return this.#runs.get(content ?? key, () => runOf(made));
  }
}

/** Clock and part of a point, which its config need not be valid for. */
function freeOf({ clockMHz, part }: Record<string, unknown>): Pick<Config, 'clockMHz' | 'part'> {
  const given = Object.entries({ clockMHz, part }).filter(([, value]) => value !== undefined);
  return parseConfig({ array: { lanes: 1 }, ...Object.fromEntries(given) }, 'space');
}
