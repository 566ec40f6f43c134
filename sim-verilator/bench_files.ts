import { readFile, writeFile } from 'node:fs/promises';

/** Input frames of a run, in the design's integers. */
export interface IntegerFrames {
  readonly frames: number;
  readonly width: number;
  /** [frames, width]. */
  readonly data: Int16Array;
}

/** Counters at the end of an output frame, summed since reset (bench.v). */
export interface FrameStats {
  /** Cycle of the frame's last beat. */
  readonly cycle: number;
  /** Multiply-accumulates with a weight, and with a padding word, over all PEs. */
  readonly macs: number;
  readonly padding: number;
  /** PE-cycles with an empty queue and nothing under way. */
  readonly starved: number;
  /** Cycles in which a full queue held the broadcast back. */
  readonly blocked: number;
  /** Largest queue level so far. */
  readonly highWater: number;
}

/** A beat of the output. */
export interface OutputBeats {
  readonly cycles: Float64Array;
  readonly values: Int16Array;
}

const USER_BIT = 0x10000;

/** Writes the stimuli of bench.v. */
export async function writeInput(path: string, frames: IntegerFrames, starts: ReadonlySet<number>): Promise<void> {
  const lines: string[] = [];
  for (let t = 0; t < frames.frames; t++) {
    for (let j = 0; j < frames.width; j++) {
      const user = j === 0 && starts.has(t) ? USER_BIT : 0;
      lines.push((user | (frames.data[t * frames.width + j]! & 0xffff)).toString(16));
    }
  }
  await writeFile(path, `${lines.join('\n')}\n`);
}

async function readLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text === '' ? [] : text.trimEnd().split('\n');
}

/** Reads the output beats. Undefined bits (x, z) count as a value that no golden word has, so they show as a difference. */
export async function readOutput(path: string): Promise<OutputBeats & { readonly undefinedAt: number | null }> {
  const lines = await readLines(path);
  const cycles = new Float64Array(lines.length);
  const values = new Int16Array(lines.length);
  let undefinedAt: number | null = null;
  for (const [at, line] of lines.entries()) {
    const [cycle, word] = line.split(' ') as [string, string];
    cycles[at] = Number(cycle);
    if (/^[0-9a-f]{4}$/.test(word)) values[at] = Number.parseInt(word, 16);
    else undefinedAt ??= at;
  }
  return { cycles, values, undefinedAt };
}

/** Reads the counters, one entry an output frame. */
export async function readStats(path: string): Promise<FrameStats[]> {
  return (await readLines(path)).map((line) => {
    const [cycle, macs, padding, starved, blocked, highWater] = line.split(' ').map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return { cycle, macs, padding, starved, blocked, highWater };
  });
}

/** Kinds of checkpoint: gate pre-activations, cell state, cell output. */
export const CHECKPOINTS = ['i', 'f', 'g', 'o', 'c', 'm'] as const;
export type Checkpoint = (typeof CHECKPOINTS)[number];

/**
 * Checkpoint values by kind and ElemMul lane, in the order of the lane's cells, frame after frame. Undefined bits are NaN,
 * which equals no golden value.
 */
export async function readCheckpoints(path: string, elemLanes: number): Promise<Map<Checkpoint, number[][]>> {
  const log = new Map(CHECKPOINTS.map((kind) => [kind, Array.from({ length: elemLanes }, () => [] as number[])]));
  for (const line of await readLines(path)) {
    const [kind, lane, word] = line.split(' ') as [Checkpoint, string, string];
    log.get(kind)![Number(lane)]!.push(Number(word));
  }
  return log;
}
