import type { Config } from '../../machine/config.ts';
import type { Graph, Node, NodeId } from '../../model/graph.ts';
import { matricesOf } from '../../model/matrices.ts';
import { circulantMatrices } from './circulant.ts';
import { checkDensityLayers, configDensity, isPrunable } from './config_density.ts';
import { isMask } from './prune_layer.ts';
import { type DensityOf, maskNode, selectNodeWeights } from './prune_node.ts';

/**
 * Prunes a network as `build` prunes its layer: every recurrent layer, and every linear one that the config gives a density, to the
 * config's densities. A layer with a mask keeps it, and so do block-circulant matrices their blocks, whatever they are.
 *
 * @returns the graph itself where nothing is pruned
 * @throws EsegenError where the config gives a density to what is no layer of the network
 */
export function pruneGraph(graph: Graph, config: Config): Graph {
  checkDensityLayers(graph, config);
  const nodes = graph.nodes.map((node) => {
    const density = densityOf(graph, node, config);
    return density === null ? node : pruneNode(node, config, density);
  });
  return nodes.every((node, n) => node === graph.nodes[n]) ? graph : { ...graph, nodes };
}

/** Whether {@link pruneGraph} prunes anything. @throws EsegenError as it does */
export function prunesGraph(graph: Graph, config: Config): boolean {
  checkDensityLayers(graph, config);
  return graph.nodes.some((node) => densityOf(graph, node, config) !== null);
}

/** To what the matrices of a node are pruned; null: they stay. */
function densityOf(graph: Graph, node: Node, config: Config): DensityOf | null {
  if (!isPrunable(node) || hasMask(node)) return null;
  const given: DensityOf = (matrix) => configDensity(config, node, matrix);
  if (matricesOf(node.layer).every(([matrix]) => given(matrix) === 1)) return null;
  const circulant = circulantMatrices(graph, node);
  const density: DensityOf = (matrix) => (circulant.has(matrix) ? 1 : given(matrix));
  return matricesOf(node.layer).every(([matrix]) => density(matrix) === 1) ? null : density;
}

/** A node whose weights are pruned by the rule of the config; those that are zero go first. */
function pruneNode(node: Node, config: Config, density: DensityOf): Node {
  return { ...node, layer: maskNode(node.layer, selectNodeWeights(node.layer, config, density)) };
}

/**
 * All recurrent layers pruned to one density, also where they have zeros already.
 *
 * @param only the layer that is pruned; default all
 */
export function pruneRecurrent(graph: Graph, config: Config, density: number, only: NodeId | null = null): Graph {
  const nodes = graph.nodes.map((node) => {
    const isRecurrent = node.layer.kind === 'lstm' || node.layer.kind === 'gru';
    return isRecurrent && (only === null || only === node.id) ? pruneNode(node, config, () => density) : node;
  });
  return { ...graph, nodes };
}

function hasMask({ layer }: Node): boolean {
  return matricesOf(layer).some(([, { values }]) => isMask(values));
}
