import { blocksOf, paddedColumns, projectCirculant } from '../../model/circulant.ts';
import type { Graph, Matrix, Node, NodeId } from '../../model/graph.ts';
import { type MatrixName, matricesOf, withMatrices } from '../../model/matrices.ts';
import { spansOf } from '../../model/side_by_side.ts';
import { isPrunable } from './config_density.ts';

/** What a matrix loses when it is made block-circulant. */
export interface ProjectedMatrix {
  readonly layer: NodeId;
  readonly name: MatrixName;
  readonly rows: number;
  readonly columns: number;
  readonly block: number;
  /** Rows and columns of whole blocks: what is beyond the matrix is stored as well. */
  readonly padded: readonly [rows: number, columns: number];
  /** Share of the squared magnitude that is lost. */
  readonly lostEnergy: number;
}

/**
 * Takes matrices of recurrent and linear layers to the nearest block-circulant ones. What a matrix multiplies may be several vectors side by side: the columns
 * of each have blocks of their own.
 *
 * @param blockOf block of a matrix; null where it stays
 */
export function projectGraph(
  graph: Graph,
  blockOf: (node: Node, name: MatrixName) => number | null,
): { readonly graph: Graph; readonly matrices: readonly ProjectedMatrix[] } {
  const matrices: ProjectedMatrix[] = [];
  const nodes = graph.nodes.map((node) => {
    if (!isPrunable(node)) return node;
    const layer = withMatrices(node.layer, (name, matrix) => {
      const block = blockOf(node, name);
      if (block === null) return matrix;
      const spans = spansOf(graph, node, name);
      const projected = projectCirculant(matrix, block, spans);
      const { rows, columns } = matrix;
      const padded = [Math.ceil(rows / block) * block, paddedColumns(spans, block)] as const;
      matrices.push({ layer: node.id, name, rows, columns, block, padded, lostEnergy: lostOf(matrix, projected) });
      return projected;
    });
    return { ...node, layer };
  });
  return { graph: { ...graph, nodes }, matrices };
}

/** Blocks of those matrices of a node that are block-circulant, the largest of each. */
export function circulantMatrices(graph: Graph, node: Node): ReadonlyMap<MatrixName, number> {
  const blocks = new Map<MatrixName, number>();
  for (const [name, matrix] of matricesOf(node.layer)) {
    const [block] = blocksOf(matrix, 1, spansOf(graph, node, name));
    if (block !== undefined) blocks.set(name, block);
  }
  return blocks;
}

function lostOf(matrix: Matrix, projected: Matrix): number {
  let [lost, all] = [0, 0];
  for (let n = 0; n < matrix.values.length; n++) {
    lost += (matrix.values[n]! - projected.values[n]!) ** 2;
    all += matrix.values[n]! ** 2;
  }
  return all === 0 ? 0 : lost / all;
}
