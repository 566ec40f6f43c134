import { expect, test } from 'vitest';
import { sampleDesign } from '../../../fixtures/sample_design.ts';
import { layerTimeline } from '../../../src/cycles/layer_timeline.ts';
import { estimateNetworkCycles } from '../../../src/cycles/network/estimate.ts';
import { TimelineRecorder } from '../../../src/cycles/network/timeline.ts';
import type { Span, Timeline } from '../../../src/cycles/timeline.ts';
import { tinyNetworkDesign } from '../../lib/tiny_network.ts';

function rowsOf({ units, spans }: Timeline): (readonly Span[])[] {
  return units.map(({ id }) => spans.filter(({ unit }) => unit === id));
}

test.each([
  ['streaming', {}],
  ['by utterance', { backward: true }],
])('%s: every unit of a network does one thing in every cycle, and as much as the account says', (_, network) => {
  const design = tinyNetworkDesign(network, {
    name: 'tiny',
    array: { groups: 2, lanes: 4 },
    sequence: { maxSteps: 20 },
  });
  const recorder = new TimelineRecorder(design, 20_000);
  const { cycles, shares } = estimateNetworkCycles(design, undefined, recorder)!;
  const timeline = recorder.timeline();
  for (const spans of rowsOf(timeline)) {
    expect(spans[0]!.from).toBe(timeline.from);
    expect(spans.at(-1)!.to).toBe(timeline.to);
    for (const [at, { from, to }] of spans.entries()) {
      expect(to).toBeGreaterThan(from);
      if (at > 0) expect(from).toBe(spans[at - 1]!.to);
    }
  }
  // A step, or all of an utterance.
  const scale = cycles / (timeline.to - timeline.from);
  const words = timeline.spans.reduce((sum, { share, from, to }) => sum + (share ?? 0) * (to - from), 0);
  const idle = /^(?:waits for|uneven lanes|columns|halted|program|runs|address)/;
  const counted = shares.filter(({ unit, what }) => unit === 'mac' && !idle.test(what));
  const expected = counted.reduce((sum, own) => sum + own.cycles, 0);
  expect(Math.abs(scale * words - expected)).toBeLessThan(0.02 * expected + 2);
  const stores = timeline.spans.filter(({ unit, kind }) => unit === 'store' && kind === 'work');
  const stored = new Set(stores.map(({ layer }) => layer));
  for (const { name } of design.program.outputs) expect(stored).toContain(name);
});

test('recording ends at the limit', () => {
  const design = tinyNetworkDesign({}, { name: 'tiny', array: { groups: 2, lanes: 4 } });
  const recorder = new TimelineRecorder(design, 50);
  estimateNetworkCycles(design, undefined, recorder);
  expect(recorder.timeline().spans.length).toBeLessThanOrEqual(53);
});

test.each([{ outputs: 6 }, { outputs: null }])('the units of a layer do one thing at a time: %j', ({ outputs }) => {
  const design = sampleDesign(
    { inputs: 9, cells: 12, density: 1, ...(outputs === null ? {} : { outputs }) },
    { array: { groups: 2, lanes: 4 } },
  ).design;
  const timeline = layerTimeline(design);
  expect(timeline.units.map(({ id }) => id)).toEqual(outputs === null ? ['array', 'elem'] : ['array', 'elem', 'out']);
  for (const spans of rowsOf(timeline)) {
    expect(spans.some(({ kind }) => kind === 'work')).toBe(true);
    for (const [at, { from, to }] of spans.entries()) {
      expect(from).toBeGreaterThanOrEqual(at === 0 ? timeline.from : spans[at - 1]!.to);
      expect(to).toBeLessThanOrEqual(timeline.to);
    }
  }
  expect(timeline.answers.at(-1)).toBe(timeline.to);
});
