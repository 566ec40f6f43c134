import { Timing } from '../machine/timing.ts';
import type { Design } from '../program/design.ts';
import { Op, Source, type Step, When } from '../program/schedule.ts';
import { runCycleModel, type StepTiming } from './run.ts';
import { joinSpans, type Span, type Timeline } from './timeline.ts';
import { DEFAULT_MEMORY, type MemoryRate } from './word_supply.ts';

/** Batches until the model counts as settled, and those that are shown. */
const SETTLE = 4;
const SHOWN = 4;

/** Cycles between two words of Assemble. */
const OUTPUT_PERIOD = 1;

const VECTORS: Readonly<Record<number, string>> = { [Source.x]: 'x', [Source.y]: 'y', [Source.m]: 'm' };

/** What a step of the schedule is called. */
function nameOf({ op, source, when }: Step): string {
  if (op === Op.cells) return 'cells';
  if (op === Op.outputs) return 'outputs';
  const vector = VECTORS[source]!;
  const matrix = { x: 'W_x x', y: 'W_r y', m: 'W_ym m' }[vector]!;
  return when === When.next ? `${matrix}, of the next frame` : matrix;
}

/** What the array waits for before a step: elements of the vector, or a bank that is not drained. */
function waitOf({ source, when }: Step): { readonly what: string; readonly on: string | null } {
  if (source === Source.x) return { what: when === When.next ? 'frame, or accumulators' : 'frame', on: null };
  return source === Source.m ? { what: 'm', on: 'elem' } : { what: 'y', on: 'out' };
}

/**
 * Timeline of a design of one LSTM layer in steady state: the array with all its groups, ElemMul, and Assemble with the output. The array is at a step from
 * the first group that comes to it to the last one that leaves it.
 *
 * @param memory external memory, for a design with its weights there
 */
export function layerTimeline(design: Design, memory: MemoryRate = DEFAULT_MEMORY): Timeline {
  const frames = runCycleModel(design, SETTLE + SHOWN + 1, memory);
  const shown = frames.slice(SETTLE, SETTLE + SHOWN);
  const from = frames[SETTLE - 1]!.end;
  const to = shown.at(-1)!.end;
  const { projection } = design.dimensions;
  const rows: Readonly<Record<'array' | 'elem' | 'out', Span[]>> = { array: [], elem: [], out: [] };
  for (const { steps } of frames.slice(SETTLE - 1)) {
    for (const timing of steps) addStep(rows, design.schedule[timing.step]!, timing, projection);
  }
  return {
    units: [
      { id: 'array', label: 'Array' },
      { id: 'elem', label: 'ElemMul' },
      ...(projection ? [{ id: 'out', label: 'Assemble' }] : []),
    ],
    from,
    to,
    answers: shown.map(({ end }) => end),
    spans: Object.values(rows).flatMap((spans) => joinSpans(withinOrder(spans, from, to))),
  };
}

type Rows = Readonly<Record<'array' | 'elem' | 'out', Span[]>>;

function addStep(rows: Rows, step: Step, { begin, first, end }: StepTiming, projection: boolean): void {
  const base = { layer: 'lstm', share: null };
  const what = nameOf(step);
  if (step.op === Op.spmv) {
    const own = waitOf(step);
    const on = own.on === 'out' && !projection ? 'elem' : own.on;
    if (first > begin)
      rows.array.push({ unit: 'array', from: begin, to: first, kind: 'wait', ...own, on, layer: '', share: null });
    rows.array.push({ unit: 'array', from: first, to: end + 1, kind: 'work', what, on: null, ...base });
    return;
  }
  const unit = step.op === Op.cells ? 'elem' : 'out';
  const period = step.op === Op.cells ? Timing.cellWord : OUTPUT_PERIOD;
  if (first > begin) {
    rows[unit].push({ unit, from: begin, to: first, kind: 'wait', what: 'sums', layer: '', on: 'array', share: null });
  }
  if (step.words > 0) {
    rows[unit].push({ unit, from: first, to: first + period * step.words, kind: 'work', what, on: null, ...base });
  }
}

/** Spans of a unit that do one thing after the other: each ends where the next one begins, and all are within the cycles shown. */
function withinOrder(spans: readonly Span[], from: number, to: number): Span[] {
  const ordered = spans.toSorted((a, b) => a.from - b.from);
  return ordered.flatMap((span, at) => {
    const begin = Math.max(span.from, from);
    const end = Math.min(span.to, ordered[at + 1]?.from ?? to, to);
    return end > begin ? [{ ...span, from: begin, to: end }] : [];
  });
}
