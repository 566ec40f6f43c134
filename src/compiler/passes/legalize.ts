import type {
  Activation,
  BatchNormLayer,
  ConvLayer,
  Graph,
  GruLayer,
  LinearLayer,
  LstmLayer,
  Node,
  NodeId,
  PickLayer,
  Tensor,
  TensorId,
} from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import type { LegalGraph, LegalLayer } from '../legal_graph.ts';
import { sizesEqual } from './editor.ts';
import {
  type Affine,
  convSizes,
  convTerms,
  diagonalTerms,
  product,
  scaledAffine,
  wholeTerms,
  withActivation,
} from './legal_affine.ts';
import { LegalDraft } from './legal_draft.ts';
import { legalRecurrent } from './legal_recurrent.ts';
import { gatherView, joinViews, tensorOf, type View } from './view.ts';

/**
 * Rewrites a graph into what the hardware executes: affine and recurrent layers, and steps picked. Concatenations and changes of
 * layout become columns of the matrices that read them; sums take in the layers that they add, affine layers the batch-norms and
 * activations behind them; what is left becomes an affine layer with a sparse matrix. Outputs stay what they are.
 *
 * @throws EsegenError where a layer is the host's, or a change of layout is too large to be a matrix
 */
export function legalize(graph: Graph): LegalGraph {
  return new Legalizer(graph).run();
}

class Legalizer {
  readonly #graph: Graph;
  readonly #draft: LegalDraft;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#draft = new LegalDraft(graph);
  }

  run(): LegalGraph {
    for (const node of this.#graph.nodes) this.#visit(node);
    return this.#draft.finish();
  }

  #visit(node: Node): void {
    const { layer } = node;
    switch (layer.kind) {
      case 'concat':
        this.#draft.setView(node.output, joinViews(node.inputs.map((id) => this.#draft.viewOf(id))));
        return;
      case 'gather':
        this.#draft.setView(node.output, gatherView(this.#view(node), layer.index));
        return;
      case 'lstm':
      case 'gru':
        this.#recurrent(node, layer);
        return;
      case 'linear':
        this.#linear(node, layer);
        return;
      case 'conv':
        this.#conv(node, layer);
        return;
      case 'batchNorm':
        this.#norm(node, layer);
        return;
      case 'activation':
        this.#activate(node, layer.activation);
        return;
      case 'add':
        this.#sum(node);
        return;
      case 'pick':
        this.#pick(node, layer);
        return;
      case 'host':
        throw new EsegenError('legalize', `${layer.operation.op} is a layer of the host`);
    }
  }

  #view(node: Node): View {
    return this.#draft.viewOf(node.inputs[0]!);
  }

  #shape(id: TensorId): readonly number[] {
    return this.#graph.tensors.get(id)!.shape;
  }

  #output(node: Node): Tensor {
    return this.#graph.tensors.get(node.output)!;
  }

  #recurrent(node: Node, layer: LstmLayer | GruLayer): void {
    const view = this.#view(node);
    const sources = view.sources.map(({ id }) => id);
    const made: LegalLayer = { kind: 'recurrent', layer: legalRecurrent(layer, view), sources };
    this.#draft.put(this.#output(node), node, made);
  }

  #linear(node: Node, { weight, bias, activation }: LinearLayer): void {
    const terms = wholeTerms(weight, this.#view(node));
    const affine = { ...namesOf(node), rows: weight.rows, sizes: [], terms, bias, activation: null };
    this.#putActivated(node, affine, activation);
  }

  #conv(node: Node, layer: ConvLayer): void {
    const shape = this.#shape(node.inputs[0]!);
    const given = convTerms(layer, this.#view(node), shape);
    const readable = given !== null && this.#draft.takeShapes(this.#view(node), shape.slice(1));
    const terms = readable ? given : convTerms(layer, this.#draft.copied(node.inputs[0]!, node, shape), shape)!;
    const { bias } = layer;
    const sizes = spread([bias.length, ...convSizes(layer, shape)]);
    const affine = { ...namesOf(node), rows: bias.length, sizes, terms, bias, activation: null };
    this.#putActivated(node, affine, layer.activation);
  }

  #putActivated(node: Node, affine: Affine, activation: Activation | null): void {
    this.#draft.putAffine(this.#output(node), activation === null ? affine : withActivation(affine, activation)!);
  }

  #norm(node: Node, { scale, shift }: BatchNormLayer): void {
    const producer = this.#draft.soleProducer(node.inputs[0]!);
    const affine = producer === null ? undefined : this.#draft.affineOf(producer);
    if (producer !== null && affine !== undefined && affine.activation === null) {
      const rowScale = byRows(scale, affine);
      const rowShift = byRows(shift, affine);
      if (rowScale !== null && rowShift !== null) {
        this.#takeOver(producer, node, scaledAffine(affine, rowScale, rowShift));
        return;
      }
    }
    this.#draft.putAffine(this.#output(node), this.#diagonal(node, scale, shift));
  }

  #activate(node: Node, activation: Activation): void {
    const producer = this.#draft.soleProducer(node.inputs[0]!);
    const affine = producer === null ? undefined : this.#draft.affineOf(producer);
    const activated = affine === undefined ? null : withActivation(affine, activation);
    if (producer !== null && activated !== null) {
      this.#takeOver(producer, node, activated);
      return;
    }
    const channels = this.#shape(node.inputs[0]!)[0] ?? 1;
    const identity = this.#diagonal(node, new Float64Array(channels).fill(1), new Float64Array(channels));
    this.#draft.putAffine(this.#output(node), withActivation(identity, activation)!);
  }

  /** scale ⊙ x + shift of the only input of a node, channel by channel. */
  #diagonal(node: Node, scale: Float64Array, shift: Float64Array): Affine {
    const shape = this.#shape(node.inputs[0]!);
    const terms = this.#diagonalTerms(node.inputs[0]!, node, shape, scale);
    return { ...namesOf(node), rows: scale.length, sizes: spread(shape), terms, bias: shift, activation: null };
  }

  #diagonalTerms(input: TensorId, node: Node, shape: readonly number[], factors: Float64Array): Affine['terms'] {
    const sizes = spread(shape);
    const view = this.#draft.viewOf(input);
    const given = diagonalTerms(view, shape, factors);
    if (given !== null && (sizes.length === 0 || this.#draft.takeShapes(view, sizes))) return given;
    return diagonalTerms(this.#draft.copied(input, node, shape), shape, factors)!;
  }

  #sum(node: Node): void {
    const shape = this.#shape(node.output);
    const [rows, sizes] = [shape[0] ?? 1, spread(shape)];
    const ones = new Float64Array(rows).fill(1);
    const bias = new Float64Array(rows);
    const terms: Affine['terms'][number][] = [];
    const taken: Affine[] = [];
    for (const input of node.inputs) {
      const producer = this.#draft.soleProducer(input);
      const affine = producer === null ? undefined : this.#draft.affineOf(producer);
      const fits = affine?.activation === null && affine.rows === rows && sizesEqual(affine.sizes, sizes);
      if (affine === undefined || !fits) {
        terms.push(...this.#diagonalTerms(input, node, shape, ones));
        continue;
      }
      this.#draft.remove(producer!);
      taken.push(affine);
      terms.push(...affine.terms);
      for (let row = 0; row < rows; row++) bias[row]! += affine.bias[row]!;
    }
    // The layer keeps the name of the largest that it took in, by which a config may know it.
    const size = (affine: Affine) => affine.terms.reduce((sum, { weight }) => sum + weight.values.length, 0);
    const [largest] = taken.toSorted((a, b) => size(b) - size(a));
    const names = namesOf(largest ?? node);
    this.#draft.putAffine(this.#output(node), { ...names, rows, sizes, terms, bias, activation: null });
  }

  #pick(node: Node, layer: PickLayer): void {
    const view = this.#view(node);
    if (tensorOf(view) !== null) {
      this.#draft.putPick(this.#output(node), node, layer, view.sources[0]!.id);
      return;
    }
    const sources = view.sources.map(({ id, elements }, n) => {
      const made = { ...this.#draft.tensor(id), id: `${node.output}_${n}`, time: null };
      this.#draft.putPick(made, n === 0 ? node : { ...node, id: this.#draft.freeId(node.id) }, layer, id);
      return { id: made.id, elements };
    });
    this.#draft.setView(node.output, { ...view, sources });
  }

  /** The affine layer that a node takes in gets the node's output instead of its own. */
  #takeOver(producer: TensorId, node: Node, affine: Affine): void {
    this.#draft.remove(producer);
    this.#draft.putAffine(this.#output(node), affine);
  }
}

function namesOf({ id, name }: { readonly id: NodeId; readonly name: string }) {
  return { id, name };
}

/** Axes of positions of a shape; none where there is but one position. */
function spread(shape: readonly number[]): readonly number[] {
  const sizes = shape.slice(1);
  return product(sizes) === 1 ? [] : sizes;
}

/** Values by channel as values by row of an affine layer of the same elements; null where a row is of several channels. */
function byRows(values: Float64Array, { rows, sizes }: Affine): Float64Array | null {
  const positions = product(sizes);
  const size = (rows * positions) / values.length;
  const at = (element: number) => values[Math.floor(element / size)]!;
  for (let row = 0; row < rows; row++) {
    for (let n = 1; n < positions; n++) if (at(row * positions + n) !== at(row * positions)) return null;
  }
  return Float64Array.from({ length: rows }, (_, row) => at(row * positions));
}
