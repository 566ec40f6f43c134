import { type Config, MATRICES, STACKS } from '../../machine/config.ts';
import {
  type Floats,
  GRU_GATES,
  type GruLayer,
  type Layer,
  type LinearLayer,
  type LstmLayer,
} from '../../model/graph.ts';
import { stacked } from '../../model/import/hardware_model.ts';
import { type MatrixName, withMatrices } from '../../model/matrices.ts';
import { createPartition, projectionRowsByLane } from '../../program/partition.ts';
import { type Stack, selectStacks, selectWeights } from './prune_layer.ts';

/** Which weights of each matrix of a node stay: 1 where one does, row-major as the weights. */
export type NodeMasks = ReadonlyMap<MatrixName, Uint8Array>;

/** Share of the weights of a matrix that stays. */
export type DensityOf = (matrix: MatrixName) => number;

/**
 * Prunes a recurrent or linear layer of a network by the rule of the config's encoding, balanced over its lanes and groups: row k of a
 * gate block, of a projection or of a linear layer is in lane k mod lanes. Zeros are the first to go.
 *
 * @returns masks of all matrices; none for layers that are not pruned
 */
export function selectNodeWeights(layer: Layer, config: Config, density: DensityOf): NodeMasks {
  switch (layer.kind) {
    case 'lstm':
      return lstmMasks(layer, config, density);
    case 'gru':
      return gruMasks(layer, config, density);
    case 'linear':
      return linearMasks(layer, config, density);
    default:
      return new Map();
  }
}

/** A layer under masks. */
export function maskNode<L extends Layer>(layer: L, masks: NodeMasks): L {
  return withMatrices(layer, (name, matrix) => {
    const mask = masks.get(name);
    if (mask === undefined) return matrix;
    return { ...matrix, values: matrix.values.map((weight, at) => (mask[at] === 1 ? weight : 0)) };
  });
}

function lstmMasks(layer: LstmLayer, config: Config, density: DensityOf): NodeMasks {
  const densities = Object.fromEntries(MATRICES.map((matrix) => [matrix, density(matrix)])) as Config['density'];
  const { masks } = selectWeights(stacked(layer), { ...config, density: densities });
  const found = new Map<MatrixName, Uint8Array>();
  split(found, STACKS.x, masks.x);
  split(found, STACKS.r, masks.r);
  if (masks.p !== null) found.set('ym', masks.p);
  return found;
}

function gruMasks({ inputs, cells, weights }: GruLayer, config: Config, density: DensityOf): NodeMasks {
  const { lanes } = config.array;
  const rowsByLane = Array.from({ length: lanes }, (_, lane) => {
    const own = projectionRowsByLane(createPartition(lanes, cells, cells))[lane]!;
    // The gates of a cell stand next to each other, as in the accumulators.
    return Int32Array.from({ length: GRU_GATES.length * own.length }, (_unused, local) => {
      return (local % GRU_GATES.length) * cells + own[Math.floor(local / GRU_GATES.length)]!;
    });
  });
  const stack = (source: 'x' | 'h', columns: number): Stack => ({
    matrices: GRU_GATES.map((gate) => `${gate}${source}`),
    weights: joined(GRU_GATES.map((gate) => weights[`${gate}${source}`].values)),
    columns,
    rowsByTile: [rowsByLane],
  });
  const [x, h] = selectStacks([stack('x', inputs), stack('h', cells)], config, (m) => density(m as MatrixName));
  const found = new Map<MatrixName, Uint8Array>();
  split(found, ['rx', 'zx', 'nx'], x!);
  split(found, ['rh', 'zh', 'nh'], h!);
  return found;
}

function linearMasks({ weight }: LinearLayer, config: Config, density: DensityOf): NodeMasks {
  const rowsByLane = projectionRowsByLane(createPartition(config.array.lanes, weight.rows, weight.rows));
  const stack: Stack = { matrices: ['w'], weights: weight.values, columns: weight.columns, rowsByTile: [rowsByLane] };
  const [mask] = selectStacks([stack], config, () => density('w'));
  return new Map([['w', mask!]]);
}

/** The masks of matrices on top of each other. */
function split(found: Map<MatrixName, Uint8Array>, names: readonly MatrixName[], mask: Uint8Array): void {
  const size = mask.length / names.length;
  for (const [n, name] of names.entries()) found.set(name, mask.subarray(n * size, (n + 1) * size));
}

function joined(parts: readonly Floats[]): Floats {
  const result = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
