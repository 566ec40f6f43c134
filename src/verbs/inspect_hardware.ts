import { hardwareRefusals, partition } from '../compiler/passes/partition.ts';
import { simplify } from '../compiler/passes/simplify.ts';
import type { Graph } from '../model/graph.ts';
import type { Refusal } from '../model/import/hardware_model.ts';
import { EsegenError } from '../util/errors.ts';
import { isLayerDesign } from './layer_design.ts';

/** What hardware a model becomes. Sizes of a config may rule it out all the same: `build` has the last word. */
export interface HardwareInspection {
  /** Design that `build` makes of it; null where it makes none, whatever the config. */
  readonly design: 'layer' | 'network' | null;
  /** Names of the nodes that the host computes, before the hardware and behind it. */
  readonly host: readonly string[];
  /** All reasons why there is no design; none where there is one. */
  readonly refusals: readonly Refusal[];
}

/** Tells which design a network becomes, or why it becomes none. */
export function inspectHardware(graph: Graph): HardwareInspection {
  if (isLayerDesign(graph, null)) {
    const host = graph.nodes.filter(({ layer }) => layer.kind !== 'lstm');
    return { design: 'layer', host: host.map(({ name }) => name), refusals: [] };
  }
  const simple = simplify(graph);
  const refusals = hardwareRefusals(simple).map(({ node, reason }) => ({ node: node.id, name: node.name, reason }));
  if (refusals.length > 0) return { design: null, host: [], refusals };
  try {
    const { front, back } = partition(simple);
    const host = [front, back].flatMap((part) => part?.nodes ?? []);
    return { design: 'network', host: host.map(({ name }) => name), refusals: [] };
  } catch (error) {
    if (!(error instanceof EsegenError)) throw error;
    return { design: null, host: [], refusals: [{ node: 'network', name: 'network', reason: error.what }] };
  }
}
