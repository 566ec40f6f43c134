import type { CycleEstimate } from '../cycles/estimate.ts';
import type { NetworkEstimate } from '../cycles/network/estimate.ts';
import type { Timeline } from '../cycles/timeline.ts';
import type { CycleData, LayerShare, UnitShare } from './report_data.ts';

/** What units do that is no work: MAC of its lanes, the others by their own words. */
const WAITS = /^(?:waits for|uneven lanes|columns|halted|program|rows that lag)/;

/** Cycles of a network by what its units do. */
export function networkCycleData(
  { steps, cycles, shares }: NetworkEstimate,
  weights: number,
  timeline: Timeline,
): CycleData {
  const units = shares.map(
    ({ unit, what, cycles: own }): UnitShare => ({
      unit,
      what,
      cycles: own,
      kind: WAITS.test(what) || what === 'padding' ? 'wait' : 'work',
    }),
  );
  return { steps, cycles, ideal: weights, units, layers: layersOf(timeline, cycles) };
}

/** Cycles of a layer's design by what its lanes do, and its element-wise part. */
export function layerCycleData(estimate: CycleEstimate, timeline: Timeline): CycleData {
  const { cyclesPerFrame: cycles, idealCyclesPerFrame: ideal, paddingCycles, starvedCycles } = estimate;
  const array = (what: string, own: number, kind: UnitShare['kind']): UnitShare[] =>
    own > 0 ? [{ unit: 'array', what, cycles: own, kind }] : [];
  const layers = layersOf(timeline, cycles);
  const others = timeline.units
    .filter(({ id }) => id !== 'array')
    .flatMap(({ id }) => {
      const work = layers.filter(({ unit }) => unit === id).reduce((sum, own) => sum + own.cycles, 0);
      return [
        { unit: id, what: 'rows', cycles: work, kind: 'work' },
        { unit: id, what: 'rests', cycles: cycles - work, kind: 'wait' },
      ] as const;
    });
  const markers = cycles - ideal - paddingCycles - starvedCycles;
  return {
    ...{ steps: 1, cycles, ideal, layers },
    units: [
      ...array('weights', ideal, 'work'),
      ...array('padding', paddingCycles, 'wait'),
      ...array('no word', starvedCycles, 'wait'),
      ...array('markers', markers, 'wait'),
      ...others,
    ],
  };
}

/** Work of the units by layer, of the cycles that the timeline shows, scaled to those of a step or an utterance. */
function layersOf({ from, to, spans }: Timeline, cycles: number): LayerShare[] {
  const found = new Map<string, LayerShare>();
  const scale = to === from ? 0 : cycles / (to - from);
  for (const { kind, layer, unit, from: begin, to: end } of spans) {
    if (kind !== 'work' || layer === '') continue;
    const key = JSON.stringify([layer, unit]);
    const before = found.get(key)?.cycles ?? 0;
    found.set(key, { layer, unit, cycles: before + scale * (end - begin) });
  }
  return [...found.values()];
}
