import type { Span } from '../cycles/timeline.ts';

/** The cycles that are in view. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** Fewest cycles in view. */
const CLOSEST = 20;

/** A view within the limits, no closer than some cycles. */
export function clampView({ from, to }: View, limits: View): View {
  const whole = limits.to - limits.from;
  const width = Math.min(Math.max(to - from, Math.min(CLOSEST, whole)), whole);
  const begin = Math.min(Math.max(from, limits.from), limits.to - width);
  return { from: begin, to: begin + width };
}

/** Zooms by a factor around a cycle, which keeps its place. */
export function zoomView({ from, to }: View, factor: number, around: number, limits: View): View {
  return clampView({ from: around - (around - from) * factor, to: around + (to - around) * factor }, limits);
}

/** A rectangle of a row: one span, or several that are too narrow to be told apart. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Null: several. */
  readonly span: Span | null;
  /** Share of its cycles in which the unit works. */
  readonly work: number;
}

/**
 * What of a row is in view, as rectangles of a pixel or more.
 *
 * @param spans of one unit, rising
 * @param pixel cycles that a pixel is wide
 */
export function piecesOf(spans: readonly Span[], { from, to }: View, pixel: number): Piece[] {
  const pieces: Piece[] = [];
  let many: { from: number; to: number; work: number } | null = null;
  const flush = () => {
    if (many !== null)
      pieces.push({ from: many.from, to: many.to, span: null, work: many.work / (many.to - many.from) });
    many = null;
  };
  for (let at = firstIn(spans, from); at < spans.length && spans[at]!.from < to; at++) {
    const span = spans[at]!;
    const length = span.to - span.from;
    if (length >= 2 * pixel) {
      flush();
      pieces.push({ from: span.from, to: span.to, span, work: span.kind === 'work' ? 1 : 0 });
      continue;
    }
    many ??= { from: span.from, to: span.from, work: 0 };
    many.to = span.to;
    if (span.kind === 'work') many.work += length;
    if (many.to - many.from >= 3 * pixel) flush();
  }
  flush();
  return pieces;
}

/** First span that ends behind a cycle. */
export function firstIn(spans: readonly Span[], cycle: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.to <= cycle) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Round numbers of which at most `most` are in view. */
export function ticksOf({ from, to }: View, most: number): number[] {
  const rough = (to - from) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((own) => own >= rough)!;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, n) => first + n * step);
}
