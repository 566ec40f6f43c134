import type { MemoryBehaviour, SimulatorName } from '../../../sim-verilator/simulator.ts';
import type { Report } from '../../util/report.ts';

/** What `simulate` runs, and how. */
export interface SimulateOptions extends Report {
  /** Frames, `.npy` [T, I], with several channels [T, B, I]: float32/float64, rounded on the way in, or int16 in the design's format. Default: seeded random frames. */
  readonly input?: string | undefined;
  /** Default verilator; icarus for a netlist. */
  readonly simulator?: SimulatorName | undefined;
  /** Synthesizes the design to gates with Yosys, and runs the netlist in place of the RTL. */
  readonly netlist?: boolean | undefined;
  /** Number of frames; default all of `input`, or 8 random ones. */
  readonly frames?: number | undefined;
  /** Seed of random frames and stalls; default 1. */
  readonly seed?: number | undefined;
  /** Probability of an idle input cycle and of output back-pressure, 0 to below 1; default 0. */
  readonly stalls?: number | undefined;
  /** How external memory behaves, for a design with its weights there. */
  readonly memory?: MemoryBehaviour | undefined;
  /** File that gets the waves (FST). */
  readonly waves?: string | undefined;
  /** Directory that gets rtl_y.npy, golden_y.npy (int16) and float_y.npy (float64), [T, P] each, with several channels [T, B, P]. */
  readonly dump?: string | undefined;
}
