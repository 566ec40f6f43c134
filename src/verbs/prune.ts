import { isPrunable } from '../compiler/prune/config_density.ts';
import { maskNode, type NodeMasks, selectNodeWeights } from '../compiler/prune/prune_node.ts';
import type { Config } from '../machine/config.ts';
import type { Graph, Node, NodeId } from '../model/graph.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import { importModel } from '../model/import/read_model.ts';
import { layersPath } from '../model/import/safetensors.ts';
import { type MatrixName, matricesOf } from '../model/matrices.ts';
import { spansOf } from '../model/side_by_side.ts';
import { EsegenError } from '../util/errors.ts';
import type { Progress } from '../util/report.ts';
import { checkFileTarget, writeFiles } from '../util/write_files.ts';
import { type Densities, DensityTable } from './compress/densities.ts';
import { configOf } from './compress/input.ts';
import { OutputJudge, readJudgedData } from './compress/judged_outputs.ts';
import { magnitudeMasks, maskImbalance } from './compress/mask_figures.ts';
import { prunedFiles } from './compress/pruned_files.ts';
import { SCANNED, type Sensitivity, scanSensitivity } from './compress/sensitivity.ts';
import { addLayerFile } from './compress/written_model.ts';
import { inspectCirculant } from './inspect_circulant.ts';

/** What to prune. */
export interface PruneOptions {
  /** Path of the trained model, of any network. */
  readonly model: string;
  /** What the user says of the model file. */
  readonly importOptions?: ImportOptions | undefined;
  /** Densities, rule and array; or the path of a config. */
  readonly config: string | Config;
  /** Densities that count before those of the config, see {@link DensityTable}. */
  readonly densities?: Densities | undefined;
  /** Safetensors file to write; the masks go to `<stem>.masks.safetensors` beside it. Nothing is written without. */
  readonly out?: string | undefined;
  /** Scan of the matrices, whose proposal takes the place of the densities. */
  readonly sensitivity?: SensitivityOptions | undefined;
  /** Called at the begin of each long stage. */
  readonly progress?: Progress | undefined;
}

/** What the scan looks at. */
export interface SensitivityOptions {
  /** All that `run` takes as input; an `.npy` with utterance borders beside it, as calibration frames. */
  readonly data: string;
  /** Words of the utterances, see `readReferences`. */
  readonly labels?: string | undefined;
  /** Share of all weights of recurrent layers that is to stay. */
  readonly density: number;
}

/** What is left of a matrix. */
export interface PrunedMatrix {
  /** Node of the network. */
  readonly layer: NodeId;
  readonly name: MatrixName;
  readonly weights: number;
  readonly kept: number;
  /** Share of the squared magnitude that stays. */
  readonly keptEnergy: number;
  /** Block of which it is block-circulant, so that it stays as it is; null of another one. */
  readonly block: number | null;
  /** Words that hold it: those of its spectra, or its weights that are left. */
  readonly words: number;
}

/** What pruning made. */
export interface PruneResult {
  /** Of the matrices that pruning looked at. */
  readonly weights: number;
  readonly kept: number;
  readonly matrices: readonly PrunedMatrix[];
  /** Weights of the fullest PE over the mean, of all layers the worst: here, and by magnitude without balance. */
  readonly imbalance: number;
  readonly plainImbalance: number;
  readonly sensitivity: Sensitivity | null;
  /** Files written. */
  readonly files: readonly string[];
}

/** Where the masks of a pruned model go. */
export function masksPath(out: string): string {
  return `${out.replace(/\.safetensors$/i, '')}.masks.safetensors`;
}

/**
 * Prunes a network, whether it has zeros already or not, and writes it with its masks: all matrices of its recurrent layers, and those of
 * linear layers where a density names them. Block-circulant matrices stay as they are where none does; a layer of these alone has no masks.
 *
 * @throws EsegenError where an input is not valid or a file cannot be written; nothing is written then
 */
export function prune(options: PruneOptions): PruneResult {
  const { model: path, out, importOptions = {}, progress = () => {} } = options;
  const config = configOf(options.config);
  if (out !== undefined) {
    if (!/\.safetensors$/i.test(out)) throw new EsegenError(out, 'expected a name that ends in .safetensors');
    for (const file of [out, masksPath(out), layersPath(out)]) checkFileTarget(file, [path]);
  }
  progress('read model');
  const imported = importModel(path, importOptions);
  const { graph } = imported;
  if (!graph.nodes.some(isPrunable)) throw new EsegenError(path, 'has no layer that can be pruned');
  const sensitivity =
    options.sensitivity === undefined ? null : scan(path, graph, config, options.sensitivity, progress);
  const given = new Map(sensitivity === null ? options.densities : Object.entries(sensitivity.proposal));
  const densities = new DensityTable(graph, config, given);

  progress('prune');
  const looked = graph.nodes.filter(
    (node) => isPrunable(node) && (node.layer.kind !== 'linear' || !staysWhole(node, densities)),
  );
  const nodes = looked.filter(
    (node) =>
      !staysWhole(node, densities) ||
      matricesOf(node.layer).some(([matrix]) => densities.blockOf(node, matrix) === null),
  );
  const masks = new Map(
    nodes.map((node) => [node.id, selectNodeWeights(node.layer, config, (matrix) => densities.of(node, matrix))]),
  );
  const matrices = looked.flatMap((node) => prunedMatrices(graph, node, masks.get(node.id)));
  const worst = (of: (node: Node) => number) => nodes.reduce((most, node) => Math.max(most, of(node)), 1);
  const result = {
    weights: matrices.reduce((sum, { weights }) => sum + weights, 0),
    kept: matrices.reduce((sum, { kept }) => sum + kept, 0),
    matrices,
    imbalance: worst(({ id, layer }) => maskImbalance(layer, masks.get(id)!, config)),
    plainImbalance: worst((node) => {
      const plain = magnitudeMasks(node.layer, (matrix) => densities.of(node, matrix));
      return maskImbalance(node.layer, plain, config);
    }),
    sensitivity,
  };
  if (out === undefined) return { ...result, files: [] };
  progress('write');
  const { model, masks: maskFile, layers } = prunedFiles(path, imported, masks, importOptions.layers);
  const files = new Map<string, string | Uint8Array>([
    [out, model],
    [masksPath(out), maskFile],
  ]);
  addLayerFile(files, out, layers);
  writeFiles(files);
  return { ...result, files: [...files.keys()] };
}

function scan(
  path: string,
  graph: Graph,
  config: Config,
  { data, labels, density }: SensitivityOptions,
  progress: Progress,
): Sensitivity {
  const least = SCANNED.at(-1)!;
  if (!(density >= least && density <= 1)) {
    throw new EsegenError('--density', `expected a number from ${least} to 1 for a scan, got ${density}`);
  }
  const judge = new OutputJudge(path, graph, readJudgedData(graph, data, undefined), { labels });
  return scanSensitivity(graph, config, judge, density, progress);
}

function staysWhole(node: Node, densities: DensityTable): boolean {
  return matricesOf(node.layer).every(([matrix]) => densities.of(node, matrix) === 1);
}

/** @param masks none of a layer that stays as it is */
function prunedMatrices(graph: Graph, node: Node, masks: NodeMasks = new Map()): PrunedMatrix[] {
  const stored = inspectCirculant(maskNode(node.layer, masks), (name) => spansOf(graph, node, name)).matrices;
  return matricesOf(node.layer).map(([name, { values }]) => {
    const mask = masks.get(name);
    let kept = 0;
    let energy = 0;
    let all = 0;
    for (let at = 0; at < values.length; at++) {
      const square = values[at]! ** 2;
      all += square;
      if (mask?.[at] === 0) continue;
      kept++;
      energy += square;
    }
    const { block = null, words } = stored.get(name) ?? { words: null };
    const keptEnergy = all === 0 ? 1 : energy / all;
    return { layer: node.id, name, weights: values.length, kept, keptEnergy, block, words: words ?? kept };
  });
}
