import { elementsOf, type Graph, type Node, type TensorId } from '../../model/graph.ts';
import type { LegalGraph } from '../legal_graph.ts';
import type { Utterances } from './calibrate.ts';
import { addColumnPowers, balancingScales, readsOf, scaledColumns, takesScale, weightsOver } from './equalize.ts';
import type { Partition } from './partition.ts';

/**
 * Evens out the channels of what the host computes for the hardware, as {@link equalize} does between layers: the host scales each by
 * a power of two, in double precision, and the weights that read it have the inverse. Bins of a spectrum differ by orders of magnitude;
 * one format for all would leave the small ones a few bits.
 *
 * @param utterances what the hardware gets without that
 */
export function equalizeInputs(
  parts: Partition,
  legal: LegalGraph,
  utterances: Utterances,
): { readonly parts: Partition; readonly legal: LegalGraph } {
  let { front } = parts;
  let { nodes } = legal;
  if (front === null) return { parts, legal };
  for (const { tensor } of legal.inputs) {
    const rows = legal.tensors.get(tensor)!.shape[0] ?? 1;
    const made = front.nodes.some(({ output }) => output === tensor);
    const elsewhere = parts.back?.inputs.some((port) => port.tensor === tensor) ?? false;
    const readers = nodes.filter(({ layer }) => readsOf(layer).includes(tensor));
    if (!made || elsewhere || !readers.every(({ layer }) => takesScale(layer, tensor, rows))) continue;
    const behind = new Float64Array(rows);
    for (const { layer } of readers) for (const weight of weightsOver(layer, tensor)) addColumnPowers(weight, behind);
    const scale = balancingScales(channelPowers(tensor, rows, utterances), behind);
    const inverse = scale.map((factor) => 1 / factor);
    nodes = nodes.map((node) =>
      readers.includes(node) ? { ...node, layer: scaledColumns(node.layer, tensor, inverse) } : node,
    );
    front = scaledOutput(front, tensor, scale);
  }
  return { parts: { ...parts, front }, legal: { ...legal, nodes } };
}

/** Mean square of each channel over the utterances. */
function channelPowers(tensor: TensorId, channels: number, utterances: Utterances): Float64Array {
  const powers = new Float64Array(channels);
  let count = 0;
  for (const inputs of utterances) {
    const { data, width } = inputs.get(tensor)!;
    const perChannel = width / channels;
    for (let n = 0; n < data.length; n++) powers[Math.floor((n % width) / perChannel)]! += data[n]! ** 2;
    count += data.length / channels;
  }
  return powers.map((sum) => (count === 0 ? 0 : sum / count));
}

/** The graph with a scale behind the node that makes a tensor; who reads the tensor within the graph reads it without. */
function scaledOutput(graph: Graph, tensor: TensorId, scale: Float64Array): Graph {
  const plain = graph.tensors.get(tensor)!;
  const elements = elementsOf(plain);
  let raw = `${tensor}_raw`;
  while (graph.tensors.has(raw)) raw += '_';
  const factor = Float64Array.from({ length: elements }, (_, n) => scale[Math.floor(n / (elements / scale.length))]!);
  const renamed = (id: TensorId) => (id === tensor ? raw : id);
  const nodes = graph.nodes.map((node): Node => {
    return { ...node, inputs: node.inputs.map(renamed), output: renamed(node.output) };
  });
  const ids = new Set(nodes.map(({ id }) => id));
  let id = 'scale_inputs';
  while (ids.has(id)) id += '_2';
  const operation = { op: 'scale', factor, offset: new Float64Array(elements) } as const;
  const layer = { kind: 'host', operation } as const;
  const last: Node = { id, name: plain.name, layer, inputs: [raw], output: tensor };
  return { ...graph, tensors: new Map(graph.tensors).set(raw, { ...plain, id: raw }), nodes: [...nodes, last] };
}
