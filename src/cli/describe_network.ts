import type { NetworkEstimate } from '../cycles/network/estimate.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import type { ProgramPort } from '../program/program.ts';
import { spectraLines } from '../program/spectra_of.ts';
import { countWeights } from '../program/weights.ts';
import { showName } from './describe.ts';
import { formatCount, formatShare, type Row } from './table.ts';

/** What a network design is, for the summaries of `build` and `inspect`. */
export function networkRows({ program, sizes, config }: NetworkDesign): Row[] {
  const { mode, machine, inputs, outputs } = program;
  const { channels, groups, lanes, elemLanes, accBits, saturate, weightBits, vectorBits } = sizes;
  const { weights, nonZeros, density } = countWeights(program);
  const runs =
    mode === 'streaming' ? 'step by step' : `by utterance, of at most ${formatCount(machine.maxSteps)} steps`;
  return [
    ['network', `runs ${runs}`],
    ...inputs.map((port): Row => ['input', describePort(port)]),
    ...outputs.map((port): Row => ['output', describePort(port)]),
    ['weights', `${formatCount(weights)}, of which ${formatCount(nonZeros)} are not zero (${formatShare(density)})`],
    ...spectraLines(program).map((line): Row => ['spectra', line]),
    ['array', `${channels} x ${groups} x ${lanes} (channels x groups x lanes), ${elemLanes} element-wise`],
    ['queues', `FIFO depth ${config.fifoDepth}`],
    ['accumulators', `${accBits} bits, ${saturate ? 'saturating' : 'cannot overflow'}`],
    ['words', `vectors ${vectorBits} bits, weights ${weightBits} + ${config.indexBits} bits`],
    ['part', `${config.part} at an assumed ${config.clockMHz} MHz`],
  ];
}

/** What the cycle model says; nothing where an utterance of it would be too short. */
export function cycleRows(estimate: NetworkEstimate | null): Row[] {
  if (estimate === null) return [];
  const { steps, cycles } = estimate;
  const what = steps === 1 ? 'a step' : `an utterance of ${formatCount(steps)} steps`;
  return [['cycles', `${formatCount(Math.round(cycles))} ${what}, by the cycle model`]];
}

function describePort({ name, elements, format }: ProgramPort): string {
  return `${showName(name)}: ${formatCount(elements)} elements of ${format.bits} bits, ${format.frac} fraction bits`;
}
