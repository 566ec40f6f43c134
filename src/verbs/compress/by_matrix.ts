import { isPrunable, isRecurrent } from '../../compiler/prune/config_density.ts';
import type { Graph, Node } from '../../model/graph.ts';
import { type MatrixName, matricesOf } from '../../model/matrices.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';

/** Numbers by what they are for: `rnn1.ix` of a layer's matrix, `rnn1` of a layer, `ix` of all layers, `default` of all recurrent layers. */
export type Numbers = ReadonlyMap<string, number>;

/**
 * Numbers of the matrices of a network. The narrowest name counts.
 *
 * @throws EsegenError where a name is that of no layer or matrix of LSTM, GRU or linear layers
 */
export class ByMatrix {
  readonly #given: Numbers;

  constructor(graph: Graph, given: Numbers) {
    this.#given = given;
    const nodes = graph.nodes.filter(isPrunable);
    const names = new Set(['default']);
    for (const { id, layer } of nodes) {
      names.add(id);
      for (const [matrix] of matricesOf(layer)) names.add(matrix).add(`${id}.${matrix}`);
    }
    const stray = [...given.keys()].find((name) => !names.has(name));
    if (stray === undefined) return;
    throw new EsegenError(
      '--per-matrix',
      `${quoteName(stray)} is no layer or matrix of the model`,
      `Its layers are ${nodes.map(({ id }) => id).join(', ')}; inspect prints the matrices`,
    );
  }

  /** What its own name, that of its layer or that of its kind says; undefined where none does. */
  named({ id }: Node, matrix: MatrixName): number | undefined {
    return this.#given.get(`${id}.${matrix}`) ?? this.#given.get(id) ?? this.#given.get(matrix);
  }

  /** What is said of all matrices of recurrent layers; undefined of others. */
  usual({ layer }: Node): number | undefined {
    return isRecurrent(layer) ? this.#given.get('default') : undefined;
  }
}
