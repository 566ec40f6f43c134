import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { loadDesign } from '../../src/design/load_design.ts';
import { rtlFiles } from '../../src/design/rtl_files.ts';

const BENCH = fileURLToPath(new URL('frame_bench.v', import.meta.url));
const FIRST = 1 << 16;
const END = 1 << 17;
const LAST = 1 << 18;
const CHANNEL_SHIFT = 19;

/** A frame for frame_bench.v, of any length; its marks stand on its first beat. */
export interface BenchFrame {
  readonly elements: ArrayLike<number>;
  readonly channel?: number;
  /** Beat with the start-of-utterance mark, if any. */
  readonly mark?: number | undefined;
  readonly endOfBatch?: boolean;
}

/** What the bench saw. */
export interface Seen {
  /** Frames of the output as they came, cut at `last`, and their channels. */
  readonly frames: readonly (readonly number[])[];
  readonly channels: readonly number[];
  readonly frameError: boolean;
  /** Beats taken before frame_error rose. */
  readonly errorAt: number | null;
  readonly busy: boolean;
  readonly unstable: boolean;
}

function beatsOf({ elements, channel = 0, mark, endOfBatch = false }: BenchFrame): string[] {
  return Array.from(elements, (value, beat) => {
    const marks = (beat === mark ? FIRST : 0) | (beat === 0 && endOfBatch ? END : 0);
    const last = beat === elements.length - 1 ? LAST : 0;
    return ((channel << CHANNEL_SHIFT) | last | marks | (value & 0xffff)).toString(16);
  });
}

/**
 * Sends frames to the design of a directory, with stalls at both ends.
 *
 * @param channels of the design
 */
export async function sendFrames(dir: string, channels: number, frames: readonly BenchFrame[]): Promise<Seen> {
  const work = mkdtempSync(join(tmpdir(), 'esegen-frames-'));
  try {
    const program = join(work, 'simulation.vvp');
    const input = join(work, 'input.txt');
    const beats = frames.flatMap(beatsOf);
    writeFileSync(input, `${beats.join('\n')}\n`);
    const sources = (await rtlFiles(dir)).map((file) => join(dir, file));
    const { config, dimensions } = loadDesign(dir).design;
    const sizes = [`-DINPUTS=${dimensions.inputs}`, `-DCORE=${config.name}_core`];
    const defines = [...sizes, ...(channels === 1 ? [] : [`-DCHANNELS=${channels}`])];
    await execa('iverilog', ['-g2005', '-Wall', ...defines, '-s', 'frame_bench', '-o', program, ...sources, BENCH]);
    const args = ['-n', program, `+input=${input}`, `+beats=${beats.length}`, '+quiet=1000'];
    return readLog((await execa('vvp', args, { cwd: dir })).stdout);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function readLog(log: string): Seen {
  const frames: number[][] = [];
  const channels: number[] = [];
  let begins = true;
  for (const [, channel, last, word] of log.matchAll(/^@out (\d+) ([01]) ([0-9a-f]{4})$/gm)) {
    if (begins) {
      frames.push([]);
      channels.push(Number(channel));
    }
    frames.at(-1)!.push((Number.parseInt(word!, 16) << 16) >> 16);
    begins = last === '1';
  }
  const errorAt = /^@error_at (\d+)$/m.exec(log);
  const [, error, busy] = /^@end ([01]) ([01])$/m.exec(log)!;
  return {
    frames,
    channels,
    frameError: error === '1',
    errorAt: errorAt === null ? null : Number(errorAt[1]),
    busy: busy === '1',
    unstable: /^@unstable$/m.test(log),
  };
}
