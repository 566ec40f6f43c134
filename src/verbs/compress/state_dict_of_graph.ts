import type { Activation, Graph, GruLayer, LstmLayer, Node, Tensor } from '../../model/graph.ts';
import { consumersOf, ESE_CELL } from '../../model/graph.ts';
import type { WeightTensor } from '../../model/import/imported_model.ts';
import type { LayerEntry, LayersFile } from '../../model/import/pytorch/layers_file.ts';
import { recurrentTensors } from '../../model/import/pytorch/recurrent_module.ts';
import type { FloatTensor } from '../../model/import/write_safetensors.ts';
import { matricesOf } from '../../model/matrices.ts';
import { EsegenError } from '../../util/errors.ts';

/** A network as a PyTorch state dict. */
export interface StateDictOfGraph {
  readonly tensors: ReadonlyMap<string, FloatTensor>;
  readonly weightTensors: readonly WeightTensor[];
  /** What its layer file holds. */
  readonly layers: LayersFile;
}

/**
 * Writes a network, which must be a chain, under PyTorch's names: every recurrent layer is a module of its own with the id of its node,
 * linear layers and convolutions too.
 *
 * @param where file for messages
 * @throws EsegenError where PyTorch's names cannot say what the network does
 */
export function stateDictOf(where: string, graph: Graph): StateDictOfGraph {
  const writer = new StateDictWriter(where, graph);
  const [input, second] = graph.inputs;
  if (input === undefined || second !== undefined) throw writer.cannotSay('network', 'several inputs');
  if (graph.states.some((state) => state.input !== null))
    throw writer.cannotSay('network', 'initial states given at run time');
  let value = graph.tensors.get(input.tensor)!;
  for (;;) {
    const next = writer.write(value);
    if (next === null) break;
    value = next;
  }
  if (graph.outputs.length !== 1 || graph.outputs[0]!.tensor !== value.id) {
    throw writer.cannotSay('network', 'an output in its midst');
  }
  const { shape } = graph.tensors.get(input.tensor)!;
  const layers: LayersFile = { input: { shape: [...shape], axes: [...input.axes] }, layers: writer.entries };
  return { tensors: writer.tensors, weightTensors: writer.weightTensors, layers };
}

class StateDictWriter {
  readonly tensors = new Map<string, FloatTensor>();
  readonly weightTensors: WeightTensor[] = [];
  readonly entries: LayerEntry[] = [];

  constructor(
    readonly where: string,
    readonly graph: Graph,
  ) {}

  /** Writes what reads a value; null where nothing does. */
  write(value: Tensor): Tensor | null {
    const readers = consumersOf(this.graph, value.id);
    const [first, second] = readers;
    if (first === undefined) return null;
    if (second !== undefined) return this.#bothDirections(readers);
    const output = this.#tensor(first);
    switch (first.layer.kind) {
      case 'lstm':
      case 'gru':
        if (first.layer.reverse) throw this.cannotSay(first.id, 'a layer in reverse direction alone');
        this.#direction(first, first.layer, first.id, '_l0');
        this.entries.push({ kind: first.layer.kind, name: first.id, ...cellLimit(first.layer) });
        return output;
      case 'linear': {
        const { weight, bias, activation } = first.layer;
        this.#put(`${first.id}.weight`, [weight.rows, weight.columns], weight.values);
        this.#put(`${first.id}.bias`, [weight.rows], bias);
        this.weightTensors.push({ tensor: `${first.id}.weight`, node: first.id, matrices: ['w'] });
        this.entries.push({ kind: 'linear', name: first.id });
        this.#activation(activation);
        return output;
      }
      case 'conv': {
        const { weight, bias, space, time, groups, activation, channels } = first.layer;
        const windows = [...space, time];
        const kernels = windows.map(({ kernel }) => kernel);
        this.#put(`${first.id}.weight`, [weight.rows, channels / groups, ...kernels], weight.values);
        this.#put(`${first.id}.bias`, [weight.rows], bias);
        this.entries.push({
          kind: 'conv',
          name: first.id,
          axes: [...space.map(() => 'space' as const), 'time'],
          stride: windows.map(({ stride }) => stride),
          padding: windows.map(({ before, after }): [number, number] => [before, after]),
          dilation: windows.map(({ dilation }) => dilation),
          groups,
        });
        this.#activation(activation);
        return output;
      }
      case 'batchNorm': {
        const { scale, shift } = first.layer;
        const size = [scale.length];
        this.#put(`${first.id}.weight`, size, scale);
        this.#put(`${first.id}.bias`, size, shift);
        this.#put(`${first.id}.running_mean`, size, new Float64Array(scale.length));
        this.#put(`${first.id}.running_var`, size, new Float64Array(scale.length).fill(1));
        this.entries.push({ kind: 'batchNorm', name: first.id, eps: 0 });
        return output;
      }
      case 'activation':
        this.#activation(first.layer.activation);
        return output;
      case 'pick':
        this.entries.push({ kind: 'pick', at: first.layer.at });
        return output;
      case 'host': {
        const { op } = first.layer.operation;
        if (op !== 'softmax' && op !== 'logSoftmax') throw this.cannotSay(first.id, `${op} on the host`);
        this.entries.push({ kind: op });
        return output;
      }
      case 'concat':
        // Alone it only changes how the elements are read, which a recurrent or linear layer does as well.
        if (output.shape.length === 1) return output;
        throw this.cannotSay(first.id, 'a change of shape');
      default:
        throw this.cannotSay(first.id, `a node of the kind ${first.layer.kind}`);
    }
  }

  cannotSay(node: string, what: string): EsegenError {
    return new EsegenError(
      this.where,
      `${node}: has ${what}, which PyTorch's names cannot say`,
      'Prune the model from a safetensors file, or in the training framework',
    );
  }

  #bothDirections(readers: readonly Node[]): Tensor {
    const forward = readers.find(({ layer }) => (layer.kind === 'lstm' || layer.kind === 'gru') && !layer.reverse);
    const backward = readers.find(({ layer }) => (layer.kind === 'lstm' || layer.kind === 'gru') && layer.reverse);
    const join = forward === undefined ? [] : consumersOf(this.graph, forward.output);
    const [joined] = join;
    const isPair =
      readers.length === 2 &&
      forward?.layer.kind === backward?.layer.kind &&
      join.length === 1 &&
      (joined!.layer.kind === 'concat' || joined!.layer.kind === 'add') &&
      joined!.inputs.length === 2 &&
      joined!.inputs[0] === forward?.output &&
      joined!.inputs[1] === backward?.output &&
      consumersOf(this.graph, backward!.output).length === 1;
    if (!isPair) throw this.cannotSay(readers[0]!.id, 'a branch');
    const name = forward!.id;
    for (const [node, suffix] of [[forward!, '_l0'] as const, [backward!, '_l0_reverse'] as const]) {
      this.#direction(node, node.layer as LstmLayer | GruLayer, name, suffix);
    }
    const limits = [forward!, backward!].map(({ layer }) => cellLimit(layer as LstmLayer | GruLayer));
    if (limits[0]!.cellClip !== limits[1]!.cellClip)
      throw this.cannotSay(name, 'another limit of the cell state backward');
    const { kind } = forward!.layer as LstmLayer | GruLayer;
    const directions = joined!.layer.kind === 'add' ? 'sum' : 'concat';
    this.entries.push({ kind, name, directions, ...limits[0]! });
    return this.#tensor(joined!);
  }

  #direction(node: Node, layer: LstmLayer | GruLayer, module: string, suffix: string): void {
    this.#checkPlain(node.id, layer);
    const prefix = `${module}.`;
    const places = recurrentTensors(layer, prefix, suffix, node.id);
    const matrices = new Map(matricesOf(layer));
    for (const { tensor, matrices: names } of places) {
      const parts = names.map((name) => matrices.get(name)!);
      const rows = parts.reduce((sum, part) => sum + part.rows, 0);
      const values = new Float64Array(rows * parts[0]!.columns);
      let at = 0;
      for (const part of parts) {
        values.set(part.values, at);
        at += part.values.length;
      }
      const isSingle = parts.every((part) => part.values instanceof Float32Array);
      this.#put(tensor, [rows, parts[0]!.columns], isSingle ? Float32Array.from(values) : values);
    }
    this.weightTensors.push(...places);
    const { cells } = layer;
    const [x, h] = layer.kind === 'lstm' ? lstmBiases(layer) : gruBiases(layer);
    this.#put(`${prefix}bias_ih${suffix}`, [x.length], x);
    this.#put(`${prefix}bias_hh${suffix}`, [h.length], h);
    if (layer.kind === 'gru' || layer.peepholes === null) return;
    for (const gate of ['i', 'f', 'o'] as const) {
      this.#put(`${prefix}weight_c${gate}${suffix}`, [cells], layer.peepholes[gate]);
    }
  }

  #checkPlain(id: string, layer: LstmLayer | GruLayer): void {
    if (layer.initial !== null) throw this.cannotSay(id, 'initial states other than zeros');
    const { gate, candidate, output, clip } = ESE_CELL;
    if (layer.kind === 'gru') {
      const plain = layer.gate.kind === gate.kind && layer.candidate.kind === candidate.kind && layer.clip === clip;
      if (!plain || !layer.resetAfter) throw this.cannotSay(id, 'another cell');
      return;
    }
    const { cell } = layer;
    const plain =
      cell.gate.kind === gate.kind && cell.candidate.kind === candidate.kind && cell.output.kind === output.kind;
    if (!plain || cell.clip !== clip || cell.couplesGates) throw this.cannotSay(id, 'another cell');
  }

  #activation(activation: Activation | null): void {
    if (activation !== null) this.entries.push(activation);
  }

  #put(name: string, shape: readonly number[], data: FloatTensor['data']): void {
    this.tensors.set(name, { shape, data });
  }

  #tensor(node: Node): Tensor {
    return this.graph.tensors.get(node.output)!;
  }
}

/** What the entry of a layer says of the limit of its cell state. */
function cellLimit(layer: LstmLayer | GruLayer): { readonly cellClip?: number } {
  const limited = layer.kind === 'lstm' && Number.isFinite(layer.cell.cellClip);
  return limited ? { cellClip: layer.cell.cellClip } : {};
}

function lstmBiases({ bias, cells }: LstmLayer): readonly [Float64Array, Float64Array] {
  return [Float64Array.of(...bias.i, ...bias.f, ...bias.c, ...bias.o), new Float64Array(4 * cells)];
}

function gruBiases({ bias, cells }: GruLayer): readonly [Float64Array, Float64Array] {
  return [
    Float64Array.of(...bias.r, ...bias.z, ...bias.n),
    Float64Array.of(...new Float64Array(2 * cells), ...bias.nh),
  ];
}
