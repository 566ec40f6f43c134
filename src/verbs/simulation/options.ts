import type { MemoryBehaviour, SimulatorName } from '../../../sim-verilator/simulator.ts';
import type { Report } from '../../util/report.ts';
import type { Layout } from '../run/array_reading.ts';
import type { NamedPath } from '../run/named_path.ts';

/** What `simulate` runs, and how. */
export interface SimulateOptions extends Report {
  /**
   * Frames as `run` reads them, an `.npy`, an `.npz` with lengths, or a folder of `.npy`: float32/float64, rounded on the way in, or
   * int16 in the design's format. Each voice of a batch is an utterance. With several inputs, a file for each by its name, or one archive.
   * Default: seeded random frames, an utterance a channel.
   */
  readonly input?: string | readonly NamedPath[] | undefined;
  /** What the axes in front are, where the model does not say it, or it is another order than the model's. */
  readonly layout?: Layout | undefined;
  /** Steps of each utterance of `input`, or of utterances one behind the other. */
  readonly lengths?: readonly number[] | undefined;
  /** Default verilator; icarus for a netlist. */
  readonly simulator?: SimulatorName | undefined;
  /** Synthesizes the design to gates with Yosys, and runs the netlist in place of the RTL. */
  readonly netlist?: boolean | undefined;
  /** Number of frames of an utterance, at most; default all of `input`, or 8 random ones. */
  readonly frames?: number | undefined;
  /** Seed of random frames and stalls; default 1. */
  readonly seed?: number | undefined;
  /** Probability of an idle input cycle and of output back-pressure, 0 to below 1; default 0. */
  readonly stalls?: number | undefined;
  /** How external memory behaves, for a design with its weights there. */
  readonly memory?: MemoryBehaviour | undefined;
  /** File that gets the waves (FST). */
  readonly waves?: string | undefined;
  /**
   * Directory that gets rtl_y, golden_y (int16) and float_y (float64) of what the hardware gives, each laid out as the frames are: an
   * `.npy`, an `.npz`, or a folder. With several outputs they are rtl_y0, rtl_y1, …
   */
  readonly dump?: string | undefined;
}
