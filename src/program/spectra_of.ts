import type { Program } from './program.ts';

/** Matrices over one vector that a program has as spectra: `layer.sums.vector`. */
export interface StoredSpectra {
  readonly name: string;
  readonly block: number;
}

/** What a program has as spectra, in its order; segments that are parts of the same count once. */
export function spectraOf({ segments }: Pick<Program, 'segments'>): StoredSpectra[] {
  const found = new Map<string, number>();
  for (const { name, block } of segments) {
    if (block !== null) found.set(name.split('.').slice(0, 3).join('.'), block);
  }
  return [...found].map(([name, block]) => ({ name, block }));
}

/** `blocks of 8: gru0.gates.h, gru0.gates.x0`, a line for each block; none where nothing is of spectra. */
export function spectraLines(program: Pick<Program, 'segments'>): string[] {
  const byBlock = new Map<number, string[]>();
  for (const { name, block } of spectraOf(program)) byBlock.set(block, [...(byBlock.get(block) ?? []), name]);
  return [...byBlock].map(([block, names]) => `blocks of ${block}: ${names.join(', ')}`);
}
