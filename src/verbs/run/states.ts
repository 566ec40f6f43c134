import type { Floats, Graph, GruLayer, LstmLayer, Node, StatePort } from '../../model/graph.ts';
import type { FloatResult, FloatStates } from '../../model/reference/float_network.ts';
import type { StatePart, StateValues } from '../../model/reference/recurrent.ts';
import { EsegenError } from '../../util/errors.ts';
import { type NpyArray, readNpy } from '../../util/npy.ts';
import { matchNames, type NamedPath } from './named_path.ts';

/** A part of a node's state and where its elements stand in an array. */
interface Place {
  readonly node: string;
  readonly part: StatePart;
  readonly elements: Int32Array;
}

/** An array of states: by the model's name for it, or a part of one node. */
interface StateArray {
  readonly name: string;
  readonly places: readonly Place[];
  /** Elements of a voice. */
  readonly size: number;
}

/**
 * Reads the states that voices start from: arrays by the model's name for them, or `node.part` of a recurrent node, with the elements
 * of a voice in the model's order; several voices stand in front.
 *
 * @returns states of each voice; null where no file is given
 * @throws EsegenError where a name is unknown, or an array has another size
 */
export function readStates(graph: Graph, files: readonly NamedPath[], voices: number): readonly FloatStates[] | null {
  if (files.length === 0) return null;
  const given = [...matchNames('--state', 'a state', files, stateArrays(graph, 'input'))].map(([state, path]) => ({
    state,
    data: readFloats(path, state.size, voices),
  }));
  return Array.from({ length: voices }, (_, voice) => {
    const states = new Map<string, Partial<Record<StatePart, Floats>>>();
    for (const { state, data } of given) {
      for (const { node, part, elements } of state.places) {
        const values = Float64Array.from(elements, (element) => data[voice * state.size + element]!);
        states.set(node, { ...states.get(node), [part]: values });
      }
    }
    return states satisfies ReadonlyMap<string, StateValues>;
  });
}

/** Files to write states to. */
export type StateTargets = ReadonlyMap<StateArray, string>;

/** @throws EsegenError where a name is unknown */
export function stateTargets(graph: Graph, files: readonly NamedPath[]): StateTargets {
  return matchNames('--state-out', 'a state', files, stateArrays(graph, 'output'));
}

/** Lays out the states that voices ended with, [elements], or [voices, elements] of several. */
export function stateFiles(
  targets: StateTargets,
  results: readonly FloatResult['states'][],
): ReadonlyMap<string, NpyArray> {
  const files = [...targets].map(([{ places, size }, path]): [string, NpyArray] => {
    const data = new Float64Array(results.length * size);
    for (const [voice, states] of results.entries()) {
      for (const { node, part, elements } of places) {
        const values = states.get(node)![part]!;
        for (let i = 0; i < elements.length; i++) data[voice * size + elements[i]!] = values[i]!;
      }
    }
    return [path, { dtype: 'float64', shape: results.length === 1 ? [size] : [results.length, size], data }];
  });
  return new Map(files);
}

/** Those that the model names, then every part of every node. */
function stateArrays(graph: Graph, side: 'input' | 'output'): readonly StateArray[] {
  const named = new Map<string, Place[]>();
  for (const binding of graph.states) {
    const port: StatePort | null = binding[side];
    if (port === null) continue;
    const place = { node: binding.node, part: binding.part, elements: port.elements };
    named.set(port.name, [...(named.get(port.name) ?? []), place]);
  }
  const parts = graph.nodes.flatMap((node) => partsOf(node).map(([part, size]) => ownState(node, part, size)));
  return [...[...named].map(([name, places]) => ({ name, places, size: sizeOf(places) })), ...parts];
}

function ownState({ id }: Node, part: StatePart, size: number): StateArray {
  const elements = Int32Array.from({ length: size }, (_, n) => n);
  return { name: `${id}.${part}`, places: [{ node: id, part, elements }], size };
}

function partsOf({ layer }: Node): readonly (readonly [StatePart, number])[] {
  if (layer.kind === 'lstm') return lstmParts(layer);
  return layer.kind === 'gru' ? gruParts(layer) : [];
}

function lstmParts({ outputs, cells }: LstmLayer): readonly (readonly [StatePart, number])[] {
  return [
    ['y', outputs],
    ['c', cells],
  ];
}

function gruParts({ cells }: GruLayer): readonly (readonly [StatePart, number])[] {
  return [['h', cells]];
}

function sizeOf(places: readonly Place[]): number {
  let size = 0;
  for (const { elements } of places) for (const element of elements) size = Math.max(size, element + 1);
  return size;
}

function readFloats(path: string, size: number, voices: number): Floats {
  const { dtype, shape, data } = readNpy(path);
  const elements = shape.reduce((product, length) => product * length, 1);
  const fits = elements === voices * size && (voices === 1 || shape[0] === voices);
  if (!fits || (dtype !== 'float32' && dtype !== 'float64')) {
    const expected = voices === 1 ? `${size} elements` : `[${voices}, ${size}]`;
    throw new EsegenError(path, `expected ${expected} of float32 or float64, got ${dtype} [${shape.join(', ')}]`);
  }
  return data;
}
