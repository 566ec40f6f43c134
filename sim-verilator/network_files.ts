import { readFile, writeFile } from 'node:fs/promises';

/** A beat of the output of a network design. */
export interface OutputBeat {
  readonly cycle: number;
  readonly channel: number;
  readonly output: number;
  readonly last: boolean;
  /** Elements, NaN where any of its bits is undefined. */
  readonly elements: readonly number[];
}

/** Counters inside the RTL, summed since the programs began (network_bench.v), behind the last beat of an output frame. */
export interface NetworkStats {
  readonly cycle: number;
  /** Multiply-accumulates with a weight, and with a padding word, over all PEs. */
  readonly macs: number;
  readonly padding: number;
  /** PE-cycles with an empty queue and nothing under way. */
  readonly starved: number;
  /** Cycles in which a full queue held the broadcast of group 0 back. */
  readonly blocked: number;
}

/** Writes the beats of the input. */
export async function writeBeats(path: string, beats: readonly string[]): Promise<void> {
  await writeFile(path, `${beats.join('\n')}\n`);
}

async function readLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text === '' ? [] : text.trimEnd().split('\n');
}

/** Reads the beats of the output; a line that a full disk cut off is left out. */
export async function readBeats(path: string, elements: number): Promise<OutputBeat[]> {
  const lines = await readLines(path);
  return lines.flatMap((line) => {
    const [cycle, channel, output, last, word] = line.split(' ');
    if (word?.length !== 4 * elements) return [];
    return {
      cycle: Number(cycle),
      channel: Number(channel),
      output: Number(output),
      last: last === '1',
      elements: Array.from({ length: elements }, (_, at) => {
        const digits = word.slice(word.length - 4 * (at + 1), word.length - 4 * at);
        return /^[0-9a-f]{4}$/.test(digits) ? (Number.parseInt(digits, 16) << 16) >> 16 : Number.NaN;
      }),
    };
  });
}

/** Reads the counters, one entry an output frame. */
export async function readNetworkStats(path: string): Promise<NetworkStats[]> {
  return (await readLines(path)).map((line) => {
    const [cycle, macs, padding, starved, blocked] = line.split(' ').map(Number);
    return { cycle: cycle!, macs: macs!, padding: padding!, starved: starved!, blocked: blocked! };
  });
}

/** Reads what a script read. */
export async function readLog(path: string): Promise<number[]> {
  return (await readLines(path)).map((line) => Number.parseInt(line, 16));
}
