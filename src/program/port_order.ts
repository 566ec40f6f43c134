import type { ProgramPort } from './program.ts';

/** Frames of a port, from the order of the tensor to that of the stream. */
export function toStream({ elements, order }: ProgramPort, frames: Int16Array): Int16Array {
  if (order === null) return frames;
  const out = new Int16Array(frames.length);
  for (let base = 0; base < frames.length; base += elements) {
    for (let at = 0; at < elements; at++) out[base + at] = frames[base + order[at]!]!;
  }
  return out;
}

/** Frames of a port, from the order of the stream to that of the tensor. */
export function fromStream({ elements, order }: ProgramPort, frames: Int16Array): Int16Array {
  if (order === null) return frames;
  const out = new Int16Array(frames.length);
  for (let base = 0; base < frames.length; base += elements) {
    for (let at = 0; at < elements; at++) out[base + order[at]!] = frames[base + at]!;
  }
  return out;
}
