import { readFile, writeFile } from 'node:fs/promises';
import type { Stimuli } from './stimuli.ts';

/** Counters inside the RTL, summed since reset (bench.v). */
export interface Counters {
  /** Multiply-accumulates with a weight, and with a padding word, over all PEs. */
  readonly macs: number;
  readonly padding: number;
  /** PE-cycles with an empty queue and nothing under way. */
  readonly starved: number;
  /** Cycles in which a full queue held the broadcast back. */
  readonly blocked: number;
  /** Largest queue level so far. */
  readonly highWater: number;
  /** PE-cycles with a column under way and no word from external memory. */
  readonly waited: number;
  /** Cycles in which any PE did. */
  readonly waitCycles: number;
}

/** What the bench tells at the end of an output frame. */
export interface FrameStats {
  /** Cycle of the frame's last beat. */
  readonly cycle: number;
  /** Null for a netlist, which has none. */
  readonly counters: Counters | null;
}

/** Elements of the output, frame by frame as they came. */
export interface OutputElements {
  readonly cycles: Float64Array;
  readonly channels: Uint8Array;
  readonly values: Int16Array;
}

/** Counters of a line of the bench, in their order. */
type CounterLine = [number, number, number, number, number, number, number];

const FIRST_BIT = 1 << 16;
const END_BIT = 1 << 17;
const CHANNEL_SHIFT = 18;

/** Writes the stimuli of bench.v. */
export async function writeInput(path: string, { frames, order }: Stimuli): Promise<void> {
  const lines: string[] = [];
  for (const { row, channel, first, endOfBatch } of order) {
    const marks = (channel << CHANNEL_SHIFT) | (first ? FIRST_BIT : 0) | (endOfBatch ? END_BIT : 0);
    for (let j = 0; j < frames.width; j++) {
      lines.push(((j === 0 ? marks : 0) | (frames.data[row * frames.width + j]! & 0xffff)).toString(16));
    }
  }
  await writeFile(path, `${lines.join('\n')}\n`);
}

/** Writes the image of external memory as axi_memory.v reads it. */
export async function writeMemory(path: string, image: Uint8Array, beatBytes: number): Promise<void> {
  const lines: string[] = [];
  for (let at = 0; at < image.length; at += beatBytes) {
    lines.push(Buffer.from(image.subarray(at, at + beatBytes).toReversed()).toString('hex'));
  }
  await writeFile(path, `${lines.join('\n')}\n`);
}

async function readLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text === '' ? [] : text.trimEnd().split('\n');
}

/**
 * Reads the output. Undefined bits (x, z) count as a value that no golden word has, so they show as a difference.
 *
 * @param outputs elements of a frame; the last beat of a frame may hold more, which are dropped
 * @param beat elements of a beat
 */
export async function readOutput(
  path: string,
  outputs: number,
  beat: number,
): Promise<OutputElements & { readonly undefinedAt: number | null }> {
  const lines = await readLines(path);
  const beats = Math.ceil(outputs / beat);
  const length = Math.floor(lines.length / beats) * outputs + (lines.length % beats) * beat;
  const cycles = new Float64Array(length);
  const channels = new Uint8Array(length);
  const values = new Int16Array(length);
  let undefinedAt: number | null = null;
  let at = 0;
  for (const [number, line] of lines.entries()) {
    const [cycle, channel, word] = line.split(' ') as [string, string, string];
    const kept = Math.min(beat, outputs - (number % beats) * beat);
    for (let element = 0; element < kept; element++, at++) {
      const digits = word.slice(word.length - 4 * (element + 1), word.length - 4 * element);
      cycles[at] = Number(cycle);
      channels[at] = Number(channel);
      if (/^[0-9a-f]{4}$/.test(digits)) values[at] = Number.parseInt(digits, 16);
      else undefinedAt ??= at;
    }
  }
  return { cycles, channels, values, undefinedAt };
}

/** Reads the counters, one entry an output frame: its cycle, and those of the RTL behind it. */
export async function readStats(path: string): Promise<FrameStats[]> {
  return (await readLines(path)).map((line) => {
    const [cycle, ...counts] = line.split(' ').map(Number);
    if (counts.length === 0) return { cycle: cycle!, counters: null };
    const [macs, padding, starved, blocked, highWater, waited, waitCycles] = counts as CounterLine;
    return { cycle: cycle!, counters: { macs, padding, starved, blocked, highWater, waited, waitCycles } };
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
