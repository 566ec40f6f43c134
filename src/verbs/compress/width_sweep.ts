import type { NetworkData } from '../../compiler/random_utterances.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph, NodeId } from '../../model/graph.ts';
import { type StoredWords, storedWords } from '../../program/network/stored_words.ts';
import type { Program } from '../../program/program.ts';
import type { WordErrors } from '../../speech/ctc.ts';
import type { Progress } from '../../util/report.ts';
import { floatEngine } from '../run/engine.ts';
import { goldenModels, type MakeGolden } from '../run/golden_model.ts';
import type { OutputJudge } from './judged_outputs.ts';
import { AS_BUILT, type Structure, structureName, structuresOf, withStructure } from './structures.ts';

/** Accuracy of the golden model at a pair of widths and a structure. */
export interface WidthNoise extends Structure {
  /** The layer that alone has these weight bits or this structure, while the others are as the config says; null: all. */
  readonly layer: NodeId | null;
  readonly weightBits: number;
  readonly vectorBits: number;
  /** Of the outputs against double precision. dB; null where nothing differs. */
  readonly sqnrDb: number | null;
  readonly largestError: number;
  /** null without labels. */
  readonly words: WordErrors | null;
  /** Bits of the widest accumulators. */
  readonly accumulatorBits: number;
  /** Words of weights of the whole network: with the index of the config, or with none where that takes fewer bits. */
  readonly stored: StoredWords;
}

/** What to try. */
export interface Widths {
  readonly weightBits: readonly number[];
  readonly vectorBits: readonly number[];
  /** null: those of the config only. */
  readonly densities: readonly number[] | null;
  readonly blocks: readonly number[] | null;
}

/** A network as `build` would prune it, and what its outputs are judged by. */
export interface SweptNetwork {
  readonly path: string;
  readonly graph: Graph;
  /** Before pruning. */
  readonly given: Graph;
  readonly config: Config;
  readonly calibration: NetworkData;
  readonly judge: OutputJudge;
}

/**
 * Compares widths and structures: of the whole network all with all; then layer by layer, where there are several, each weight width and
 * each structure in that layer alone.
 *
 * @throws EsegenError where the ranges of the model do not fit the widths
 */
export function sweepWidths(
  swept: SweptNetwork,
  { weightBits, vectorBits, densities, blocks }: Widths,
  progress: Progress,
): readonly WidthNoise[] {
  const { path, graph, config, calibration, judge } = swept;
  const exact = judge.run(floatEngine(graph));
  const row = (make: MakeGolden, own: Config, layer: NodeId | null, structure: Structure, bits: number): WidthNoise => {
    const { engine, program } = make(own);
    const accuracy = judge.compare(exact, judge.run(engine));
    const sizes = {
      accumulatorBits: widestAccumulator(program),
      stored: storedWords(program, [own.indexBits, 0], own.activationQueue === 'group'),
    };
    return { layer, ...structure, weightBits: bits, vectorBits: own.vectorBits, ...accuracy, ...sizes };
  };
  const rows: WidthNoise[] = [];
  const modelsFor = (own: Graph) => goldenModels(path, own, calibration);
  const asBuilt = modelsFor(graph);
  const structures = structuresOf(densities, blocks);
  const modelsOf = (structure: Structure, only: NodeId | null) =>
    structure === AS_BUILT ? asBuilt : modelsFor(withStructure(path, swept, config, structure, only));
  for (const structure of structures) {
    const make = modelsOf(structure, null);
    for (const weights of weightBits) {
      for (const vectors of vectorBits) {
        progress(`${structureName(structure)}, ${weights}-bit weights, ${vectors}-bit vectors`);
        const own = { ...config, layers: undefined, weightBits: weights, vectorBits: vectors };
        rows.push(row(make, own, null, structure, weights));
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
      rows.push(row(asBuilt, own, id, AS_BUILT, weights));
    }
    const node = graph.nodes.find((each) => each.id === id);
    if (node?.layer.kind !== 'lstm' && node?.layer.kind !== 'gru') continue;
    for (const structure of structures.filter((own) => own !== AS_BUILT)) {
      progress(`${id}: ${structureName(structure)}`);
      rows.push(row(modelsOf(structure, id), config, id, structure, usual));
    }
  }
  return rows;
}

function widestAccumulator({ segments }: Program): number {
  return segments.reduce((most, { accumulator }) => Math.max(most, accumulator.bits), 0);
}
