import { type Frames, frameAt } from '../data/frames.ts';

/**
 * Greedy CTC decoding (Graves et al., "Connectionist Temporal Classification", ICML 2006, best path): the largest logit
 * of each frame (the lowest index of equals), repeats merged, blanks dropped. A blank between two equal labels keeps both.
 *
 * @param logits [T, classes]
 * @param blank index of the blank class
 * @returns class indices without the blank
 */
export function greedyCtc(logits: Frames, blank: number): number[] {
  return ctcLabels(
    Array.from({ length: logits.frames }, (_, t) => argmax(frameAt(logits, t))),
    blank,
  );
}

/** The best path of greedy CTC without repeats and blanks. */
export function ctcLabels(path: Iterable<number>, blank: number): number[] {
  const labels: number[] = [];
  let previous = blank;
  for (const best of path) {
    if (best !== previous && best !== blank) labels.push(best);
    previous = best;
  }
  return labels;
}

/**
 * Levenshtein distance: least number of substitutions, deletions and insertions that turn `reference` into `hypothesis`.
 * Strings count per UTF-16 unit, so a string of digits counts per digit.
 */
export function editDistance<T>(reference: ArrayLike<T>, hypothesis: ArrayLike<T>): number {
  let row = Array.from({ length: hypothesis.length + 1 }, (_, column) => column);
  for (let r = 0; r < reference.length; r++) {
    const next = [r + 1];
    for (let h = 0; h < hypothesis.length; h++) {
      const substituted = row[h]! + (reference[r] === hypothesis[h] ? 0 : 1);
      next.push(Math.min(substituted, row[h + 1]! + 1, next[h]! + 1));
    }
    row = next;
  }
  return row[hypothesis.length]!;
}

/** Word errors summed over a test set. */
export interface WordErrors {
  /** Sum of the edit distances. */
  readonly errors: number;
  /** Sum of the reference lengths. */
  readonly words: number;
  /** errors / words as a fraction (above 1 is possible); 0 where there are neither. */
  readonly rate: number;
}

/** Counts the word errors of pairs of reference and hypothesis, one element (or digit of a string) per word. */
export function wordErrors<T>(
  pairs: Iterable<{ readonly reference: ArrayLike<T>; readonly hypothesis: ArrayLike<T> }>,
): WordErrors {
  let errors = 0;
  let words = 0;
  for (const { reference, hypothesis } of pairs) {
    errors += editDistance(reference, hypothesis);
    words += reference.length;
  }
  return { errors, words, rate: errors === 0 ? 0 : errors / words };
}

function argmax(values: Float64Array): number {
  let best = 0;
  for (let n = 1; n < values.length; n++) if (values[n]! > values[best]!) best = n;
  return best;
}
