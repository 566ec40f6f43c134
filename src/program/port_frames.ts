import type { Control, Instruction } from './instruction.ts';
import type { Program } from './program.ts';

/** What a stream does in the order in which it does it, loops unrolled: what `of` makes of its instructions, null left out. */
function unrolled<I extends Instruction, T>(
  stream: readonly (Control | I)[],
  steps: readonly number[],
  of: (instruction: Control | I) => T | null,
): T[] {
  const found: T[] = [];
  const run = (from: number): number => {
    let at = from;
    for (; at < stream.length; at++) {
      const instruction = stream[at]!;
      if (instruction.op === 'end') return at;
      if (instruction.op === 'loop') {
        const { rounds } = instruction;
        const count = typeof rounds === 'number' ? rounds : steps[rounds.axis]!;
        let end = at;
        for (let round = 0; round < count; round++) end = run(at + 1);
        at = end;
        continue;
      }
      const made = of(instruction);
      if (made !== null) found.push(made);
    }
    return at;
  };
  run(0);
  return found;
}

/**
 * Inputs in the order in which a program takes their frames: for an utterance, or a step where it streams.
 *
 * @param steps by axis, at least 1 each
 */
export function inputFrames({ streams }: Program, steps: readonly number[]): number[] {
  return unrolled(streams.load, steps, (instruction) =>
    instruction.op === 'load' && 'input' in instruction.from ? instruction.from.input : null,
  );
}

/** Outputs in the order in which a program gives their frames. */
export function outputFrames({ streams }: Program, steps: readonly number[]): number[] {
  return unrolled(streams.store, steps, (instruction) =>
    instruction.op === 'store' && 'output' in instruction.to ? instruction.to.output : null,
  );
}
