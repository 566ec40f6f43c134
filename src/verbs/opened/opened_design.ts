import type { Comparison } from '../../../sim-verilator/compare.ts';
import type { PortValues } from '../../../sim-verilator/network_stimuli.ts';
import type { MemoryBehaviour, SimulatorName } from '../../../sim-verilator/simulator.ts';
import type { ArrayLoad } from '../../../sim-verilator/steady_state.ts';
import type { HostFileReaders } from '../../design/host_files.ts';
import type { TableShare } from '../../golden/saturation.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph, Port, Tensor } from '../../model/graph.ts';
import type { ProgramPort } from '../../program/program.ts';
import type { Report } from '../../util/report.ts';
import type { SaturatedVector } from '../run/engine.ts';
import type { GoldenModel } from '../run/golden_model.ts';
import type { Values } from '../run/host_parts.ts';

/** An input or output of the hardware. */
export interface HardwarePort {
  readonly port: ProgramPort;
  /** Input or output of the model that it is, or is laid out like; null where the host computes between the two. */
  readonly model: Port | null;
  /** With the windows over time behind the inputs of the network. */
  readonly tensor: Tensor;
}

/** What is counted inside the RTL: per frame in steady state, and the largest level of an activation queue. */
export interface RtlLoad extends Omit<ArrayLoad, 'memoryCycles'> {
  /** Null where it is not counted apart from cycles without a word. */
  readonly memoryCycles: number | null;
  /** Null where it is not counted. */
  readonly queueHighWater: number | null;
}

/** How a design is co-simulated. */
export interface RtlOptions extends Report {
  /** Default verilator; icarus for a netlist. */
  readonly simulator?: SimulatorName | undefined;
  readonly netlist?: boolean | undefined;
  /** Seed of the stalls, and their probability, 0 to below 1. */
  readonly seed: number;
  readonly stalls: number;
  /** How external memory behaves, where the design has one. */
  readonly memory?: MemoryBehaviour | undefined;
  /** File that gets the waves (FST). */
  readonly waves?: string | undefined;
}

/** What a co-simulation of a design found. */
export interface RtlRun extends Comparison {
  readonly simulator: SimulatorName;
  /** Time steps: batches of frames of all voices that are not over; steps of all utterances where they run one behind the other. */
  readonly frames: number;
  /** Cycles from reset to the last output word; of a network from the begin of its programs, behind the clearing of its memories. */
  readonly cycles: number;
  /** Cycles from the same on to the end of the first time step, or of the first utterance where utterances are answered as a whole. */
  readonly firstFrameCycles: number;
  /** Cycles from one output frame to the next in steady state; of all steps where utterances are answered as a whole. */
  readonly cyclesPerFrame: number;
  /** Products of weights that are not zero over the number of PEs, in the same frames: what the array would take if it never waited. */
  readonly idealCyclesPerFrame: number;
  /** What is counted inside the RTL; null for a netlist. */
  readonly load: RtlLoad | null;
  /** Outputs by utterance. */
  readonly golden: readonly PortValues[];
  readonly rtl: readonly PortValues[];
  /** Shares of the values beyond the formats of vectors, in the golden model; and beyond the tables, of a one-layer design. */
  readonly saturated: readonly SaturatedVector[];
  readonly tables: readonly TableShare[];
  /** Lines on these; `where` is what the frames were. */
  readonly warnings: (where: string) => readonly string[];
}

/** A design directory, whichever hardware it holds: what verbs that run a design need. */
export interface OpenedDesign extends HostFileReaders {
  readonly config: Config;
  /** Model that it was built from, pruned, with the names and layouts of its file. */
  readonly graph: Graph;
  /** Voices at once. */
  readonly channels: number;
  /** Whether its weights are in external memory. */
  readonly hasMemory: boolean;
  readonly inputs: readonly HardwarePort[];
  readonly outputs: readonly HardwarePort[];
  /** Values of the inputs of the network, and what the host makes of them for the hardware. */
  before(inputs: Values): Values;
  /** Outputs of the hardware in double precision, by tensor. */
  exact(before: Values): Values;
  /** Outputs of the network, of those of the hardware. */
  behind(before: Values, outputs: PortValues): Values;
  /** The golden model, with what the host computes around it. */
  golden(): Pick<GoldenModel, 'engine' | 'program' | 'warnings'>;
  /**
   * Runs RTL and golden model and compares every output word.
   *
   * @param utterances see {@link before}
   * @throws EsegenError where the design has no netlist, the simulator is missing, or the design stalls
   */
  cosimulate(utterances: readonly Values[], options: RtlOptions): Promise<RtlRun>;
}
