import { createFrames, type Frames } from '../../data/frames.ts';
import type { HostNetwork } from '../../design/host_network.ts';
import type { TensorId } from '../../model/graph.ts';
import { FloatNetwork } from '../../model/reference/float_network.ts';
import type { Program, ProgramPort } from '../../program/program.ts';
import { quantize } from '../../util/fixed.ts';

/** Values of tensors by their ids. */
export type Values = ReadonlyMap<TensorId, Frames>;

/** What of a network the host computes, in double precision, before its hardware and behind it. */
export class HostParts {
  readonly #network: HostNetwork;
  readonly #program: Pick<Program, 'inputs' | 'outputs'>;
  readonly #front: FloatNetwork | null;
  readonly #back: FloatNetwork | null;

  /** @param program whose ports are those of the core, in their order */
  constructor(network: HostNetwork, program: Pick<Program, 'inputs' | 'outputs'>) {
    const { front, back } = network.partition;
    this.#network = network;
    this.#program = program;
    this.#front = front === null ? null : new FloatNetwork(front);
    this.#back = back === null ? null : new FloatNetwork(back);
  }

  /** Values of the inputs of the network, and what the host makes of them for the hardware. */
  before(inputs: Values): Values {
    return new Map([...inputs, ...(this.#front?.run(inputs).outputs ?? [])]);
  }

  /** Inputs of the hardware in its integers, by name of the port. */
  integers(before: Values): ReadonlyMap<string, Int16Array> {
    const { core } = this.#network.partition;
    return new Map(
      core.inputs.map(({ tensor }, n): [string, Int16Array] => {
        const port = this.#program.inputs[n]!;
        return [port.name, toIntegers(before.get(tensor)!, port)];
      }),
    );
  }

  /**
   * Outputs of the network.
   *
   * @param before see {@link before}
   * @param outputs of the hardware, by name of the port
   */
  behind(before: Values, outputs: ReadonlyMap<string, Int16Array>): Values {
    const { graph, partition, outputs: named } = this.#network;
    const values = new Map(before);
    for (const [n, { tensor }] of partition.core.outputs.entries()) {
      const port = this.#program.outputs[n]!;
      values.set(tensor, toReals(outputs.get(port.name)!, port));
    }
    for (const [tensor, frames] of this.#back?.run(values).outputs ?? []) values.set(tensor, frames);
    return new Map(graph.outputs.map(({ tensor }, n) => [tensor, values.get(named[n]!)!]));
  }
}

/** Frames in the format of a port. */
export function toIntegers({ data }: Frames, { format: { frac, bits } }: ProgramPort): Int16Array {
  return Int16Array.from(data, (value) => quantize(value, frac, bits));
}

/** Integers of a port as reals, exact. */
export function toReals(values: Int16Array, { elements, format }: ProgramPort): Frames {
  const frames = createFrames(values.length / elements, elements);
  const unit = 2 ** -format.frac;
  for (let i = 0; i < values.length; i++) frames.data[i] = values[i]! * unit;
  return frames;
}
