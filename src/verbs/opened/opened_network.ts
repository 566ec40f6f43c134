import { isDeepStrictEqual } from 'node:util';
import type { FrameStats } from '../../../sim-verilator/bench_files.ts';
import { cosimulateNetwork } from '../../../sim-verilator/network_cosim.ts';
import type { NetworkStats } from '../../../sim-verilator/network_files.ts';
import type { PortValues } from '../../../sim-verilator/network_stimuli.ts';
import { idealOf, type SteadyState, steadyState, wholeRun } from '../../../sim-verilator/steady_state.ts';
import type { HostNetwork } from '../../design/host_network.ts';
import type { LoadedNetwork } from '../../design/load_network.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph, Window } from '../../model/graph.ts';
import { FloatNetwork } from '../../model/reference/float_network.ts';
import type { ProgramPort } from '../../program/program.ts';
import { EsegenError } from '../../util/errors.ts';
import { saturatedVectors } from '../run/engine.ts';
import { GoldenEngine, InputSaturation } from '../run/golden_engine.ts';
import { HostParts, type Values } from '../run/host_parts.ts';
import { saturatedWarning } from '../warnings.ts';
import type { HardwarePort, OpenedDesign, RtlOptions, RtlRun } from './opened_design.ts';

/** A design of a network. Its host computes what the partition left before the hardware and behind it. */
export class OpenedNetwork implements OpenedDesign {
  readonly config: Config;
  readonly graph: Graph;
  readonly channels: number;
  readonly hasMemory: boolean;
  readonly inputs: readonly HardwarePort[];
  readonly outputs: readonly HardwarePort[];
  readonly readNorm: OpenedDesign['readNorm'];
  readonly readLabels: OpenedDesign['readLabels'];
  readonly #dir: string;
  readonly #loaded: LoadedNetwork;
  readonly #network: HostNetwork;
  readonly #host: HostParts;
  readonly #core: FloatNetwork;

  /**
   * @param dir as the user calls it
   * @throws EsegenError where the model of the directory does not go with its program
   */
  constructor(dir: string, loaded: LoadedNetwork) {
    const { program, config, sizes } = loaded.design;
    this.#dir = dir;
    this.#loaded = loaded;
    this.#network = loaded.readHost();
    const { graph, partition } = this.#network;
    this.config = config;
    this.graph = graph;
    this.channels = sizes.channels;
    this.hasMemory = sizes.external !== null;
    this.readNorm = loaded.readNorm;
    this.readLabels = loaded.readLabels;
    this.inputs = portsOf(this.#network, 'inputs', program.inputs);
    this.outputs = portsOf(this.#network, 'outputs', program.outputs);
    this.#host = new HostParts(this.#network, program);
    this.#core = new FloatNetwork(partition.core);
  }

  before(inputs: Values): Values {
    return this.#host.before(inputs);
  }

  exact(before: Values): Values {
    return this.#core.run(before).outputs;
  }

  behind(before: Values, outputs: PortValues): Values {
    return this.#host.behind(before, outputs);
  }

  golden() {
    const { program } = this.#loaded.design;
    const engine = new GoldenEngine(this.graph, { ...this.#network, program });
    const warnings = (where: string) => saturatedVectors(engine).flatMap((vector) => saturatedWarning(vector, where));
    return { engine, program, warnings };
  }

  async cosimulate(utterances: readonly Values[], options: RtlOptions): Promise<RtlRun> {
    if (options.netlist) {
      const what = `${this.#dir} is the design of a network, which is simulated as RTL`;
      throw new EsegenError('--netlist', what, 'Leave it out');
    }
    const { dir, design } = this.#loaded;
    const { sizes, program } = design;
    const { progress, notice, waves, memory = {}, seed, stalls, simulator = 'verilator' } = options;
    const integers = utterances.map((values) => this.#host.integers(values));
    const run = { simulator, seed, stalls, memory, waves, progress, notice };
    const cosim = await cosimulateNetwork(dir, design, integers, run);
    const inputs = new InputSaturation(this.#network.partition.core.inputs, program.inputs);
    for (const values of utterances) inputs.add(values);
    const saturated = saturatedVectors({ saturated: new Map([...inputs.shares, ...cosim.saturated]) });

    const { batches, golden, rtl, mismatches, comparedWords, differences, cycles } = cosim;
    const lanes = sizes.groups * sizes.lanes;
    const frames = program.mode === 'streaming' ? batches.length : this.#stepsOf(utterances);
    const steady = program.mode === 'streaming' ? steadyOf(batches, lanes) : wholeOf(cosim.stats, frames, lanes);
    return {
      ...{ simulator, frames, cycles, comparedWords, mismatches, differences, golden, rtl, saturated },
      firstFrameCycles: batches[0]?.cycle ?? 0,
      cyclesPerFrame: steady.cyclesPerFrame,
      idealCyclesPerFrame: idealOf(steady) ?? 0,
      load: steady.load === null ? null : { ...steady.load, memoryCycles: null, queueHighWater: null },
      tables: [],
      warnings: (where) => saturated.flatMap((vector) => saturatedWarning(vector, where)),
    };
  }

  /** Steps of the inputs of all utterances. */
  #stepsOf(utterances: readonly Values[]): number {
    const { tensor } = this.inputs.find((input) => input.tensor.time !== null) ?? this.inputs[0]!;
    return utterances.reduce((sum, values) => sum + values.get(tensor.id)!.frames, 0);
  }
}

/** Ports of the program beside those of the core, whose order they have. */
function portsOf(
  { graph, partition: { front, core } }: HostNetwork,
  side: 'inputs' | 'outputs',
  ports: readonly ProgramPort[],
): readonly HardwarePort[] {
  if (core[side].length !== ports.length) {
    throw new EsegenError('host/network.json', `expected ${ports.length} ${side}, got ${core[side].length}`);
  }
  const base = timeOfInputs(front, core);
  return core[side].map(({ name, tensor: id }, n): HardwarePort => {
    const tensor = core.tensors.get(id)!;
    const time = tensor.time === null ? null : [...base, ...tensor.time];
    const model = graph[side].find((port) => port.name === name) ?? null;
    return { port: ports[n]!, model, tensor: { ...tensor, time } };
  });
}

/** Windows over time of what the host makes for the core, where it has one time; those of the core start behind them. */
function timeOfInputs(front: Graph | null, core: Graph): readonly Window[] {
  const times = core.inputs.map(({ tensor }) => (front?.tensors.get(tensor) ?? core.tensors.get(tensor)!).time);
  const [base] = times;
  if (base === undefined || base === null) return [];
  return times.every((time) => isDeepStrictEqual(time, base)) ? base : [];
}

/** Of a streaming design, from the ends of its batches. */
function steadyOf(batches: readonly NetworkStats[], lanes: number): SteadyState {
  return batches.length === 0 ? NOTHING : steadyState(batches.map(asFrame), lanes);
}

/** Of one that answers whole utterances: all of the run. */
function wholeOf(stats: readonly NetworkStats[], frames: number, lanes: number): SteadyState {
  const last = stats.at(-1);
  return last === undefined || frames === 0 ? NOTHING : wholeRun(asFrame(last), frames, lanes);
}

const NOTHING: SteadyState = { cyclesPerFrame: 0, load: null };

function asFrame({ cycle, macs, padding, starved, blocked }: NetworkStats): FrameStats {
  return { cycle, counters: { macs, padding, starved, blocked, highWater: 0, waited: 0, waitCycles: 0 } };
}
