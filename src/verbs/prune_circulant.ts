import { type ProjectedMatrix, projectGraph } from '../compiler/prune/circulant.ts';
import { BLOCKS } from '../model/blocks.ts';
import type { Node } from '../model/graph.ts';
import type { ImportOptions } from '../model/import/import_options.ts';
import { importModel } from '../model/import/read_model.ts';
import { layersPath } from '../model/import/safetensors.ts';
import { matricesOf } from '../model/matrices.ts';
import { EsegenError } from '../util/errors.ts';
import type { Progress } from '../util/report.ts';
import { checkFileTarget, writeFiles } from '../util/write_files.ts';
import { circulantFiles } from './compress/circulant_files.ts';
import { addLayerFile } from './compress/written_model.ts';

/** What to make block-circulant. */
export interface PruneCirculantOptions {
  /** Path of the trained model, of any network. */
  readonly model: string;
  /** What the user says of the model file. */
  readonly importOptions?: ImportOptions | undefined;
  /** Rows and columns of a block: 2, 4, 8, 16, 32 or 64. */
  readonly block: number;
  /** Safetensors file to write. */
  readonly out: string;
  /** Called at the begin of each long stage. */
  readonly progress?: Progress | undefined;
}

/** What projection made. */
export interface PruneCirculantResult {
  readonly block: number;
  /** Those of the recurrent layers; the others stay as they are. */
  readonly matrices: readonly ProjectedMatrix[];
  /** Files written. */
  readonly files: readonly string[];
}

/**
 * Takes all matrices of the recurrent layers of a network to the nearest block-circulant ones, and writes the network.
 *
 * @throws EsegenError where an input is not valid, a matrix is smaller than a block, or a file cannot be written; nothing is written then
 */
export function pruneCirculant(options: PruneCirculantOptions): PruneCirculantResult {
  const { model: path, block, out, importOptions = {}, progress = () => {} } = options;
  if (!BLOCKS.includes(block)) {
    throw new EsegenError('--block', `expected one of ${BLOCKS.join(', ')}, got ${block}`, 'Blocks are powers of two');
  }
  if (!/\.safetensors$/i.test(out)) throw new EsegenError(out, 'expected a name that ends in .safetensors');
  for (const file of [out, layersPath(out)]) checkFileTarget(file, [path]);
  progress('read model');
  const imported = importModel(path, importOptions);
  const { nodes } = imported.graph;
  if (!nodes.some(isRecurrent)) {
    throw new EsegenError(path, 'has no LSTM or GRU layer, which are those that become block-circulant');
  }
  for (const node of nodes.filter(isRecurrent)) checkSizes(path, node, block);
  progress('project');
  const { graph, matrices } = projectGraph(imported.graph, (node) => (isRecurrent(node) ? block : null));
  progress('write');
  const { model, layers } = circulantFiles(path, imported, graph, importOptions.layers);
  const files = new Map<string, string | Uint8Array>([[out, model]]);
  addLayerFile(files, out, layers);
  writeFiles(files);
  return { block, matrices, files: [...files.keys()] };
}

function isRecurrent({ layer }: Node): boolean {
  return layer.kind === 'lstm' || layer.kind === 'gru';
}

/** Padding to whole blocks is fine; a matrix within one block would be stored with more words than it needs, and not be recognised. */
function checkSizes(path: string, { id, layer }: Node, block: number): void {
  for (const [name, { rows, columns }] of matricesOf(layer)) {
    if (Math.min(rows, columns) >= block) continue;
    const what = `has ${rows} rows and ${columns} columns, expected at least ${block} of each for blocks of ${block}`;
    throw new EsegenError(`${path}: ${id}.${name}`, what, 'Take smaller blocks with --block');
  }
}
