import { pruneRecurrent } from '../../compiler/prune/prune_graph.ts';
import type { NetworkData } from '../../compiler/random_utterances.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph, NodeId } from '../../model/graph.ts';
import type { Program } from '../../program/program.ts';
import type { WordErrors } from '../../speech/ctc.ts';
import type { Progress } from '../../util/report.ts';
import { floatEngine } from '../run/engine.ts';
import { goldenModels, type MakeGolden } from '../run/golden_model.ts';
import type { OutputJudge } from './judged_outputs.ts';

/** Accuracy of the golden model at a pair of widths and a density. */
export interface WidthNoise {
  /** The layer that alone has these weight bits or this density, while the others are as the config says; null: all. */
  readonly layer: NodeId | null;
  /** null: as the config says. */
  readonly density: number | null;
  readonly weightBits: number;
  readonly vectorBits: number;
  /** Of the outputs against double precision. dB; null where nothing differs. */
  readonly sqnrDb: number | null;
  readonly largestError: number;
  /** null without labels. */
  readonly words: WordErrors | null;
  /** Bits of the widest accumulators. */
  readonly accumulatorBits: number;
}

/** What to try. */
export interface Widths {
  readonly weightBits: readonly number[];
  readonly vectorBits: readonly number[];
  /** null: those of the config only. */
  readonly densities: readonly number[] | null;
}

/** A network as `build` would prune it, and what its outputs are judged by. */
export interface SweptNetwork {
  readonly path: string;
  readonly graph: Graph;
  readonly config: Config;
  readonly calibration: NetworkData;
  readonly judge: OutputJudge;
}

/**
 * Compares widths and densities: of the whole network all with all; then layer by layer, where there are several, each weight width and
 * each density in that layer alone.
 *
 * @throws EsegenError where the ranges of the model do not fit the widths
 */
export function sweepWidths(
  swept: SweptNetwork,
  { weightBits, vectorBits, densities }: Widths,
  progress: Progress,
): readonly WidthNoise[] {
  const { path, graph, config, calibration, judge } = swept;
  const exact = judge.run(floatEngine(graph));
  const row = (make: MakeGolden, own: Config, layer: NodeId | null, density: number | null, bits: number) => {
    const { engine, program } = make(own);
    const accuracy = judge.compare(exact, judge.run(engine));
    const accumulatorBits = widestAccumulator(program);
    return { layer, density, weightBits: bits, vectorBits: own.vectorBits, ...accuracy, accumulatorBits };
  };
  const rows: WidthNoise[] = [];
  const asBuilt = goldenModels(path, graph, calibration);
  for (const density of densities ?? [null]) {
    const make = density === null ? asBuilt : goldenModels(path, pruneRecurrent(graph, config, density), calibration);
    for (const weights of weightBits) {
      for (const vectors of vectorBits) {
        progress(`${nameOf(density)}${weights}-bit weights, ${vectors}-bit vectors`);
        const own = { ...config, layers: undefined, weightBits: weights, vectorBits: vectors };
        rows.push(row(make, own, null, density, weights));
      }
    }
  }
  const { layers } = asBuilt(config);
  if (layers.length < 2) return rows;
  for (const id of layers) {
    const usual = config.layers?.[id]?.weightBits ?? config.weightBits;
    for (const weights of weightBits.filter((bits) => bits !== usual)) {
      progress(`${id}: ${weights}-bit weights`);
      const own = { ...config, layers: { ...config.layers, [id]: { weightBits: weights } } };
      rows.push(row(asBuilt, own, id, null, weights));
    }
    const node = graph.nodes.find((each) => each.id === id);
    if (node?.layer.kind !== 'lstm' && node?.layer.kind !== 'gru') continue;
    for (const density of densities ?? []) {
      progress(`${id}: ${nameOf(density)}`);
      const make = goldenModels(path, pruneRecurrent(graph, config, density, id), calibration);
      rows.push(row(make, config, id, density, usual));
    }
  }
  return rows;
}

function nameOf(density: number | null): string {
  return density === null ? '' : `${(100 * density).toFixed(1)} %, `;
}

function widestAccumulator({ segments }: Program): number {
  return segments.reduce((most, { accumulator }) => Math.max(most, accumulator.bits), 0);
}
