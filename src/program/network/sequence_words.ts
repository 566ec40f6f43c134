import type { StepAddress, Stream } from '../instruction.ts';
import { type Program, stepsOfAxes, type View } from '../program.ts';

/** A sequence in the sequence memory, in words of E elements. */
export interface PlacedSequence {
  readonly base: number;
  /** Words of a frame: every run of its elements takes whole words. */
  readonly words: number;
}

/** What moves frames to or from a sequence. */
interface SequenceAccess {
  readonly stream: Stream;
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

/** Puts the sequences of a program one behind the other, in whole words of E elements. */
export function placeSequences(program: Program): readonly PlacedSequence[] {
  const { elemLanes, maxSteps } = program.machine;
  const words = new Array<number>(program.sequences.length).fill(0);
  for (const { stream, at, sequence, view } of sequenceAccesses(program)) {
    const own = view.rows * Math.ceil(view.run / elemLanes);
    const known = words[sequence]!;
    if (known !== 0 && known !== own) {
      throw new Error(`${stream} ${at} moves ${own} words of a sequence whose frames have ${known}`);
    }
    words[sequence] = own;
  }
  const steps = stepsOfAxes(program, maxSteps);
  let base = 0;
  return program.sequences.map(({ axis }, number) => {
    const placed = { base, words: words[number]! };
    base += placed.words * steps[axis]!;
    return placed;
  });
}
