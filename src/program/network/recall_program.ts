import { packWord } from '../field.ts';
import type { Token } from '../instruction.ts';
import type { Program } from '../program.ts';
import { RECALL_WORD, UNIT_OPS } from '../unit_words.ts';
import type { PlacedSequence } from './sequence_words.ts';
import { type HardwareInstruction, hardwareStream, loopWord, sequenceFields, tokenFields } from './unit_program.ts';

function waitsForFrames(waits: readonly Token[]): Token[] {
  return waits.filter(({ semaphore }) => semaphore === 'stored');
}

/**
 * What LOAD reads of the sequences, in its order: its stream without other works, and without other waits than those for frames that are
 * written. Loops in which nothing is left go too.
 */
export function recallStream(program: Program): HardwareInstruction[] {
  const out: HardwareInstruction[] = [];
  for (const instruction of hardwareStream(program, 'load')) {
    if (instruction.op === 'sync' && waitsForFrames(instruction.waits).length === 0) continue;
    if (instruction.op === 'load' && !('sequence' in instruction.from)) continue;
    if (instruction.op === 'end' && out.at(-1)?.op === 'loop') out.pop();
    else out.push(instruction);
  }
  return out;
}

/** Words of the program that reads the sequences ahead of LOAD. */
export function recallProgram(program: Program, sequences: readonly PlacedSequence[]): bigint[] {
  const empty = Object.fromEntries(RECALL_WORD.fields.map(({ name }) => [name, 0]));
  return recallStream(program).map((instruction, at) => {
    const where = `program: recall ${at}`;
    const pack = (own: Record<string, number>) => packWord(RECALL_WORD, { ...empty, ...own }, where);
    switch (instruction.op) {
      case 'loop':
        return loopWord(instruction, where);
      case 'sync':
        return pack({ op: UNIT_OPS.sync, ...tokenFields(waitsForFrames(instruction.waits), []) });
      case 'load': {
        const waits = tokenFields(waitsForFrames(instruction.waits), []);
        const { from } = instruction;
        if (!('sequence' in from)) throw new Error(`${where} reads no sequence`);
        return pack({ op: UNIT_OPS.work, ...waits, ...sequenceFields(program, sequences, from) });
      }
      default:
        return pack({ op: instruction.op === 'end' ? UNIT_OPS.end : UNIT_OPS.halt });
    }
  });
}
