import type { CompiledNetwork } from '../../compiler/pipeline.ts';
import { createFrames, type Frames } from '../../data/frames.ts';
import type { CellObserver } from '../../golden/lstm_slot.ts';
import { GoldenNetwork } from '../../golden/network.ts';
import type { Graph, TensorId } from '../../model/graph.ts';
import { FloatNetwork, type FloatResult, type FloatStates } from '../../model/reference/float_network.ts';
import type { ProgramPort } from '../../program/program.ts';
import { quantize } from '../../util/fixed.ts';
import { quoteName } from '../../util/quote_name.ts';
import type { Engine, Saturation } from './engine.ts';
import { givenStates, leftStates } from './golden_states.ts';

/**
 * The golden model of a network in integers, between what the host computes before and behind it in double precision. Inputs are
 * rounded to their formats; outputs are integers over a power of two, exact.
 */
export class GoldenEngine implements Engine {
  readonly graph: Graph;
  readonly #golden: GoldenNetwork;
  readonly #front: FloatNetwork | null;
  readonly #core: Graph;
  readonly #back: FloatNetwork | null;
  /** Tensors with the values of the graph's outputs, in their order. */
  readonly #outputs: readonly TensorId[];
  readonly #inputs = new Map<string, { values: number; saturated: number }>();
  #vectors: ReadonlyMap<string, Saturation> = new Map();

  /**
   * @param graph as imported; the other parts are made of it
   * @param observer is told every LSTM cell of every step
   */
  constructor(
    graph: Graph,
    { partition, outputs, program }: Pick<CompiledNetwork, 'partition' | 'outputs' | 'program'>,
    observer: CellObserver | null = null,
  ) {
    const { front, core, back } = partition;
    this.graph = graph;
    this.#golden = new GoldenNetwork(program, observer);
    this.#front = front === null ? null : new FloatNetwork(front);
    this.#core = core;
    this.#back = back === null ? null : new FloatNetwork(back);
    this.#outputs = outputs;
  }

  run(inputs: ReadonlyMap<TensorId, Frames>, options: { readonly states?: FloatStates | undefined } = {}): FloatResult {
    const { program } = this.#golden;
    const values = new Map([...inputs, ...(this.#front?.run(inputs).outputs ?? [])]);
    const integers = this.#core.inputs.map(({ name, tensor }, n): [string, Int16Array] => {
      return [program.inputs[n]!.name, this.#quantize(name, values.get(tensor)!.data, program.inputs[n]!)];
    });
    const states = options.states === undefined ? undefined : givenStates(program, options.states);
    const run = this.#golden.run(new Map(integers), states === undefined ? {} : { states });
    this.#vectors = run.saturated;
    for (const [n, { tensor }] of this.#core.outputs.entries()) {
      const port = program.outputs[n]!;
      values.set(tensor, asFrames(run.outputs.get(port.name)!, port));
    }
    for (const [tensor, frames] of this.#back?.run(values).outputs ?? []) values.set(tensor, frames);
    const outputs = this.graph.outputs.map(({ tensor }, n): [TensorId, Frames] => {
      return [tensor, values.get(this.#outputs[n]!)!];
    });
    return { outputs: new Map(outputs), states: leftStates(program, run.states) };
  }

  get saturated(): ReadonlyMap<string, Saturation> {
    return new Map([...this.#inputs, ...this.#vectors]);
  }

  #quantize(name: string, data: Float64Array, { format: { frac, bits } }: ProgramPort): Int16Array {
    const key = `input ${quoteName(name)}`;
    const share = this.#inputs.get(key) ?? { values: 0, saturated: 0 };
    this.#inputs.set(key, share);
    const limit = 2 ** (bits - 1 - frac);
    share.values += data.length;
    return Int16Array.from(data, (value) => {
      if (value >= limit || value < -limit) share.saturated++;
      return quantize(value, frac, bits);
    });
  }
}

function asFrames(values: Int16Array, { elements, format }: ProgramPort): Frames {
  const frames = createFrames(values.length / elements, elements);
  const unit = 2 ** -format.frac;
  for (let i = 0; i < values.length; i++) frames.data[i] = values[i]! * unit;
  return frames;
}
