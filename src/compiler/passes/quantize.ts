import type { Config } from '../../machine/config.ts';
import { MAX_ACT_BITS } from '../../machine/formats.ts';
import { elementsOf, type TensorId } from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteNames } from '../../util/quote_name.ts';
import { bestFraction } from '../fraction_bits.ts';
import type { LegalGraph, LegalNode } from '../legal_graph.ts';
import { quantizeAffine } from '../quantize/affine.ts';
import { quantizeGru } from '../quantize/gru.ts';
import { quantizeLstm } from '../quantize/lstm.ts';
import type { MatrixNoise } from '../quantize/noise.ts';
import type { Widths } from '../quantize/widths.ts';
import type { Fixed, QuantizedGraph, QuantizedLayer, QuantizedNode } from '../quantized_graph.ts';
import { ValueHistogram } from '../value_histogram.ts';
import type { Calibration } from './calibrate.ts';
import { readsOf } from './equalize.ts';

/** What of a config decides numbers. */
export type NumberConfig = Pick<
  Config,
  'weightBits' | 'vectorBits' | 'accumulatorBits' | 'array' | 'tables' | 'layers'
>;

/**
 * Chooses a format for every tensor and matrix of a network and rounds its weights, see docs/number-formats.md.
 *
 * @param options `widestAct`: bits that an aligned activation has at most; `largestBlock`: largest block of which matrices are kept as spectra, 0: none are;
 *   `record` is told what rounding does to each matrix
 * @throws EsegenError where the ranges of a layer are too far apart for the widths of the config, the config names a layer that
 *   is not there, or demands a block that a layer does not have
 */
export function quantizeGraph(
  legal: LegalGraph,
  config: NumberConfig,
  calibration: Calibration,
  {
    widestAct = MAX_ACT_BITS,
    largestBlock = 0,
    record,
  }: { widestAct?: number; largestBlock?: number; record?: (noise: MatrixNoise) => void } = {},
): QuantizedGraph {
  checkLayers(legal, config);
  const formats = new Map<TensorId, Fixed>();
  const valuesOf = (tensor: TensorId) => calibration.tensors.get(tensor) ?? new ValueHistogram();
  const { vectorBits, accumulatorBits, array } = config;
  const common = { vectorBits, accumulatorBits, groups: array.groups, widestAct };
  for (const { tensor } of legal.inputs) {
    formats.set(tensor, {
      bits: vectorBits,
      frac: bestFraction(valuesOf(tensor), vectorBits, 0, vectorBits + 7),
    });
  }
  const nodes = legal.nodes.map((node): QuantizedNode => {
    const weightBits = config.layers?.[node.id]?.weightBits ?? config.weightBits;
    const demandedBlock = config.layers?.[node.id]?.block ?? null;
    const blocks = { largestBlock: isPlain(legal, node) ? largestBlock : 0, demandedBlock };
    const widths = { ...common, ...blocks, weightBits, record };
    const { layer, format } = quantizeNode(legal, node, formats, calibration, widths);
    formats.set(node.output, format);
    return { id: node.id, name: node.name, layer, output: node.output };
  });
  const { tensors, inputs, outputs, states } = legal;
  return { tensors, formats, nodes, inputs, outputs, states, tables: config.tables };
}

/** Whether a node reads and makes plain vectors, whose elements lie in memory in the order of the matrices. */
function isPlain({ tensors }: LegalGraph, { layer, output }: LegalNode): boolean {
  return [...readsOf(layer), output].every((id) => {
    const tensor = tensors.get(id)!;
    return elementsOf(tensor) === (tensor.shape[0] ?? 1);
  });
}

function quantizeNode(
  legal: LegalGraph,
  { id, layer, output }: LegalNode,
  formats: ReadonlyMap<TensorId, Fixed>,
  calibration: Calibration,
  widths: Widths,
): { readonly layer: QuantizedLayer; readonly format: Fixed } {
  const shapeOf = (tensor: TensorId) => legal.tensors.get(tensor)!.shape;
  switch (layer.kind) {
    case 'pick': {
      const { source, at } = layer;
      return { layer: { kind: 'pick', source, at }, format: formats.get(source)! };
    }
    case 'affine': {
      const sourceOf = (tensor: TensorId) => ({ format: formats.get(tensor)!, shape: shapeOf(tensor) });
      return quantizeAffine(id, layer, sourceOf, calibration.tensors.get(output)!, widths);
    }
    case 'recurrent': {
      const sources = layer.sources.map((tensor) => {
        return { tensor, elements: elementsOf(legal.tensors.get(tensor)!), format: formats.get(tensor)! };
      });
      const { cellFormat, nh } = calibration.layers.get(id)!;
      if (layer.layer.kind === 'gru') {
        const gru = quantizeGru(id, layer.layer, sources, nh, widths);
        return { layer: gru, format: gru.h };
      }
      const values = { y: calibration.tensors.get(output)!, cellFormat };
      const lstm = quantizeLstm(id, layer.layer, sources, values, widths);
      return { layer: lstm, format: lstm.y };
    }
  }
}

/** Layers of which the config gives the width of weights or a block are there. */
function checkLayers({ nodes }: LegalGraph, { layers }: NumberConfig): void {
  const known = nodes.filter(({ layer }) => layer.kind !== 'pick').map(({ id }) => id);
  const named = Object.entries(layers ?? {}).filter(
    ([, { weightBits, block }]) => weightBits !== undefined || block !== undefined,
  );
  const unknown = named.map(([name]) => name).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new EsegenError(
    'config: layers',
    `names ${quoteNames(unknown)}, which the network does not have`,
    `Its layers are ${quoteNames(known, 20)}`,
  );
}
