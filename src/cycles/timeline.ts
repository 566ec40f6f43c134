/** A row of a timeline: a unit that does one thing at a time. */
export interface TimelineUnit {
  readonly id: string;
  readonly label: string;
}

/** What a unit did from a cycle up to another, which is not part of it. */
export interface Span {
  /** Id of the unit. */
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'work' | 'wait';
  /** The instruction, or what it waits for. */
  readonly what: string;
  /** Layer, input or output that it works on; empty where it has none. */
  readonly layer: string;
  /** Unit that it waits for; null where it does not wait for one. */
  readonly on: string | null;
  /** Share of the lanes that had a weight to multiply; null for units without lanes. */
  readonly share: number | null;
}

/** When the units of a design do what; cycles count from reset on. */
export interface Timeline {
  readonly units: readonly TimelineUnit[];
  readonly from: number;
  readonly to: number;
  /** Cycles at which a frame has been answered, rising. */
  readonly answers: readonly number[];
  /** By unit, then by their beginning. Cycles that are in none are those in which the unit rests. */
  readonly spans: readonly Span[];
}

/** Longest gap and shortest span that {@link joinSpans} counts as part of what is around them, cycles. */
const CRUMB = 4;

/**
 * Joins spans of a unit that do the same and are only crumbs apart: lanes that share a column of few words are idle for a cycle now and then.
 *
 * @param spans of one unit, in their order, without gaps
 */
export function joinSpans(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const [at, span] of spans.entries()) {
    const before = joined.at(-1);
    const same = before !== undefined && isSame(before, span) && before.to === span.from;
    const next = spans[at + 1];
    const crumb =
      before !== undefined &&
      next !== undefined &&
      span.to - span.from <= CRUMB &&
      isSame(before, next) &&
      before.to === span.from;
    if (same || (crumb && before.kind === 'work')) joined[joined.length - 1] = extended(before, span);
    else joined.push(span);
  }
  return joined;
}

function isSame(a: Span, b: Span): boolean {
  return a.kind === b.kind && a.what === b.what && a.layer === b.layer && a.on === b.on;
}

/** The first span up to the end of the second one; the lanes of what is waited have no weight. */
function extended(a: Span, b: Span): Span {
  const [length, more] = [a.to - a.from, b.to - b.from];
  const share = a.share === null ? null : (a.share * length + (b.share ?? 0) * more) / (length + more);
  return { ...a, to: b.to, share };
}
