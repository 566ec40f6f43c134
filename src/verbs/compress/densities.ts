import { checkDensityLayers, configDensity, isPrunable } from '../../compiler/prune/config_density.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph, Node } from '../../model/graph.ts';
import { type MatrixName, matricesOf } from '../../model/matrices.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';

/** Densities by what they are for: `rnn1.ix` of a layer's matrix, `rnn1` of a layer, `ix` of all layers, `default`. */
export type Densities = ReadonlyMap<string, number>;

/**
 * The densities of a network's matrices. The narrowest name counts; where nothing is given, those of the config. Linear layers stay as
 * they are unless they are named, by layer or by `w`; convolutions always do.
 *
 * @throws EsegenError where a name is that of no layer or matrix, or the config's densities do not say what a GRU has
 */
export class DensityTable {
  readonly #config: Config;
  readonly #given: Densities;

  constructor(graph: Graph, config: Config, given: Densities) {
    this.#config = config;
    this.#given = given;
    checkDensityLayers(graph, config);
    const nodes = graph.nodes.filter(isPrunable);
    const names = new Set(['default']);
    for (const { id, layer } of nodes) {
      names.add(id);
      for (const [matrix] of matricesOf(layer)) names.add(matrix).add(`${id}.${matrix}`);
    }
    for (const [name, value] of given) {
      if (!names.has(name)) {
        throw new EsegenError(
          '--per-matrix',
          `${quoteName(name)} is no layer or matrix of the model`,
          `Its layers are ${nodes.map(({ id }) => id).join(', ')}; inspect prints the matrices`,
        );
      }
      if (!(value >= 0 && value <= 1))
        throw new EsegenError('--per-matrix', `expected densities from 0 to 1, got ${value}`);
    }
  }

  of(node: Node, matrix: MatrixName): number {
    const { id, layer } = node;
    const own = this.#given.get(`${id}.${matrix}`) ?? this.#given.get(id) ?? this.#given.get(matrix);
    if (own !== undefined) return own;
    const isRecurrent = layer.kind === 'lstm' || layer.kind === 'gru';
    const all = isRecurrent ? this.#given.get('default') : undefined;
    return all ?? configDensity(this.#config, node, matrix);
  }
}
