import { largestBlockOf } from '../compiler/pipeline.ts';
import type { Config } from '../machine/config.ts';
import type { Graph, Node } from '../model/graph.ts';
import { refusalsOf } from '../model/import/hardware_model.ts';
import { spansOf } from '../model/side_by_side.ts';
import { type CirculantInspection, inspectCirculant } from './inspect_circulant.ts';

/** What of a config decides whether block-circulant matrices are stored as spectra. */
type BlockConfig = Pick<Config, 'array' | 'accumulatorBits' | 'layers'>;

/**
 * Whether `build` makes a design of one LSTM layer of a model. Such hardware has no transforms: a layer whose matrices are stored as spectra becomes a
 * network, and so does one of which the config demands a block.
 *
 * @param config null: of any config
 */
export function isLayerDesign(graph: Graph, config: BlockConfig | null): boolean {
  return refusalsOf(graph).length === 0 && !hasSpectra(graph, config);
}

/**
 * Whether the hardware of a config stores matrices of a model as spectra, or the config demands it.
 *
 * @param config null: of any config
 */
export function hasSpectra(graph: Graph, config: BlockConfig | null): boolean {
  return graph.nodes.some((node) => layerHasSpectra(graph, node, config));
}

function layerHasSpectra(graph: Graph, node: Node, config: BlockConfig | null): boolean {
  const demanded = config?.layers?.[node.id]?.block !== undefined;
  const { matrices } = found(graph, node, config === null || demanded ? undefined : largestBlockOf(config));
  return [...matrices.values()].some(({ words }) => words !== null);
}

function found(graph: Graph, node: Node, largest?: number): CirculantInspection {
  return inspectCirculant(node.layer, (matrix) => spansOf(graph, node, matrix), largest);
}

/** Lines on the block-circulant matrices of each layer that the hardware of a config does not store as spectra. */
export function circulantWarnings(graph: Graph, config: BlockConfig): string[] {
  const largest = largestBlockOf(config);
  return graph.nodes.flatMap((node) => {
    const { matrices, reasons } = found(graph, node);
    const stored = found(graph, node, largest).matrices;
    const plain = new Map<number, string[]>();
    for (const [name, { block, words }] of matrices) {
      if (words !== null && stored.get(name)!.words === null) plain.set(block, [...(plain.get(block) ?? []), name]);
    }
    return [...reasons, ...[...plain].map(([block, names]) => plainLine(names, block, config))].map(
      (line) => `${node.id}: ${line}`,
    );
  });
}

function plainLine(names: readonly string[], block: number, { array }: BlockConfig): string {
  const why =
    array.lanes < 2
      ? 'a pair of a spectrum is in two lanes, the array has one: use "lanes": 2'
      : 'sums of spectra do not saturate: use "accumulatorBits": "exact"';
  return `${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} blocks of ${block}, but no spectra; ${why}`;
}
