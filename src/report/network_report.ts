import { estimateNetworkCycles, type NetworkEstimate } from '../cycles/network/estimate.ts';
import { TimelineRecorder } from '../cycles/network/timeline.ts';
import type { Timeline } from '../cycles/timeline.ts';
import { networkMemoryGroups } from '../design/network_memories.ts';
import { networkHardware } from '../program/hardware_of.ts';
import { programListing } from '../program/listing.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import { countWeights } from '../program/weights.ts';
import { networkCycleData } from './cycle_data.ts';
import { networkDiagram } from './network_diagram.ts';
import { count, microseconds, percent, times } from './numbers.ts';
import type { CycleData, DesignReport, Fact } from './report_data.ts';
import { resourceData } from './resource_data.ts';

/** Spans of a timeline at which it ends. */
const MOST_SPANS = 20_000;

/** What the cycle model says of a design; null where an utterance of it would have no step. */
export interface NetworkTimes {
  readonly estimate: NetworkEstimate;
  readonly timeline: Timeline;
}

/** Runs the cycle model. */
export function networkTimes(design: NetworkDesign): NetworkTimes | null {
  const recorder = new TimelineRecorder(design, MOST_SPANS);
  const estimate = estimateNetworkCycles(design, undefined, recorder);
  return estimate === null ? null : { estimate, timeline: recorder.timeline() };
}

/** What of a report neither clock nor part change, beside its times. */
export type DesignPictures = Pick<DesignReport, 'diagram' | 'memories' | 'regions' | 'listing'>;

/** Block diagram, memories and program of a network's design. */
export function networkPictures(design: NetworkDesign): DesignPictures {
  const { program } = design;
  return {
    diagram: networkDiagram(design),
    memories: networkMemoryGroups(design),
    regions: program.vectors.map((vector) => ({
      ...{ name: vector.name, role: vector.role, from: vector.base },
      words: vector.slots * vector.slotWords,
    })),
    listing: programListing(program),
  };
}

/**
 * Figures, pictures and timeline of a network's design.
 *
 * @param measured its cycles, which neither clock nor part change; by default the cycle model runs here
 * @param pictures of it
 */
export function networkReport(
  design: NetworkDesign,
  measured = networkTimes(design),
  pictures = networkPictures(design),
): DesignReport {
  const { name, config, program, sizes } = design;
  const { channels, groups, lanes } = sizes;
  const counts = countWeights(program);
  const perStep = counts.nonZeros / (groups * lanes);
  const cycles = measured === null ? null : networkCycleData(measured.estimate, perStep, measured.timeline);
  return {
    ...pictures,
    title: name,
    summary: `A network that runs ${sizes.utterance ? 'utterance by utterance' : 'step by step'}, on ${times(channels, groups, lanes)} multipliers (channels × groups × lanes).`,
    facts: [
      ...cycleFacts(cycles, config.clockMHz, !sizes.utterance),
      { label: 'Multipliers', value: count(channels * groups * lanes), note: times(channels, groups, lanes) },
      {
        label: 'Weights',
        value: count(counts.nonZeros),
        note: `${percent(counts.density)} of ${count(counts.weights)}`,
      },
      { label: 'Memories', value: `${count(pictures.memories.reduce((sum, { kbit }) => sum + kbit, 0))} Kbit` },
    ],
    timeline: measured === null ? null : measured.timeline,
    cycles,
    clockMHz: config.clockMHz,
    resources: resourceData(networkHardware(design), config.part),
  };
}

/**
 * The figures of the cycle model.
 *
 * @param ideal whether the cycles of an array that never waits are known for so many steps
 */
export function cycleFacts(cycles: CycleData | null, clockMHz: number, ideal: boolean): Fact[] {
  if (cycles === null) return [];
  const of = cycles.steps === 1 ? 'a step' : `an utterance of ${count(cycles.steps)} steps`;
  return [
    {
      label: `Cycles ${of}`,
      value: count(cycles.cycles),
      ...(ideal ? { note: `${count(cycles.ideal)} if no PE ever waited` } : {}),
    },
    { label: 'Time', value: microseconds(cycles.cycles, clockMHz), note: `at an assumed ${count(clockMHz)} MHz` },
    ...(ideal ? [{ label: 'PEs at work', value: percent(cycles.ideal / cycles.cycles), note: 'of all cycles' }] : []),
  ];
}
