import { type ProjectedMatrix, projectGraph } from '../compiler/prune/circulant.ts';
import { isPrunable, isRecurrent } from '../compiler/prune/config_density.ts';
import { BLOCKS } from '../model/blocks.ts';
import type { Graph, Node } from '../model/graph.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import { importModel } from '../model/import/read_model.ts';
import { layersPath } from '../model/import/safetensors.ts';
import { type MatrixName, matricesOf } from '../model/matrices.ts';
import { spansOf } from '../model/side_by_side.ts';
import { EsegenError } from '../util/errors.ts';
import { countNonZeros } from '../util/non_zeros.ts';
import type { Progress } from '../util/report.ts';
import { checkFileTarget, writeFiles } from '../util/write_files.ts';
import { checkBlockSize } from './compress/block_size.ts';
import { ByMatrix, type Numbers } from './compress/by_matrix.ts';
import { circulantFiles } from './compress/circulant_files.ts';
import { addLayerFile } from './compress/written_model.ts';
import { inspectCirculant } from './inspect_circulant.ts';

/** Block of a matrix that stays as it is: any matrix has blocks of 1. */
const AS_IT_IS = 1;

/** What to make block-circulant. */
export interface PruneCirculantOptions {
  /** Path of the trained model, of any network. */
  readonly model: string;
  /** What the user says of the model file. */
  readonly importOptions?: ImportOptions | undefined;
  /** Rows and columns of the blocks, 2, 4, 8, 16, 32 or 64, or 1 of what stays as it is; by what they are for, see {@link ByMatrix}. */
  readonly blocks: Numbers;
  /** Safetensors file to write. */
  readonly out: string;
  /** Called at the begin of each long stage. */
  readonly progress?: Progress | undefined;
}

/** A matrix of a recurrent layer, or one that was projected. */
export interface StoredMatrix extends Omit<ProjectedMatrix, 'block' | 'padded'> {
  /** null of one that stays. */
  readonly block: number | null;
  readonly padded: ProjectedMatrix['padded'] | null;
  /** Words that hold it: those of its spectra, or its weights that are not zero. */
  readonly words: number;
}

/** What projection made. */
export interface PruneCirculantResult {
  readonly matrices: readonly StoredMatrix[];
  /** Why some of them cannot be stored as spectra, a line each. */
  readonly mixedBlocks: readonly string[];
  /** Files written. */
  readonly files: readonly string[];
}

/**
 * Takes matrices of a network to the nearest block-circulant ones, each with blocks of its own, and writes the network. Where no block is said, a matrix stays.
 *
 * @throws EsegenError where an input is not valid, a matrix is smaller than a block, or a file cannot be written; nothing is written then
 */
export function pruneCirculant(options: PruneCirculantOptions): PruneCirculantResult {
  const { model: path, blocks, out, importOptions = {}, progress = () => {} } = options;
  checkBlocks(blocks);
  if (!/\.safetensors$/i.test(out)) throw new EsegenError(out, 'expected a name that ends in .safetensors');
  for (const file of [out, layersPath(out)]) checkFileTarget(file, [path]);
  progress('read model');
  const imported = importModel(path, importOptions);
  const { nodes } = imported.graph;
  if (!nodes.some(isPrunable)) {
    throw new EsegenError(path, 'has no LSTM, GRU or linear layer, which are those that become block-circulant');
  }
  const given = new ByMatrix(imported.graph, blocks);
  const blockOf = (node: Node, name: MatrixName) => {
    const block = given.named(node, name) ?? given.usual(node) ?? AS_IT_IS;
    return block === AS_IT_IS ? null : block;
  };
  let any = false;
  for (const node of nodes.filter(isPrunable)) {
    for (const [name] of matricesOf(node.layer)) {
      const block = blockOf(node, name);
      if (block === null) continue;
      any = true;
      const option = given.named(node, name) === undefined ? '--block' : '--per-matrix';
      checkBlockSize(path, imported.graph, node, name, block, option);
    }
  }
  if (!any) throw new EsegenError(path, 'has no matrix that --block is for', 'Name its layers with --per-matrix');
  progress('project');
  const { graph, matrices } = projectGraph(imported.graph, blockOf);
  progress('write');
  const { model, layers } = circulantFiles(path, imported, graph, importOptions.layers);
  const files = new Map<string, string | Uint8Array>([[out, model]]);
  addLayerFile(files, out, layers);
  writeFiles(files);
  return { ...storedMatrices(graph, matrices), files: [...files.keys()] };
}

function checkBlocks(blocks: Numbers): void {
  for (const [name, block] of blocks) {
    if (BLOCKS.includes(block) || (block === AS_IT_IS && name !== 'default')) continue;
    const [option, known] = name === 'default' ? ['--block', BLOCKS] : ['--per-matrix', [AS_IT_IS, ...BLOCKS]];
    throw new EsegenError(option, `expected one of ${known.join(', ')}, got ${block}`, 'Blocks are powers of two');
  }
}

/** How the matrices are stored, in the order of the network. */
function storedMatrices(graph: Graph, projected: readonly ProjectedMatrix[]) {
  const byName = new Map(projected.map((own) => [`${own.layer}.${own.name}`, own]));
  const matrices: StoredMatrix[] = [];
  const mixedBlocks: string[] = [];
  for (const node of graph.nodes.filter(isPrunable)) {
    const { id: layer } = node;
    const found = inspectCirculant(node.layer, (name) => spansOf(graph, node, name));
    const own = matricesOf(node.layer).map(([name, { rows, columns, values }]): StoredMatrix => {
      const words = found.matrices.get(name)?.words ?? countNonZeros(values);
      const made = byName.get(`${layer}.${name}`);
      return { ...(made ?? { layer, name, rows, columns, block: null, padded: null, lostEnergy: 0 }), words };
    });
    if (!isRecurrent(node.layer) && own.every(({ block }) => block === null)) continue;
    matrices.push(...own);
    mixedBlocks.push(...found.reasons.map((reason) => `${layer}: ${reason}`));
  }
  return { matrices, mixedBlocks };
}
