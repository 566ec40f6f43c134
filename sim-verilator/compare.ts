import type { Dimensions } from '../src/hdl/dimensions.ts';
import type { OutputBeats } from './bench_files.ts';

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
 * Compares every output word of every frame.
 *
 * @param golden [T, P]
 * @param undefinedAt first beat with undefined bits; counts as a difference
 */
export function compareOutputs(
  golden: Int16Array,
  rtl: OutputBeats & { readonly undefinedAt: number | null },
  { outputs, lanes }: Dimensions,
): Comparison {
  const differences: string[] = [];
  let mismatches = 0;
  const report = (at: number, got: string) => {
    mismatches++;
    if (differences.length >= SHOWN) return;
    const element = at % outputs;
    const where = `frame ${Math.floor(at / outputs)}, y[${element}]`;
    differences.push(
      `${where}: expected ${hex(golden[at]!)}, RTL ${got} (lane ${element % lanes}, group 0, cycle ${rtl.cycles[at]})`,
    );
  };
  const words = Math.min(golden.length, rtl.values.length);
  for (let at = 0; at < words; at++) {
    if (at === rtl.undefinedAt) report(at, 'undefined bits');
    else if (golden[at] !== rtl.values[at]) report(at, hex(rtl.values[at]!));
  }
  if (rtl.values.length !== golden.length) {
    mismatches += Math.abs(golden.length - rtl.values.length);
    differences.push(`expected ${golden.length} output words, the RTL gave ${rtl.values.length}`);
  }
  return { comparedWords: words, mismatches, differences };
}
