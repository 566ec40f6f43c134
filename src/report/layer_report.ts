import { programOfDesign } from '../compiler/lower/program_of_design.ts';
import { type CycleEstimate, estimateCycles } from '../cycles/estimate.ts';
import { layerTimeline } from '../cycles/layer_timeline.ts';
import type { Timeline } from '../cycles/timeline.ts';
import { memoryGroups } from '../design/memory_groups.ts';
import type { Design } from '../program/design.ts';
import { layerHardware } from '../program/hardware_of.ts';
import { programListing } from '../program/listing.ts';
import { layerCycleData } from './cycle_data.ts';
import { layerDiagram } from './layer_diagram.ts';
import { cycleFacts } from './network_report.ts';
import { count, percent, times } from './numbers.ts';
import type { DesignReport } from './report_data.ts';
import { resourceData } from './resource_data.ts';

/** What the cycle model says of a design of one layer. */
export interface LayerTimes {
  readonly estimate: CycleEstimate;
  readonly timeline: Timeline;
}

/** Runs the cycle model. */
export function layerTimes(design: Design): LayerTimes {
  return { estimate: estimateCycles(design), timeline: layerTimeline(design) };
}

/**
 * Figures, picture, timeline and memories of a design of one LSTM layer.
 *
 * @param weights of the dense layer, and those that are not zero
 * @param measured its cycles, which neither clock nor part change; by default the cycle model runs here
 */
export function layerReport(
  design: Design,
  weights: { readonly weights: number; readonly nonZeros: number },
  measured = layerTimes(design),
): DesignReport {
  const { config, dimensions: d } = design;
  const { timeline } = measured;
  const cycles = layerCycleData(measured.estimate, timeline);
  const memories = memoryGroups(design);
  const array = times(d.channels, d.groups, d.lanes);
  const parts = [d.projection ? 'projection' : null, d.peepholes ? 'peepholes' : null].filter((part) => part !== null);
  const extras = parts.length === 0 ? '' : ` with ${parts.join(' and ')}`;
  return {
    title: config.name,
    summary: `One LSTM layer, ${count(d.inputs)} inputs, ${count(d.cells)} cells, ${count(d.outputs)} outputs${extras}, on ${array} multipliers (channels × groups × lanes).`,
    facts: [
      ...cycleFacts(cycles, config.clockMHz, true),
      { label: 'Multipliers', value: count(d.multipliers), note: array },
      {
        label: 'Weights',
        value: count(weights.nonZeros),
        note: `${percent(weights.nonZeros / weights.weights)} of ${count(weights.weights)}`,
      },
      {
        label: 'Memories',
        value: `${count(memories.reduce((sum, { kbit }) => sum + kbit, 0))} Kbit`,
        note: 'those with a file',
      },
    ],
    diagram: layerDiagram(design),
    timeline,
    cycles,
    clockMHz: config.clockMHz,
    resources: resourceData(layerHardware(design), config.part),
    memories,
    regions: [],
    listing: programListing(programOfDesign(design)),
  };
}
