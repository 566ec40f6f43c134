import type { Layer, Window } from '../../graph.ts';
import { Fault } from './fault.ts';

/** A tensor of the graph that is being made. */
export interface DraftTensor {
  /** As the file calls it. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly time: readonly Window[] | null;
  /** Node that computes it; null for an input of the network. */
  producer: DraftNode | null;
}

/** A node of the graph that is being made. */
export interface DraftNode {
  readonly name: string;
  readonly layer: Layer;
  readonly inputs: readonly DraftTensor[];
  readonly output: DraftTensor;
  /** States before the first step that inputs of the file give, by their parts. */
  readonly states: ReadonlyMap<StatePart, StateElements>;
}

/** y and c of an LSTM, h of a GRU. */
export type StatePart = 'y' | 'c' | 'h';

/** Where the elements of a state stand in an input of the file. */
export interface StateElements {
  readonly input: DraftTensor;
  readonly elements: Int32Array;
}

/** Most nodes of a graph: a small file cannot ask for more. */
const NODE_LIMIT = 100_000;

/** Collects the nodes of a graph; those that nothing needs are left out at the end. */
export class Draft {
  #count = 0;
  /** In the order of the file. */
  readonly inputs: DraftTensor[] = [];

  input(name: string, shape: readonly number[]): DraftTensor {
    const tensor: DraftTensor = { name, shape, time: [], producer: null };
    this.inputs.push(tensor);
    return tensor;
  }

  /**
   * Adds a node.
   *
   * @returns its output
   */
  add(
    name: string,
    layer: Layer,
    inputs: readonly DraftTensor[],
    shape: readonly number[],
    time: readonly Window[] | null,
    states: ReadonlyMap<StatePart, StateElements> = new Map(),
  ): DraftTensor {
    if (++this.#count > NODE_LIMIT) throw new Fault(`is part of a graph of more than ${NODE_LIMIT} nodes`);
    const output: DraftTensor = { name, shape, time, producer: null };
    output.producer = { name, layer, inputs, output, states };
    return output;
  }
}

/** Whether two tensors have a value at the same steps. */
export function sameTime(a: readonly Window[] | null, b: readonly Window[] | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.length === b.length &&
    a.every((window, n) => {
      const other = b[n]!;
      const keys = ['kernel', 'stride', 'dilation', 'before', 'after'] as const;
      return keys.every((key) => window[key] === other[key]);
    })
  );
}
