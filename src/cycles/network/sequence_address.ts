import { unsignedBits } from '../../util/fixed.ts';
import type { Work } from './sequencer.ts';

function bits(value: number): number {
  return value === 0 ? 0 : unsignedBits(value);
}

/** Cycles from `start` to `done` of sequence_address. */
export function sequenceCycles({ fields: f, t, p }: Work, steps: readonly number[]): number {
  const forward = f.stepT! * t + f.stepP! * p + f.stepOffset!;
  const step = f.backward === 1 ? (steps[f.axis!] ?? 0) - 1 - forward : forward;
  return 3 + bits(f.stepT!) + Math.max(bits(step & 0xffff), 1);
}

/** First word, or line, of a frame in the sequence memory, and whether the sequence has no such step. */
export function frameOfSequence({ fields: f, t, p }: Work, steps: readonly number[]) {
  const forward = f.stepT! * t + f.stepP! * p + f.stepOffset!;
  const count = steps[f.axis!] ?? 0;
  const step = f.backward === 1 ? count - 1 - forward : forward;
  return { line: f.sequenceBase! + step * f.sequenceWords!, outside: step < 0 || step >= count };
}
