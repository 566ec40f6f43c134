import type { Control, Instruction } from './instruction.ts';
import type { Program, ProgramPort } from './program.ts';

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

/** A move of a port: a frame, or a part of one. */
interface Part {
  readonly port: number;
  readonly elements: number;
}

/** Ports in the order in which their frames are whole. */
function wholeFrames(parts: readonly Part[], ports: readonly ProgramPort[]): number[] {
  const moved = ports.map(() => 0);
  return parts.flatMap(({ port, elements }) => {
    moved[port]! += elements;
    if (moved[port]! < ports[port]!.elements) return [];
    moved[port] = 0;
    return [port];
  });
}

function elementsOf({ views }: Program, view: number): number {
  const { rows, run } = views[view]!;
  return rows * run;
}

/**
 * Inputs in the order in which a program takes their frames: for an utterance, or a step where it streams.
 *
 * @param steps by axis, at least 1 each
 */
export function inputFrames(program: Program, steps: readonly number[]): number[] {
  const parts = unrolled(program.streams.load, steps, (instruction): Part | null => {
    if (instruction.op !== 'load' || !('input' in instruction.from)) return null;
    return { port: instruction.from.input, elements: elementsOf(program, instruction.to) };
  });
  return wholeFrames(parts, program.inputs);
}

/** Outputs in the order in which a program gives their frames. */
export function outputFrames(program: Program, steps: readonly number[]): number[] {
  const parts = unrolled(program.streams.store, steps, (instruction): Part | null => {
    if (instruction.op !== 'store' || !('output' in instruction.to)) return null;
    return { port: instruction.to.output, elements: elementsOf(program, instruction.from) };
  });
  return wholeFrames(parts, program.outputs);
}
