import { createFrames, type Frames } from '../data/frames.ts';

/** What a model takes of a sound in a call: samples, those before the new ones included, and by how many calls are apart. */
export interface SoundWindow {
  readonly samples: number;
  readonly hop: number;
}

/** Windows of a sound, one a call, with zeros in front of the first sample; a tail that does not fill a hop is dropped. */
export function windowsOf(sound: ArrayLike<number>, { samples: width, hop }: SoundWindow): Frames {
  const calls = Math.floor(sound.length / hop);
  const frames = createFrames(calls, width);
  for (let t = 0; t < calls; t++) {
    for (let n = 0; n < width; n++) frames.data[t * width + n] = sound[(t + 1) * hop - width + n] ?? 0;
  }
  return frames;
}
