/** A stretch of speech, in seconds. */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

/** How probabilities become segments; the values are those that Silero VAD's own tools use. */
const RULE = {
  /** Speech begins at this probability, and goes on until it is below the other. */
  begin: 0.5,
  end: 0.35,
  /** Seconds: shorter speech is none, shorter silence is part of the speech; what is added on both sides. */
  leastSpeech: 0.25,
  leastSilence: 0.1,
  margin: 0.03,
} as const;

/**
 * Stretches of speech.
 *
 * @param probabilities of speech, one a step
 * @param step seconds
 */
export function speechSegments(probabilities: ArrayLike<number>, step: number): Segment[] {
  const end = probabilities.length * step;
  const found: { from: number; to: number }[] = [];
  let speaks = false;
  for (let t = 0; t < probabilities.length; t++) {
    speaks = probabilities[t]! >= (speaks ? RULE.end : RULE.begin);
    if (!speaks) continue;
    const last = found.at(-1);
    const from = t * step;
    if (last !== undefined && from - last.to < RULE.leastSilence) last.to = from + step;
    else found.push({ from, to: from + step });
  }
  return found
    .filter(({ from, to }) => to - from >= RULE.leastSpeech)
    .map(({ from, to }) => ({ from: Math.max(0, from - RULE.margin), to: Math.min(end, to + RULE.margin) }));
}
