import type { Graph, Node } from '../../model/graph.ts';
import { type MatrixName, matricesOf } from '../../model/matrices.ts';
import { spansOf } from '../../model/side_by_side.ts';
import { EsegenError } from '../../util/errors.ts';

/**
 * Checks that a matrix is not smaller than its blocks. Padding to whole blocks is fine; a matrix within one block would be stored with more words than it
 * needs, and not be recognised.
 *
 * @param option that said the block, for the message
 * @throws EsegenError with the sizes
 */
export function checkBlockSize(
  path: string,
  graph: Graph,
  node: Node,
  name: MatrixName,
  block: number,
  option: string,
): void {
  const { rows, columns } = new Map(matricesOf(node.layer)).get(name)!;
  const spans = spansOf(graph, node, name);
  if (Math.min(rows, ...spans) >= block) return;
  const many = `${spans.join(' + ')} columns of ${spans.length} vectors side by side`;
  const wide = spans.length === 1 ? `${columns} columns` : many;
  throw new EsegenError(
    `${path}: ${node.id}.${name}`,
    `has ${rows} rows and ${wide}, expected at least ${block} of each for blocks of ${block}`,
    `Take smaller blocks with ${option}`,
  );
}
