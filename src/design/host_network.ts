import { z } from 'zod';
import type { CompiledNetwork } from '../compiler/pipeline.ts';
import { type GraphFiles, parseArrays, parseGraph, printGraphs } from '../model/file/graph_file.ts';
import type { Graph } from '../model/graph.ts';
import { parseWith } from '../util/schema.ts';

/** What a host has of a network: the model, and which parts of it run before the hardware, in it, and behind it. */
export interface HostNetwork extends Pick<CompiledNetwork, 'partition' | 'outputs'> {
  /** As imported, and pruned. */
  readonly graph: Graph;
}

/** Where it lies in a design directory. */
export const HOST_NETWORK = { graphs: 'host/network.json', arrays: 'host/network.safetensors' } as const;

/** Both files of it. */
export function printHostNetwork({ graph, partition: { front, core, back }, outputs }: HostNetwork): GraphFiles {
  return printGraphs({ graph, front, core, back, outputs });
}

const part = z.unknown();
const partsSchema = z.strictObject({
  graph: part,
  front: part,
  core: part,
  back: part,
  outputs: z.array(z.string()),
});

/**
 * Reads it back.
 *
 * @param value content of the JSON file
 * @throws EsegenError where one of the files is not what {@link printHostNetwork} writes
 */
export function parseHostNetwork(value: unknown, bytes: Uint8Array): HostNetwork {
  const where = HOST_NETWORK.graphs;
  const { graph, front, core, back, outputs } = parseWith(partsSchema, value, where);
  const arrays = parseArrays(bytes, HOST_NETWORK.arrays);
  const read = (name: string, json: unknown) => parseGraph(json, arrays, `${where}: ${name}`);
  const orNull = (name: string, json: unknown) => (json === null ? null : read(name, json));
  const partition = { front: orNull('front', front), core: read('core', core), back: orNull('back', back) };
  return { graph: read('graph', graph), partition, outputs };
}
