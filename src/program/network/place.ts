import type { Config } from '../../machine/config.ts';
import { sequenceStreamOf } from '../../machine/sequence_stream.ts';
import type { Program } from '../program.ts';
import { type PlacedParameters, placeParameters } from './parameter_words.ts';
import { type PlacedSegment, placeSegments } from './segment_words.ts';
import { type PlacedSequence, placeSequences } from './sequence_words.ts';

/** Where the parts of a program lie in the memories of the hardware. */
export interface Placement {
  /** By their numbers, in the order of the memories. */
  readonly segments: ReadonlyMap<number, PlacedSegment>;
  readonly parameters: ReadonlyMap<number, PlacedParameters>;
  readonly sequences: readonly PlacedSequence[];
}

/** Words of the sequence memory in which a frame begins. */
export function lineWordsOf(config: Config): number {
  return sequenceStreamOf(config)?.lineWords ?? 1;
}

/**
 * Gives the parts of a program their places.
 *
 * @throws EsegenError where a weight does not fit, or a lane has too many rows
 */
export function placeProgram(program: Program, config: Config): Placement {
  const { activationQueue, weights } = config;
  return {
    segments: placeSegments(program, activationQueue === 'group', weights !== 'dram'),
    parameters: placeParameters(program),
    sequences: placeSequences(program, lineWordsOf(config)),
  };
}
