import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { transcribe } from '../../src/verbs/transcribe.ts';

/** What came of recordings. */
export interface Recognised {
  readonly recordings: number;
  /** Recordings that were not read as they were spoken. */
  readonly wrong: number;
  readonly comparedWords: number;
  readonly mismatches: number;
  /** Seconds of sound, steps of the network's input, and cycles of the RTL over all of them. */
  readonly seconds: number;
  readonly frames: number;
  readonly cycles: number;
  /** Largest of all recordings, in steady state, and utilization of the last. */
  readonly cyclesPerFrame: number;
  readonly utilization: number;
}

const listSchema = z.object({ files: z.array(z.object({ file: z.string(), digits: z.string() })) });

/**
 * Reads all recordings of a folder through the RTL of a design, and prints a line for each.
 *
 * @param folder with `demo.json`: the recordings and the digits that are spoken in them
 */
export async function recognise(design: string, folder: string): Promise<Recognised> {
  const { files } = listSchema.parse(JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8')));
  const sum = { wrong: 0, comparedWords: 0, mismatches: 0, seconds: 0, frames: 0, cycles: 0 };
  let [cyclesPerFrame, utilization] = [0, 0];
  for (const { file, digits } of files) {
    const { words, seconds, frames, rtl } = await transcribe(design, join(folder, file), 'rtl');
    const heard = words.join('');
    const verdict = heard === digits ? 'right' : `WRONG, spoken: ${digits}`;
    console.log(`  ${file.padEnd(15)}${seconds.toFixed(1).padStart(5)} s   ${heard.padEnd(12)}${verdict}`);
    if (heard !== digits) sum.wrong++;
    sum.comparedWords += rtl!.comparedWords;
    sum.mismatches += rtl!.mismatches;
    sum.seconds += seconds;
    sum.frames += frames;
    sum.cycles += rtl!.cycles;
    cyclesPerFrame = Math.max(cyclesPerFrame, rtl!.cyclesPerFrame);
    utilization = rtl!.utilization;
  }
  return { recordings: files.length, ...sum, cyclesPerFrame, utilization };
}
