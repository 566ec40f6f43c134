import { projectCirculant } from '../../model/circulant.ts';
import type { Graph, Matrix, Node, NodeId } from '../../model/graph.ts';
import { type MatrixName, withMatrices } from '../../model/matrices.ts';
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
  /** Norm of what is lost over that of the matrix; Frobenius. */
  readonly loss: number;
}

/**
 * Takes matrices of recurrent and linear layers to the nearest block-circulant ones.
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
      const projected = projectCirculant(matrix, block);
      const { rows, columns } = matrix;
      const padded = [Math.ceil(rows / block) * block, Math.ceil(columns / block) * block] as const;
      matrices.push({ layer: node.id, name, rows, columns, block, padded, loss: lossOf(matrix, projected) });
      return projected;
    });
    return { ...node, layer };
  });
  return { graph: { ...graph, nodes }, matrices };
}

function lossOf(matrix: Matrix, projected: Matrix): number {
  let [lost, all] = [0, 0];
  for (let n = 0; n < matrix.values.length; n++) {
    lost += (matrix.values[n]! - projected.values[n]!) ** 2;
    all += matrix.values[n]! ** 2;
  }
  return all === 0 ? 0 : Math.sqrt(lost / all);
}
