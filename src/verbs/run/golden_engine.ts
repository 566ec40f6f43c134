import type { Frames } from '../../data/frames.ts';
import type { HostNetwork } from '../../design/host_network.ts';
import type { CellObserver } from '../../golden/lstm_slot.ts';
import { GoldenNetwork } from '../../golden/network.ts';
import type { Graph, Port } from '../../model/graph.ts';
import type { FloatResult, FloatStates } from '../../model/reference/float_network.ts';
import type { Program, ProgramPort } from '../../program/program.ts';
import { quoteName } from '../../util/quote_name.ts';
import type { Engine, Saturation } from './engine.ts';
import { givenStates, leftStates } from './golden_states.ts';
import { HostParts, type Values } from './host_parts.ts';

/**
 * The golden model of a network in integers, between what the host computes before and behind it in double precision. Inputs are
 * rounded to their formats; outputs are integers over a power of two, exact.
 */
export class GoldenEngine implements Engine {
  readonly graph: Graph;
  readonly #golden: GoldenNetwork;
  readonly #host: HostParts;
  readonly #inputs: InputSaturation;
  #vectors: ReadonlyMap<string, Saturation> = new Map();

  /**
   * @param graph as imported; the other parts are made of it
   * @param observer is told every LSTM cell of every step
   */
  constructor(
    graph: Graph,
    { partition, outputs, program }: Omit<HostNetwork, 'graph'> & { readonly program: Program },
    observer: CellObserver | null = null,
  ) {
    this.graph = graph;
    this.#golden = new GoldenNetwork(program, observer);
    this.#host = new HostParts({ graph, partition, outputs }, program);
    this.#inputs = new InputSaturation(partition.core.inputs, program.inputs);
  }

  run(inputs: Values, options: { readonly states?: FloatStates | undefined } = {}): FloatResult {
    const { program } = this.#golden;
    const before = this.#host.before(inputs);
    this.#inputs.add(before);
    const states = options.states === undefined ? undefined : givenStates(program, options.states);
    const run = this.#golden.run(this.#host.integers(before), states === undefined ? {} : { states });
    this.#vectors = run.saturated;
    return { outputs: this.#host.behind(before, run.outputs), states: leftStates(program, run.states) };
  }

  get saturated(): ReadonlyMap<string, Saturation> {
    return new Map([...this.#inputs.shares, ...this.#vectors]);
  }
}

/** Counts the values of the inputs of the hardware that are beyond their formats. */
export class InputSaturation {
  /** By `input "name"`. */
  readonly shares = new Map<string, { values: number; saturated: number }>();
  readonly #inputs: readonly Port[];
  readonly #ports: readonly ProgramPort[];

  constructor(inputs: readonly Port[], ports: readonly ProgramPort[]) {
    this.#inputs = inputs;
    this.#ports = ports;
  }

  /** Takes the inputs of an utterance in, as reals. */
  add(values: ReadonlyMap<string, Frames>): void {
    for (const [n, { name, tensor }] of this.#inputs.entries()) {
      const { frac, bits } = this.#ports[n]!.format;
      const key = `input ${quoteName(name)}`;
      const share = this.shares.get(key) ?? { values: 0, saturated: 0 };
      this.shares.set(key, share);
      const limit = 2 ** (bits - 1 - frac);
      const { data } = values.get(tensor)!;
      share.values += data.length;
      for (const value of data) if (value >= limit || value < -limit) share.saturated++;
    }
  }
}
