import type { Dimensions } from '../src/program/dimensions.ts';
import type { OutputElements } from './bench_files.ts';
import type { InputFrame } from './stimuli.ts';

/** What comparing the RTL's output with the golden model's found. */
export interface Comparison {
  readonly comparedWords: number;
  readonly mismatches: number;
  /** The first differences, one line each. */
  readonly differences: readonly string[];
}

const SHOWN = 5;

function hex(value: number): string {
  return `0x${(value & 0xffff).toString(16).padStart(4, '0')}`;
}

/**
 * Compares every output word of every frame, and the channel it came from.
 *
 * @param golden [T, P], frames in the order in which the design answers
 * @param frames these frames
 * @param what what gave the output, for the messages
 * @param undefinedAt first beat with undefined bits; counts as a difference
 */
export function compareOutputs(
  golden: Int16Array,
  frames: readonly InputFrame[],
  rtl: OutputElements & { readonly undefinedAt: number | null },
  { outputs, lanes, groups, channels }: Dimensions,
  what = 'RTL',
): Comparison {
  const differences: string[] = [];
  let mismatches = 0;
  const report = (at: number, got: string) => {
    mismatches++;
    if (differences.length >= SHOWN) return;
    const element = at % outputs;
    const { row, channel } = frames[Math.floor(at / outputs)]!;
    const voice = channels === 1 ? '' : `, channel ${channel}`;
    const where = `frame ${Math.floor(row / channels)}${voice}, y[${element}]`;
    differences.push(
      `${where}: expected ${hex(golden[at]!)}, ${what} ${got} (lane ${element % lanes}, group ${groups === 1 ? 0 : 'any'}, cycle ${rtl.cycles[at]})`,
    );
  };
  const words = Math.min(golden.length, rtl.values.length);
  for (let at = 0; at < words; at++) {
    if (at === rtl.undefinedAt) report(at, 'undefined bits');
    else if (rtl.channels[at] !== frames[Math.floor(at / outputs)]!.channel) report(at, `channel ${rtl.channels[at]}`);
    else if (golden[at] !== rtl.values[at]) report(at, hex(rtl.values[at]!));
  }
  if (rtl.values.length !== golden.length) {
    mismatches += Math.abs(golden.length - rtl.values.length);
    differences.push(`expected ${golden.length} output words, the ${what} gave ${rtl.values.length}`);
  }
  return { comparedWords: words, mismatches, differences };
}
