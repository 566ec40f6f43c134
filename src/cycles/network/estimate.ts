import type { NetworkDesign } from '../../program/network_design.ts';
import { stepsOfAxes } from '../../program/program.ts';
import { DEFAULT_MEMORY } from '../word_supply.ts';
import type { CycleShare } from './account.ts';
import { accountedCycles, framesOf } from './network_cycles.ts';
import type { CycleWatch } from './timeline.ts';

/** Cycles of a network, predicted without a simulation: frames are never late, and the output is always taken. */
export interface NetworkEstimate {
  /** Cycles of so many steps of the input: of one in steady state where frames are answered as they come, else of an utterance. */
  readonly steps: number;
  readonly cycles: number;
  /** Words that all lanes took in them. */
  readonly words: number;
  /** What each unit did in them. */
  readonly shares: readonly CycleShare[];
}

/** Steps until a program that streams counts as settled, and steps that are averaged then: nearly all programs repeat themselves after one, two or four (docs/measurements.md). */
const SETTLE = 2;
const AVERAGED = 4;
/** Steps of an utterance, where it may have as many. */
const UTTERANCE = 64;

/**
 * Predicts the cycles of a network, all channels with a frame in every step; see {@link accountedCycles}.
 *
 * @param rate of external memory, for a design with its weights there
 * @param watch sees the cycles that are counted
 * @returns null where an utterance of the estimate is too short for the windows of the network
 */
export function estimateNetworkCycles(
  design: NetworkDesign,
  rate = DEFAULT_MEMORY,
  watch: CycleWatch | null = null,
): NetworkEstimate | null {
  const { sizes, program } = design;
  // Lanes in step have one feed.
  const lanesOfFeed = sizes.inStep ? sizes.lanes : 1;
  if (sizes.utterance) {
    const steps = Math.min(program.machine.maxSteps, UTTERANCE);
    if (stepsOfAxes(program, steps).some((count) => count === 0)) return null;
    const input = { utterances: [steps] };
    const { beats, account } = accountedCycles(design, input, { from: 0, to: framesOf(design, input) }, rate, watch);
    return { steps, cycles: beats.at(-1)!.cycle, words: account.words * lanesOfFeed, shares: account.shares(1) };
  }
  const everyChannel = new Array<boolean>(sizes.channels).fill(true);
  const batches = new Array<boolean[]>(SETTLE + AVERAGED + 1).fill(everyChannel);
  const frames = sizes.channels * program.outputs.length;
  // A frame more than is counted: products of the next step may fill gaps.
  const counted = { from: SETTLE * frames, to: (SETTLE + AVERAGED) * frames };
  const { beats, account } = accountedCycles(design, { batches }, counted, rate, watch);
  const ends = beats.filter(({ last }) => last);
  const endOf = (step: number) => ends[step * frames - 1]!.cycle;
  const cycles = (endOf(SETTLE + AVERAGED) - endOf(SETTLE)) / AVERAGED;
  const words = (account.words * lanesOfFeed) / AVERAGED;
  return { steps: 1, cycles, words, shares: account.shares(AVERAGED) };
}
