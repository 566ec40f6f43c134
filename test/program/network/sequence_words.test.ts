import { expect, test } from 'vitest';
import { placeSequences, sequenceWords } from '../../../src/program/network/sequence_words.ts';
import { stepsOfAxes } from '../../../src/program/program.ts';
import { randomNetworkDesign } from '../../lib/random_network_design.ts';

const SEEDS = 40;

test('sequences that a stage uses are apart in memory, and those of stages far from each other share it', () => {
  let shared = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { program } = randomNetworkDesign(seed).design;
    if (program.sequences.length === 0) continue;
    const steps = stepsOfAxes(program, program.machine.maxSteps);
    const places = placeSequences(program, 1).map(({ base, words }, number) => {
      return { base, end: base + words * steps[program.sequences[number]!.axis]! };
    });
    // What a stage of LOAD reads, and what is stored in the same stage.
    const uses = new Map<number, Set<number>>();
    const use = (stage: number, sequence: number) => uses.set(stage, (uses.get(stage) ?? new Set()).add(sequence));
    let stage = 0;
    for (const instruction of program.streams.load) {
      if (instruction.op === 'sync')
        stage += instruction.waits.filter(({ semaphore }) => semaphore === 'stored').length;
      if (instruction.op === 'load' && 'sequence' in instruction.from) use(stage, instruction.from.sequence);
    }
    stage = 0;
    for (const instruction of program.streams.store) {
      if (instruction.op === 'store' && 'sequence' in instruction.to) use(stage, instruction.to.sequence);
      if (instruction.op === 'sync')
        stage += instruction.posts.filter(({ semaphore }) => semaphore === 'stored').length;
    }
    for (const own of uses.values()) {
      for (const a of own) {
        for (const b of own) {
          if (a === b) continue;
          const apart = places[a]!.end <= places[b]!.base || places[b]!.end <= places[a]!.base;
          expect(apart, `seed ${seed}, sequences ${a} and ${b}`).toBe(true);
        }
      }
    }
    const all = places.reduce((sum, { base, end }) => sum + end - base, 0);
    const words = sequenceWords(program, 1, program.machine.maxSteps);
    expect(words, `seed ${seed}`).toBe(Math.max(...places.map(({ end }) => end)));
    if (words < all) shared++;
  }
  expect(shared).toBeGreaterThan(0);
});
