import { cosimulateNetwork, type NetworkCosim } from '../../sim-verilator/network_cosim.ts';
import { loadNetwork } from '../design/load_network.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import type { ProgramPort } from '../program/program.ts';
import { EsegenError } from '../util/errors.ts';
import { Rng } from '../util/rng.ts';
import { checkOptions, checkTargets } from './simulation/check_options.ts';
import type { SimulateOptions } from './simulation/options.ts';

/** What `simulateNetwork` found. */
export interface NetworkSimulateResult extends Omit<NetworkCosim, 'golden' | 'rtl' | 'stats'> {
  readonly utterances: number;
  /** Steps of an utterance. */
  readonly steps: number;
  /** Multiply-accumulates with weights that are not zero, over the number of PEs. */
  readonly idealCycles: number;
}

const DEFAULT_STEPS = 8;

/**
 * Runs the RTL of the design directory of a network against the golden model on seeded random frames, an utterance a channel, word by
 * word.
 *
 * @throws EsegenError for a damaged directory, bad input, a missing simulator, or a design that stalls
 */
export async function simulateNetwork(dir: string, options: SimulateOptions = {}): Promise<NetworkSimulateResult> {
  checkOptions(options);
  checkTargets(options);
  refuseOptions(dir, options);
  const loaded = loadNetwork(dir);
  const { design } = loaded;
  const seed = options.seed ?? 1;
  const steps = options.frames ?? DEFAULT_STEPS;
  const utterances = randomUtterances(design, steps, seed);
  const { progress, notice, waves, stalls = 0, simulator = 'verilator' } = options;
  const run = { simulator, seed, stalls, waves, progress, notice };
  const { golden: _golden, rtl: _rtl, stats, ...cosim } = await cosimulateNetwork(loaded.dir, design, utterances, run);
  const { groups, lanes } = design.sizes;
  return {
    ...cosim,
    utterances: utterances.length,
    steps,
    idealCycles: (stats.at(-1)?.macs ?? 0) / (groups * lanes),
  };
}

/** Refuses options that the simulation of a network does not have. */
function refuseOptions(dir: string, options: SimulateOptions): void {
  const { input, layout, lengths, netlist, dump, memory = {} } = options;
  const refuse = (option: string, what: string) => {
    throw new EsegenError(option, `${dir} is the design of a network, ${what}`, 'Leave it out');
  };
  if (input !== undefined || layout !== undefined || lengths !== undefined) {
    refuse('--input', 'which simulate runs on random frames; esegen run takes a model file on frames of yours');
  }
  if (dump !== undefined) refuse('--dump', 'whose outputs of random frames are not written');
  if (netlist) refuse('--netlist', 'which is simulated as RTL');
  if (Object.values(memory).some((value) => value !== undefined)) refuse('--memory', 'which has its weights on chip');
}

/** Seeded normal frames in the formats of the inputs, an utterance a channel. */
function randomUtterances({ program, sizes }: NetworkDesign, steps: number, seed: number) {
  const rng = new Rng(seed);
  return Array.from({ length: sizes.channels }, () => {
    return new Map(
      program.inputs.map((port) => [
        port.name,
        randomFrames(port, program.axes[port.axis]!.kind === 'once' ? 1 : steps, rng),
      ]),
    );
  });
}

function randomFrames({ elements, format: { frac, bits } }: ProgramPort, steps: number, rng: Rng): Int16Array {
  const most = 2 ** (bits - 1) - 1;
  return Int16Array.from({ length: elements * steps }, () => {
    return Math.max(-most - 1, Math.min(most, Math.round(rng.normal() * 2 ** frac)));
  });
}
