import type { StepAddress } from '../instruction.ts';
import { type Program, stepsOfAxes, type View } from '../program.ts';

/** A sequence in the sequence memory, in words of E elements, or in lines of several where it is in external memory. */
export interface PlacedSequence {
  readonly base: number;
  /** Words of a frame: every run of its elements takes whole words. */
  readonly words: number;
}

/** What moves frames to or from a sequence. */
interface SequenceAccess {
  readonly stream: 'load' | 'store';
  readonly at: number;
  readonly sequence: number;
  readonly step: StepAddress;
  readonly view: View;
}

function* sequenceAccesses({ streams, views }: Program): Generator<SequenceAccess> {
  for (const [at, instruction] of streams.load.entries()) {
    if (instruction.op !== 'load' || !('sequence' in instruction.from)) continue;
    yield { stream: 'load', at, ...instruction.from, view: views[instruction.to]! };
  }
  for (const [at, instruction] of streams.store.entries()) {
    if (instruction.op !== 'store' || !('sequence' in instruction.to)) continue;
    yield { stream: 'store', at, ...instruction.to, view: views[instruction.from]! };
  }
}

/** Stages in which a sequence is written first and used last. */
interface Life {
  first: number;
  last: number;
}

/** Stage of every instruction of a stream: they are parted by the semaphore `stored`. */
function stagesOf({ streams }: Program, stream: 'load' | 'store'): number[] {
  let stage = 0;
  return streams[stream].map((instruction) => {
    if (instruction.op !== 'sync') return stage;
    const tokens = stream === 'load' ? instruction.waits : instruction.posts;
    for (const { semaphore, count } of tokens) if (semaphore === 'stored') stage += count;
    return stage;
  });
}

/**
 * Puts the sequences of a program into memory, in whole words of E elements, at the lowest addresses. Two share them where one is read for the last
 * time in a stage before that in which the other is written first: no frame of a stage is stored before all of the one before are.
 *
 * @param lineWords words of a line; every frame takes whole lines, and places count them
 * @param inputSteps steps of the input for which there is room
 */
export function placeSequences(
  program: Program,
  lineWords: number,
  inputSteps = program.machine.maxSteps,
): readonly PlacedSequence[] {
  const { elemLanes } = program.machine;
  const words = new Array<number>(program.sequences.length).fill(0);
  const lives = program.sequences.map((): Life => ({ first: Number.POSITIVE_INFINITY, last: 0 }));
  const stages = { load: stagesOf(program, 'load'), store: stagesOf(program, 'store') };
  for (const { stream, at, sequence, view } of sequenceAccesses(program)) {
    const own = Math.ceil((view.rows * Math.ceil(view.run / elemLanes)) / lineWords);
    const known = words[sequence]!;
    if (known !== 0 && known !== own) {
      throw new Error(`${stream} ${at} moves ${own} words of a sequence whose frames have ${known}`);
    }
    words[sequence] = own;
    const life = lives[sequence]!;
    const stage = stages[stream][at]!;
    life.first = Math.min(life.first, stage);
    life.last = Math.max(life.last, stage);
  }
  const steps = stepsOfAxes(program, inputSteps);
  const placed: { base: number; words: number; end: number; life: Life }[] = [];
  for (const [number, { axis }] of program.sequences.entries()) {
    const life = lives[number]!;
    const size = words[number]! * steps[axis]!;
    const others = placed.filter((other) => other.life.first <= life.last && life.first <= other.life.last);
    others.sort((a, b) => a.base - b.base);
    let base = 0;
    for (const other of others) if (base + size > other.base) base = Math.max(base, other.end);
    placed.push({ base, words: words[number]!, end: base + size, life });
  }
  return placed.map(({ base, words: own }) => ({ base, words: own }));
}

/** Words, or lines, of the memory of all sequences, for so many steps of the input. */
export function sequenceWords(program: Program, lineWords: number, inputSteps: number): number {
  const steps = stepsOfAxes(program, inputSteps);
  return placeSequences(program, lineWords, inputSteps).reduce((most, { base, words }, number) => {
    return Math.max(most, base + words * steps[program.sequences[number]!.axis]!);
  }, 0);
}
