import type { Frames } from '../../data/frames.ts';
import { SignalNoise } from '../../data/signal_noise.ts';
import type { Graph, Port } from '../../model/graph.ts';
import type { WordErrors } from '../../speech/ctc.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteNames } from '../../util/quote_name.ts';
import type { Layout } from '../run/array_reading.ts';
import { type NetworkData, readNetworkData } from '../run/calibration.ts';
import type { Engine } from '../run/engine.ts';
import { type Judge, readJudge, type TaskName } from './judge.ts';

/** Outputs of a model against those of another one in double precision. */
export interface Accuracy {
  /** dB; null where nothing differs. */
  readonly sqnrDb: number | null;
  readonly largestError: number;
  /** null without labels. */
  readonly words: WordErrors | null;
}

/** What outputs are judged on. */
export interface JudgeOptions {
  /** Words or labels of the utterances (JSON), see `readJudge`. */
  readonly labels?: string | undefined;
  /** How outputs are read; default by the network. */
  readonly task?: TaskName | undefined;
}

/** Runs engines of a network over data and compares their only output. */
export class OutputJudge {
  readonly data: NetworkData;
  readonly #output: Port;
  readonly #judge: Judge | null;

  /**
   * @param path of the model; `labels.json` beside it says what its classes mean
   * @throws EsegenError where the network has several outputs, or a file is not valid or does not fit it
   */
  constructor(path: string, graph: Graph, data: NetworkData, { labels, task }: JudgeOptions) {
    const [output, other] = graph.outputs;
    if (output === undefined || other !== undefined) {
      const names = quoteNames(graph.outputs.map(({ name }) => name));
      throw new EsegenError(path, `expected one output to compare, got ${names}`, 'Choose it with --to');
    }
    if (labels === undefined && task !== undefined) {
      throw new EsegenError('--task', 'says how labels are compared, and there are none', 'Give them with --labels');
    }
    this.data = data;
    this.#output = output;
    const tensor = graph.tensors.get(output.tensor)!;
    this.#judge = labels === undefined ? null : readJudge(path, tensor, task, labels, data.utterances.length);
  }

  /**
   * Outputs of an engine, utterance by utterance.
   *
   * @param most utterances that are run, the first so many; default all
   */
  run(engine: Engine, most = this.data.utterances.length): readonly Frames[] {
    return this.data.utterances.slice(0, most).map((inputs) => engine.run(inputs).outputs.get(this.#output.tensor)!);
  }

  /** @param outputs of the first utterances */
  words(outputs: readonly Frames[]): WordErrors | null {
    return this.#judge?.(outputs) ?? null;
  }

  noise(exact: readonly Frames[], y: readonly Frames[]): SignalNoise {
    const noise = new SignalNoise();
    for (const [n, { data }] of exact.entries()) noise.add(data, y[n]!.data);
    return noise;
  }

  compare(exact: readonly Frames[], y: readonly Frames[]): Accuracy {
    const noise = this.noise(exact, y);
    return { sqnrDb: noise.db, largestError: noise.largest, words: this.words(y) };
  }
}

/** Data of the command line: one file or folder for the only input. */
export function readJudgedData(graph: Graph, path: string, layout: Layout | undefined): NetworkData {
  return readNetworkData(graph, [{ name: null, path }], layout);
}
