import { type Program, stepsOfAxes } from '../program/program.ts';
import { EsegenError } from '../util/errors.ts';
import { quoteName } from '../util/quote_name.ts';

/**
 * Steps of every axis of a program for given inputs. A streaming program may have none of them to take.
 *
 * @throws EsegenError where an input is missing, has no whole frames or another number of them, or is too short or too long
 */
export function axisSteps(program: Program, inputs: ReadonlyMap<string, Int16Array>): number[] {
  let steps: number | undefined;
  for (const { name, elements, axis } of program.inputs) {
    const where = `input ${quoteName(name)}`;
    const frames = inputs.get(name);
    if (frames === undefined) throw new EsegenError(where, 'is missing');
    const own = frames.length / elements;
    const expected: number = axis === 1 ? 1 : (steps ?? own);
    if (!Number.isInteger(own) || own !== expected || (own === 0 && program.mode === 'utterance')) {
      const whole = Number.isInteger(expected) && expected > 0 ? `${expected} frames` : 'whole frames';
      throw new EsegenError(where, `expected ${whole} of ${elements} elements, got ${frames.length} elements`);
    }
    if (axis === 0) steps = own;
  }
  const inputSteps = steps ?? 1;
  const { maxSteps } = program.machine;
  if (program.mode === 'utterance' && inputSteps > maxSteps) {
    const fix = 'Cut it into parts, or give the config a larger sequence.maxSteps';
    throw new EsegenError('utterance', `expected at most ${maxSteps} steps, got ${inputSteps}`, fix);
  }
  const counts = stepsOfAxes(program, inputSteps);
  if (inputSteps > 0 && counts.some((count) => count === 0)) {
    throw new EsegenError(
      'utterance',
      `expected enough steps for the windows of the network, got ${inputSteps}`,
      'Give a longer one',
    );
  }
  return counts;
}
