import { type Config, MATRICES } from '../../machine/config.ts';
import type { Graph, Layer, Node } from '../../model/graph.ts';
import type { MatrixName } from '../../model/matrices.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteNames } from '../../util/quote_name.ts';

/** Whether pruning knows a layer. */
export function isPrunable({ layer }: Node): boolean {
  return layer.kind === 'lstm' || layer.kind === 'gru' || layer.kind === 'linear';
}

/** Whether a layer is one of those that all densities and blocks are for. */
export function isRecurrent({ kind }: Layer): boolean {
  return kind === 'lstm' || kind === 'gru';
}

/**
 * The density that a config gives a matrix: that of its layer, else that of all recurrent layers. Linear layers stay as they are
 * unless the config names them.
 *
 * @throws EsegenError where the config's densities do not say what a GRU has
 */
export function configDensity({ density, layers }: Config, { id, layer }: Node, matrix: MatrixName): number {
  const own = layers?.[id]?.density;
  if (own !== undefined) return own;
  if (layer.kind !== 'lstm' && layer.kind !== 'gru') return 1;
  const known = MATRICES.find((name) => name === matrix);
  if (known !== undefined) return density[known];
  const [first, ...others] = Object.values(density);
  if (others.every((value) => value === first)) return first!;
  throw new EsegenError(
    'density',
    `is given by matrices of an LSTM, and the model has the matrix ${matrix} of a GRU`,
    'Give one density, one for each layer with layers, or name those of the GRU with prune --per-matrix',
  );
}

/**
 * Checks that the layers to which a config gives a density are there and can be pruned.
 *
 * @throws EsegenError that names those that are not
 */
export function checkDensityLayers(graph: Graph, { layers }: Config): void {
  const known = graph.nodes.filter(isPrunable).map(({ id }) => id);
  const named = Object.entries(layers ?? {}).filter(([, { density }]) => density !== undefined);
  const unknown = named.map(([name]) => name).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new EsegenError(
    'config: layers',
    `gives ${quoteNames(unknown)} a density, which are no layers that pruning knows`,
    `It knows ${quoteNames(known, 20)}`,
  );
}
