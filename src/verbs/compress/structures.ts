import { largestBlockOf } from '../../compiler/pipeline.ts';
import { projectGraph } from '../../compiler/prune/circulant.ts';
import { isRecurrent } from '../../compiler/prune/config_density.ts';
import { pruneRecurrent } from '../../compiler/prune/prune_graph.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph, NodeId } from '../../model/graph.ts';
import { matricesOf } from '../../model/matrices.ts';
import { EsegenError } from '../../util/errors.ts';
import { checkBlockSize } from './block_size.ts';

/** What the matrices of recurrent layers are made: pruned to a density, or block-circulant; both null: as `build` has them. */
export interface Structure {
  readonly density: number | null;
  readonly block: number | null;
}

/** As `build` has them. */
export const AS_BUILT: Structure = { density: null, block: null };

/** All structures to compare: densities first; what `build` has where none is named. */
export function structuresOf(
  densities: readonly number[] | null,
  blocks: readonly number[] | null,
): readonly Structure[] {
  const all = [
    ...(densities ?? []).map((density) => ({ density, block: null })),
    ...(blocks ?? []).map((block) => ({ density: null, block })),
  ];
  return all.length === 0 ? [AS_BUILT] : all;
}

/**
 * A network whose recurrent layers have a structure.
 *
 * @param path of the model, for messages
 * @param graph pruned as the config says
 * @param given the network before that, whose matrices are projected
 * @param only the layer that is changed; default all
 * @throws EsegenError where a matrix is smaller than a block, no layer is recurrent and blocks are asked for, or the hardware has no spectra
 */
export function withStructure(
  path: string,
  { graph, given }: { readonly graph: Graph; readonly given: Graph },
  config: Config,
  { density, block }: Structure,
  only: NodeId | null = null,
): Graph {
  if (density !== null) return pruneRecurrent(graph, config, density, only);
  if (block === null) return graph;
  if (largestBlockOf(config) < block) {
    const what = `sums of spectra take "accumulatorBits": "exact" and two lanes, got ${config.accumulatorBits} and ${config.array.lanes}`;
    throw new EsegenError('--blocks', what, 'Use a config with both');
  }
  const chosen = given.nodes.filter(({ id, layer }) => isRecurrent(layer) && (only === null || id === only));
  if (chosen.length === 0)
    throw new EsegenError(path, 'has no LSTM or GRU layer, which are those that --blocks is for');
  for (const node of chosen) {
    for (const [name] of matricesOf(node.layer)) checkBlockSize(path, given, node, name, block, '--blocks');
  }
  const nodes = graph.nodes.map((node) => chosen.find(({ id }) => id === node.id) ?? node);
  return projectGraph({ ...graph, nodes }, (node) => (chosen.includes(node) ? block : null)).graph;
}

/** `20.00 %`, `blocks of 8`; what `build` has is named by the share of weights that is left. */
export function structureName({ density, block }: Structure): string {
  if (block !== null) return `blocks of ${block}`;
  return density === null ? 'as built' : `${(100 * density).toFixed(2)} %`;
}
