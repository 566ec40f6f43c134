import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';
import { parseWith } from '../../util/schema.ts';
import type { Floats, Graph } from '../graph.ts';
import { parseSafetensors } from '../import/safetensors.ts';
import { type FloatTensor, writeSafetensors } from '../import/write_safetensors.ts';
import { graphSchema } from './graph_schema.ts';

/** Values that graphs are part of, as JSON, and the arrays of floats in them as a safetensors file. */
export interface GraphFiles {
  readonly json: string;
  readonly arrays: Uint8Array;
}

/**
 * Prints a value with graphs in it: maps of tensors as lists, integers in place, arrays of floats as numbers of a second file. An array that
 * stands in several places is written once.
 */
export function printGraphs(value: object): GraphFiles {
  const numbers = new Map<Floats, number>();
  const json = JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Float32Array || part instanceof Float64Array) {
      if (!numbers.has(part)) numbers.set(part, numbers.size);
      return { floats: numbers.get(part) };
    }
    if (part instanceof Int32Array) return { int32: [...part] };
    if (part instanceof Map) return [...part.values()];
    return typeof part === 'number' && !Number.isFinite(part) ? String(part) : part;
  });
  const tensors = [...numbers].map(([data, number]): [string, FloatTensor] => [
    String(number),
    { shape: [data.length], data },
  ]);
  return { json: `${json}\n`, arrays: writeSafetensors(new Map(tensors)) };
}

/**
 * The arrays of {@link printGraphs}, by their numbers.
 *
 * @param where file for messages
 * @throws EsegenError where it is damaged
 */
export function parseArrays(bytes: Uint8Array, where: string): readonly Floats[] {
  const { tensors } = parseSafetensors(bytes, where);
  return Array.from({ length: tensors.size }, (_, number) => {
    const tensor = tensors.get(String(number));
    if (tensor === undefined) throw new EsegenError(where, `expected an array named ${number}`);
    return tensor.floats();
  });
}

/**
 * Reads a graph back.
 *
 * @param value what is in the JSON file
 * @param arrays see {@link parseArrays}
 * @param where file for messages
 * @throws EsegenError where it is no graph, or one whose nodes or ports name what it does not have
 */
export function parseGraph(value: unknown, arrays: readonly Floats[], where: string): Graph {
  const graph = parseWith(graphSchema(arrays), value, where);
  const { tensors, nodes, inputs, outputs, states } = graph;
  const known = new Set(inputs.map(({ tensor }) => tensor));
  const refuse = (what: string, id: string): never => {
    throw new EsegenError(where, `${what} ${quoteName(id)}, which the graph does not have`);
  };
  for (const id of known) if (!tensors.has(id)) refuse('an input is', id);
  for (const node of nodes) {
    for (const id of node.inputs) if (!known.has(id)) refuse(`node ${quoteName(node.id)} reads`, id);
    if (!tensors.has(node.output)) refuse(`node ${quoteName(node.id)} makes`, node.output);
    known.add(node.output);
  }
  for (const { tensor } of outputs) if (!known.has(tensor)) refuse('an output is', tensor);
  const ids = new Set(nodes.map(({ id }) => id));
  for (const { node } of states) if (!ids.has(node)) refuse('a state is of', node);
  return graph;
}
