import type { Matrix, NodeId, TensorId } from '../../model/graph.ts';
import type { AffineLayer, LegalGraph, LegalLayer, LegalNode } from '../legal_graph.ts';
import { scaleColumns, scaleRows } from './matrices.ts';

/**
 * Evens out the weights between affine layers: a channel whose rows are large and whose columns in the layers behind are small, or the
 * other way round, is scaled, so that single weights do not take the resolution of a whole matrix (after Nagel et al., "Data-Free
 * Quantization Through Weight Equalization and Bias Correction", ICCV 2019, with mean squares instead of ranges). Scales are powers
 * of two, so that the float reference gives the same outputs to the bit. Recurrent layers keep their columns: they have more of them than
 * a layer before them has rows, and mostly at one scale.
 */
export function equalize(legal: LegalGraph): LegalGraph {
  let { nodes } = legal;
  for (const { id } of legal.nodes) nodes = equalizeNode({ ...legal, nodes }, id);
  return { ...legal, nodes };
}

function equalizeNode(legal: LegalGraph, id: NodeId): readonly LegalNode[] {
  const { nodes } = legal;
  const node = nodes.find((candidate) => candidate.id === id)!;
  const { layer, output } = node;
  const isOutput = legal.outputs.some(({ tensor }) => tensor === output);
  if (layer.kind !== 'affine' || !isHomogeneous(layer) || isOutput) return nodes;
  const rows = layer.bias.length;
  const readers = nodes.filter((reader) => readsOf(reader.layer).includes(output));
  if (!readers.every((reader) => takesScale(reader.layer, output, rows))) return nodes;

  const before = new Float64Array(rows);
  for (const { weight } of layer.terms) addRowPowers(weight, before);
  const behind = new Float64Array(rows);
  for (const { layer: reader } of readers) {
    for (const weight of weightsOver(reader, output)) addColumnPowers(weight, behind);
  }
  const scale = balancingScales(before, behind);
  if (scale.every((factor) => factor === scale[0])) return nodes;
  const inverse = scale.map((factor) => 1 / factor);
  return nodes.map((candidate) => {
    if (candidate === node) return { ...node, layer: scaledRows(layer, scale) };
    return readers.includes(candidate)
      ? { ...candidate, layer: scaledColumns(candidate.layer, output, inverse) }
      : candidate;
  });
}

/** Powers of two, row by row, by which both sides meet at the square root of their product. Powers are mean squares. */
export function balancingScales(before: Float64Array, behind: Float64Array): Float64Array {
  return before.map((own, row) => {
    const other = behind[row]!;
    return own === 0 || other === 0 ? 1 : 2 ** Math.round(Math.log2(other / own) / 4);
  });
}

/** Whether f(s · v) = s · f(v) for s above 0. */
function isHomogeneous({ activation }: AffineLayer): boolean {
  if (activation === null || activation.kind === 'relu' || activation.kind === 'leakyRelu') return true;
  if (activation.kind !== 'clip') return false;
  const { low, high } = activation;
  return [0, Number.NEGATIVE_INFINITY].includes(low) && [0, Number.POSITIVE_INFINITY].includes(high);
}

/** Tensors that a layer reads. */
export function readsOf(layer: LegalLayer): readonly TensorId[] {
  switch (layer.kind) {
    case 'affine':
      return layer.terms.map(({ source }) => source);
    case 'recurrent':
      return layer.sources;
    case 'pick':
      return [layer.source];
  }
}

/** Whether a reader is affine, and each of its columns is of one row of the layer that it reads. */
export function takesScale(layer: LegalLayer, tensor: TensorId, rows: number): boolean {
  if (layer.kind !== 'affine') return false;
  return layer.terms.every(({ source, window }) => source !== tensor || window === null || window.channels === rows);
}

/** Matrices of an affine layer over a tensor. */
export function weightsOver(layer: LegalLayer, tensor: TensorId): readonly Matrix[] {
  if (layer.kind !== 'affine') return [];
  return layer.terms.filter(({ source }) => source === tensor).map(({ weight }) => weight);
}

function scaledRows(layer: AffineLayer, scale: Float64Array): AffineLayer {
  return {
    ...layer,
    terms: layer.terms.map((term) => ({ ...term, weight: scaleRows(term.weight, scale) })),
    bias: layer.bias.map((value, row) => value * scale[row]!),
  };
}

/** A reader with the columns of a tensor scaled, row by row of the layer before; each row has as many columns. */
export function scaledColumns(layer: LegalLayer, tensor: TensorId, factors: Float64Array): LegalLayer {
  if (layer.kind !== 'affine') return layer;
  const terms = layer.terms.map((term) => {
    if (term.source !== tensor) return term;
    const { columns } = term.weight;
    const perRow = columns / factors.length;
    const all = Float64Array.from({ length: columns }, (_, n) => factors[Math.floor(n / perRow)]!);
    return { ...term, weight: scaleColumns(term.weight, all) };
  });
  return { ...layer, terms };
}

/** Adds the mean square of each row. */
function addRowPowers({ rows, columns, values }: Matrix, powers: Float64Array): void {
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) powers[row]! += values[at]! ** 2 / columns;
  }
}

/** Adds the mean square of the columns that belong to each row of the layer before. */
export function addColumnPowers({ rows, columns, values }: Matrix, powers: Float64Array): void {
  const perRow = columns / powers.length;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      powers[Math.floor(column / perRow)]! += values[at]! ** 2 / (rows * perRow);
    }
  }
}
