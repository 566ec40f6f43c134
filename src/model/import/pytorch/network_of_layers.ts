import { EsegenError } from '../../../util/errors.ts';
import { formatShape, quoteName } from '../../../util/quote_name.ts';
import type { Graph, PortAxis, Tensor } from '../../graph.ts';
import { GraphBuilder, type Made } from '../../graph_builder.ts';
import type { WeightTensor } from '../imported_model.ts';
import { checkSize } from '../limits.ts';
import { batchNormLayer } from './batch_norm_module.ts';
import { convLayer } from './conv_module.ts';
import type { LayerEntry, LayersFile } from './layers_file.ts';
import { MATRIX_NAMES } from './lstm_tensors.ts';
import {
  checkOwnNames,
  findModule,
  kindOf,
  type RecurrentKind,
  readDirection,
  recurrentTensors,
} from './recurrent_module.ts';
import type { StateDict } from './state_dict.ts';

/** Most elements of the value of a step. */
const ELEMENT_LIMIT = 2 ** 22;

type Of<K extends LayerEntry['kind']> = Extract<LayerEntry, { readonly kind: K }>;

/** Why a tensor of a state dict is outside. */
export const NO_LAYER = 'is a tensor of no layer';

/** A network, and where its weights are. */
export interface NetworkOfTensors {
  readonly graph: Graph;
  readonly weightTensors: readonly WeightTensor[];
}

/**
 * Builds the network that a list of layers makes of a state dict. Tensors that no layer takes are named as outside.
 *
 * @param where of the list, for messages
 * @throws EsegenError naming the tensor or the layer, where a tensor is missing or has another shape, or a layer does not fit the
 *   one before it
 */
export function networkOfLayers(state: StateDict, file: LayersFile, where: string): NetworkOfTensors {
  const builder = new GraphBuilder();
  const weightTensors: WeightTensor[] = [];
  const { shape, axes } = file.input ?? defaultInput(state, file.layers[0]!, `${where}: layers.0`);
  let value = builder.input('x', shape, axes);
  for (const [number, entry] of file.layers.entries()) {
    value = new LayerReader(builder, state, weightTensors, `${where}: layers.${number}`).read(entry, value);
  }
  builder.output('y', value, outputAxes(file, value, where));
  for (const name of state.unused()) builder.outside(name, NO_LAYER);
  return { graph: builder.build(), weightTensors };
}

/** Frames of features, [T, B, I], where the first layer says how many there are. */
function defaultInput(state: StateDict, entry: LayerEntry, where: string): NonNullable<LayersFile['input']> {
  if (entry.kind !== 'lstm' && entry.kind !== 'gru' && entry.kind !== 'linear') {
    throw new EsegenError(where, `a ${entry.kind} does not say what it takes`, 'Name the input in the layer file');
  }
  let name: string;
  if (entry.kind === 'linear') name = `${prefixOf(state, entry.name)}weight`;
  else {
    const { prefix, layers } = findModule(state, prefixOf(state, entry.name));
    name = `${prefix}weight_ih${layers[0]![0]}`;
  }
  const letters = entry.kind === 'linear' ? '[outputs, I]' : entry.kind === 'lstm' ? '[4H, I]' : '[3H, I]';
  const inputs = state.shape(name, letters)[1]!;
  checkSize(state.at(name), 'I (inputs)', inputs);
  return { shape: [inputs], axes: ['time', 'batch', 'shape'] };
}

function outputAxes(file: LayersFile, { shape, time }: Tensor, where: string): readonly PortAxis[] {
  const given = file.output?.axes;
  const own: readonly PortAxis[] = [
    ...(time === null ? [] : (['time'] as const)),
    'batch',
    ...shape.map(() => 'shape' as const),
  ];
  if (given === undefined) return own;
  const count = (axes: readonly PortAxis[], axis: PortAxis) => axes.filter((other) => other === axis).length;
  if (count(given, 'shape') === shape.length && (time !== null || !given.includes('time'))) return given;
  const steps = time === null ? 'one value an utterance' : 'a value a step';
  throw new EsegenError(
    `${where}: output.axes`,
    `do not fit the output, ${steps} of the shape ${formatShape(shape)}`,
    `Expected is for example ${JSON.stringify(own)}`,
  );
}

/** What stands before the names of a module's tensors. */
function prefixOf(state: StateDict, name: string): string {
  if (name === '' || name.endsWith('.')) return name;
  const startsWith = (prefix: string) => [...state.tensors.keys()].some((tensor) => tensor.startsWith(prefix));
  return startsWith(`${name}.`) || !startsWith(name) ? `${name}.` : name;
}

/** Reads one entry of a list. */
class LayerReader {
  constructor(
    readonly builder: GraphBuilder,
    readonly state: StateDict,
    /** Takes up where weights are. */
    readonly weightTensors: WeightTensor[],
    /** Entry for messages. */
    readonly where: string,
  ) {}

  read(entry: LayerEntry, value: Tensor): Tensor {
    const { time } = value;
    switch (entry.kind) {
      case 'lstm':
      case 'gru':
        return this.#recurrent(entry, value);
      case 'linear':
        return this.#linear(entry, value);
      case 'conv': {
        const { layer, made } = convLayer(this.state, prefixOf(this.state, entry.name), entry, value, this.where);
        return this.#node(entry.name, layer, value, made);
      }
      case 'batchNorm': {
        const prefix = prefixOf(this.state, entry.name);
        return this.#node(entry.name, batchNormLayer(this.state, prefix, entry.eps, value.shape[0]!), value, value);
      }
      case 'pick':
        if (time === null) throw new EsegenError(this.where, 'there is one value an utterance already', 'Remove it');
        return this.#node(entry.at, { kind: 'pick', at: entry.at }, value, { shape: value.shape, time: null });
      case 'softmax':
      case 'logSoftmax': {
        const axis = value.shape.length - 1;
        return this.#node(entry.kind, { kind: 'host', operation: { op: entry.kind, axis } }, value, value);
      }
      default:
        return this.#node(entry.kind, { kind: 'activation', activation: entry }, value, value);
    }
  }

  #node(name: string, layer: Parameters<GraphBuilder['node']>[1], value: Tensor, made: Made): Tensor {
    const elements = made.shape.reduce((product, size) => product * size, 1);
    if (elements > ELEMENT_LIMIT) {
      throw new EsegenError(this.where, `makes ${elements} values a step, at most ${ELEMENT_LIMIT} are supported`);
    }
    return this.builder.node(name, layer, [value], made);
  }

  /** Feature maps as features, channel by channel. */
  #flat(value: Tensor): Tensor {
    if (value.shape.length === 1) return value;
    const elements = value.shape.reduce((product, size) => product * size, 1);
    return this.#node('flatten', { kind: 'concat' }, value, { shape: [elements], time: value.time });
  }

  #linear({ name }: Of<'linear'>, before: Tensor): Tensor {
    const { state } = this;
    const prefix = prefixOf(state, name);
    const value = this.#flat(before);
    const [weight, bias] = [`${prefix}weight`, `${prefix}bias`];
    const [inputs] = value.shape;
    const [outputs] = state.shape(weight, '[outputs, inputs]') as readonly [number, number];
    checkSize(state.at(weight), 'outputs', outputs);
    const values = state.floats(weight, '[outputs, inputs]', [outputs, inputs!]);
    const vector = state.has(bias) ? Float64Array.from(state.floats(bias, '[outputs]', [outputs])) : null;
    const layer = {
      kind: 'linear',
      weight: { rows: outputs, columns: inputs!, values },
      bias: vector ?? new Float64Array(outputs),
      activation: null,
    } as const;
    const output = this.#node(name, layer, value, { shape: [outputs], time: value.time });
    this.weightTensors.push({ tensor: weight, node: output.id, matrices: ['w'] });
    return output;
  }

  #recurrent(entry: Of<'lstm'> | Of<'gru'>, before: Tensor): Tensor {
    const { state } = this;
    const { kind, name, directions } = entry;
    const cellClip = entry.kind === 'lstm' ? entry.cellClip : undefined;
    const module = findModule(state, prefixOf(state, name));
    const found = kindOf(state, module);
    if (found !== kind) {
      const { prefix, layers } = module;
      const weight = `${prefix}${MATRIX_NAMES.r}${layers[0]![0]}`;
      const shape = formatShape(state.shape(weight, '[gates · H, outputs]'));
      const what = `expected ${label(kind)}, but ${quoteName(name)} is ${label(found)} by the shape ${shape} of ${quoteName(weight)}`;
      throw new EsegenError(this.where, what, 'A GRU has [3H, H], an LSTM [4H, P]');
    }
    checkOwnNames(state, kind, module);
    const both = module.layers[0]!.length === 2;
    if (directions !== undefined && both === (directions === 'forward')) {
      const what = both ? 'has two directions' : 'has only a forward direction';
      throw new EsegenError(`${this.where}.directions`, `${quoteName(name)} ${what}, got "${directions}"`);
    }
    let value = this.#flat(before);
    const base = name.replace(/\.$/, '') || kind;
    for (const [number, suffixes] of module.layers.entries()) {
      const { shape, time } = value;
      const parts = suffixes.map((suffix) => {
        const layer = readDirection(state, kind, module.prefix, suffix, shape[0]!, cellClip);
        const outputs = layer.kind === 'lstm' ? layer.outputs : layer.cells;
        const id = nodeId(base, number, module.layers.length, suffix);
        const output = this.builder.node(base + suffix, layer, [value], { shape: [outputs], time }, id);
        this.weightTensors.push(...recurrentTensors(layer, module.prefix, suffix, output.id));
        return output;
      });
      const [first] = parts;
      if (!both) {
        value = first!;
        continue;
      }
      // nn.LSTM and nn.GRU put the directions side by side between their own layers.
      const sums = directions === 'sum' && number === module.layers.length - 1;
      const size = sums ? first!.shape[0]! : parts.reduce((sum, part) => sum + part.shape[0]!, 0);
      const id = `${nodeId(base, number, module.layers.length, '')}_${sums ? 'sum' : 'concat'}`;
      const layer = { kind: sums ? 'add' : 'concat' } as const;
      value = this.builder.node(`${base}${suffixes[0]}`, layer, parts, { shape: [size], time }, id);
    }
    return value;
  }
}

function label(kind: RecurrentKind): string {
  return kind === 'lstm' ? 'an LSTM' : 'a GRU';
}

/** `lstm1` for the second of several layers of a module, `rnns_0_l1` where its name ends with a number. */
function nodeId(base: string, number: number, count: number, suffix: string): string {
  const own = count === 1 ? base : /\d$/.test(base) ? `${base}_l${number}` : `${base}${number}`;
  return suffix.endsWith('_reverse') ? `${own}_reverse` : own;
}
