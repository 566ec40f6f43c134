import { windowOutputs } from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import { type FieldValues, packWord, type WordFormat, wordBits } from '../field.ts';
import { type MemImage, memFromBigInts } from '../mem_image.ts';
import type { Program } from '../program.ts';

/** What the steps of an axis follow from, beside those of the axis under it. */
export const AXIS_WORD: WordFormat = {
  name: 'axis',
  meaning: 'steps of an axis of time',
  fields: [
    { name: 'moves', bits: 1, meaning: 'gets more steps with those of the axis under it' },
    { name: 'under', bits: 4, meaning: 'axis that its window slides over' },
    { name: 'initial', bits: 16, meaning: 'steps with the first step of the input' },
    { name: 'countdown', bits: 16, meaning: 'steps of the axis under it until the next one' },
    { name: 'stride', bits: 6, meaning: 'steps of the axis under it from then on' },
  ],
};

/** An axis of a single step. */
const STANDING: FieldValues = { moves: 0, under: 0, initial: 1, countdown: 1, stride: 0 };

/** First word of the table: what is asked of the input. */
export const INPUT_WORD: WordFormat = {
  name: 'input',
  meaning: 'frames of an utterance',
  fields: [
    { name: 'maxSteps', bits: 16, meaning: 'most steps' },
    { name: 'beats', bits: 24, meaning: 'beats of a step, those of all inputs' },
  ],
};

/** Bits of a word of the table. */
export const AXIS_BITS = Math.max(wordBits(AXIS_WORD), wordBits(INPUT_WORD));

/**
 * The table from which the hardware counts the steps of every axis as the frames of an utterance come: a word an axis, in their
 * order, the first that of the input.
 *
 * @param depth axes of the hardware
 * @param beat elements of a beat of its input
 * @throws EsegenError where a value does not fit its field
 */
export function axisMemory({ axes, inputs, machine }: Program, depth: number, beat: number): MemImage {
  const first: number[] = [];
  const words = axes.map((axis, number) => {
    const where = `program: axis ${number}`;
    if (axis.kind === 'input') {
      if (number !== 0) throw new EsegenError(where, 'is of the input, expected it to be the first');
      first.push(1);
      const beats = inputs.reduce((sum, input) => sum + (input.axis === 0 ? Math.ceil(input.elements / beat) : 0), 0);
      return packWord(INPUT_WORD, { maxSteps: machine.maxSteps, beats }, where);
    }
    let values = STANDING;
    if (axis.kind === 'window') {
      const { of, window } = axis;
      const initial = windowOutputs(window, first[of]!);
      let countdown = 1;
      while (windowOutputs(window, first[of]! + countdown) === initial) countdown++;
      values = { moves: 1, under: of, initial, countdown, stride: window.stride };
    }
    first.push(values.initial!);
    return packWord(AXIS_WORD, values, where);
  });
  // Axes that the network does not have stand still, with a step.
  const unused = packWord(AXIS_WORD, STANDING, 'program: axes');
  return memFromBigInts(AXIS_BITS, [...words, ...new Array<bigint>(depth - words.length).fill(unused)]);
}
