import { circulantMatrices } from '../../compiler/prune/circulant.ts';
import { checkDensityLayers, configDensity, isPrunable } from '../../compiler/prune/config_density.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph, Node, NodeId } from '../../model/graph.ts';
import type { MatrixName } from '../../model/matrices.ts';
import { EsegenError } from '../../util/errors.ts';
import { ByMatrix, type Numbers } from './by_matrix.ts';

/** Densities by what they are for, see {@link ByMatrix}. */
export type Densities = Numbers;

/**
 * The densities of a network's matrices. The narrowest name counts; where nothing is given, those of the config. Matrices that are block-circulant and linear
 * layers stay as they are unless they are named, linear ones by layer or by `w`; convolutions always do.
 *
 * @throws EsegenError where a name is that of no layer or matrix, or the config's densities do not say what a GRU has
 */
export class DensityTable {
  readonly #config: Config;
  readonly #given: ByMatrix;
  readonly #circulant: ReadonlyMap<NodeId, ReadonlyMap<MatrixName, number>>;

  constructor(graph: Graph, config: Config, given: Densities) {
    this.#config = config;
    checkDensityLayers(graph, config);
    this.#given = new ByMatrix(graph, given);
    this.#circulant = new Map(graph.nodes.filter(isPrunable).map((node) => [node.id, circulantMatrices(graph, node)]));
    for (const [name, value] of given) {
      if (value >= 0 && value <= 1) continue;
      const option = name === 'default' ? '--density' : '--per-matrix';
      throw new EsegenError(option, `expected densities from 0 to 1, got ${value}`);
    }
  }

  of(node: Node, matrix: MatrixName): number {
    const own = this.#given.named(node, matrix);
    if (own !== undefined) return own;
    if (this.blockOf(node, matrix) !== null) return 1;
    return this.#given.usual(node) ?? configDensity(this.#config, node, matrix);
  }

  /** Block of a matrix that is block-circulant; null of another one. */
  blockOf({ id }: Node, matrix: MatrixName): number | null {
    return this.#circulant.get(id)?.get(matrix) ?? null;
  }
}
