import { EsegenError } from '../util/errors.ts';
import { AccessLog } from './access_log.ts';
import { type Instruction, SEMAPHORE_MAX, SEMAPHORES, STREAMS, type Stream } from './instruction.ts';
import { type Program, stepsOfAxes } from './program.ts';
import { Walk } from './walk.ts';

/** Steps of the input beyond the shortest utterance with which a program is walked through: windows, tiles and slots come round. */
const STEPS = [0, 1, 2, 5] as const;

/** What the check of a program found out. */
export interface ProgramCheck {
  /** Largest count that each semaphore can have, in any order in which the streams may run. */
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Checks that a program is sound, for utterances of several lengths: semaphores end at 0, never exceed
 * 15 and never deadlock; nothing is read before it is written, or written while it is still needed.
 *
 * The streams wait for each other by semaphores alone, each with one stream that posts and one that waits; so the order of events
 * that they force is the same in every run, and what holds in one holds in all. Products that are done ahead where frames come early
 * enough are walked through both ways.
 *
 * @throws EsegenError that names the instruction
 */
export function checkProgram(program: Program): ProgramCheck {
  checkDirections(program);
  const counts: Record<string, number> = {};
  // Without products that may be done ahead, both ways are one.
  const turns = STREAMS.some((stream) => program.streams[stream].some(hasTurn)) ? [false, true] : [false];
  for (const more of STEPS) {
    const steps = stepsOfAxes(program, shortest(program) + more);
    for (const ahead of turns) walkAll(program, steps, ahead);
    for (const semaphore of SEMAPHORES) {
      const number = SEMAPHORES.indexOf(semaphore);
      const most = Math.max(...turns.map((ahead) => largestCount(program, steps, number, ahead)));
      if (most > SEMAPHORE_MAX) {
        const fix = 'Divide the network into several';
        throw new EsegenError('program', `expected at most ${SEMAPHORE_MAX} tokens of ${semaphore}, got ${most}`, fix);
      }
      counts[semaphore] = Math.max(counts[semaphore] ?? 0, most);
    }
  }
  return { counts };
}

/** Whether an instruction is left out now and then. */
function hasTurn(instruction: Instruction): boolean {
  return 'turn' in instruction && instruction.turn !== 'always';
}

/** Every semaphore has one stream that posts it and another that waits for it, and an instruction names each at most once. */
function checkDirections(program: Program): void {
  for (const stream of STREAMS) {
    for (const [at, instruction] of program.streams[stream].entries()) {
      if (!('waits' in instruction)) continue;
      for (const tokens of [instruction.waits, instruction.posts]) {
        if (new Set(tokens.map(({ semaphore }) => semaphore)).size === tokens.length) continue;
        throw new EsegenError(`program: ${stream} ${at}`, 'names a semaphore twice');
      }
    }
  }
  const streamsOf = (kind: 'waits' | 'posts', semaphore: string) =>
    STREAMS.filter((stream) =>
      program.streams[stream].some(
        (instruction: Instruction) =>
          'waits' in instruction && instruction[kind].some((t) => t.semaphore === semaphore),
      ),
    );
  for (const semaphore of SEMAPHORES) {
    const [posting, waiting] = [streamsOf('posts', semaphore), streamsOf('waits', semaphore)];
    if (posting.length > 1 || waiting.length > 1 || (posting[0] !== undefined && posting[0] === waiting[0])) {
      throw new EsegenError(
        'program',
        `${semaphore} is posted by ${posting.join(', ')}, waited for by ${waiting.join(', ')}`,
      );
    }
  }
}

/** Shortest utterance in which every axis has a step. */
function shortest(program: Program): number {
  let steps = 1;
  while (stepsOfAxes(program, steps).some((count) => count === 0)) steps++;
  return steps;
}

/** Walks through the program in one order, with the accesses of every instruction. */
function walkAll(program: Program, steps: readonly number[], ahead: boolean): void {
  const walk = new Walk(program, steps, ahead);
  const log = new AccessLog(program, steps);
  for (let moved = true; moved; ) {
    moved = false;
    for (const stream of STREAMS) {
      for (let event = walk.advance(stream); event !== null; event = walk.advance(stream)) {
        moved = true;
        log.record(event);
      }
    }
  }
  const stuck = STREAMS.filter((stream) => !walk.done(stream));
  if (stuck.length > 0) {
    const where = stuck.map((stream) => walk.describe(stream)).join('; ');
    throw new EsegenError('program', `the streams wait for each other: ${where}`);
  }
  for (const [number, count] of walk.counts.entries()) {
    if (count !== 0)
      throw new EsegenError('program', `ends with ${count} tokens of ${SEMAPHORES[number]}, expected none`);
  }
}

/**
 * Largest count of a semaphore in any order: the stream that takes its tokens goes on only when no other can, so that each time as many
 * as can be are there.
 */
function largestCount(program: Program, steps: readonly number[], semaphore: number, ahead: boolean): number {
  const walk = new Walk(program, steps, ahead);
  const taker = STREAMS.find((stream) => walk.waitsFor(stream, semaphore));
  if (taker === undefined) return 0;
  const others: readonly Stream[] = STREAMS.filter((stream) => stream !== taker);
  let most = 0;
  for (let moved = true; moved; ) {
    moved = false;
    for (let again = true; again; ) {
      again = false;
      for (const stream of others) while (walk.advance(stream) !== null) again = true;
      moved ||= again;
    }
    most = Math.max(most, walk.counts[semaphore]!);
    if (walk.advance(taker) !== null) moved = true;
  }
  return most;
}
