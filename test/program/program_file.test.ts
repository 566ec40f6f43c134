import { describe, expect, test } from 'vitest';
import { lower } from '../../src/compiler/lower/lower.ts';
import type { Program } from '../../src/program/program.ts';
import { parseProgram, printProgram } from '../../src/program/program_file.ts';
import { Rng } from '../../src/util/rng.ts';
import { randomMachine, randomQuantized } from '../golden/random_quantized.ts';

function randomProgram(seed: number): Program {
  return lower(randomQuantized(seed, { utterance: seed % 2 === 0 }), randomMachine(new Rng(seed)));
}

describe('a program as a file', () => {
  test('comes back as it was', () => {
    for (let seed = 1; seed <= 16; seed++) {
      const program = randomProgram(seed);
      expect(parseProgram(JSON.parse(printProgram(program)), 'program.json'), `seed ${seed}`).toEqual(program);
    }
  });

  test('with a number, an array or a reference out of its place is refused with one clear line', () => {
    const faults: readonly (readonly [string, (program: Record<string, never[]>) => void, RegExp])[] = [
      ['view', (p) => Object.assign(p.views![0]!, { vector: 999 }), /program\.json: .*view 0 refers to 999 of/],
      [
        'base64',
        (p) => Object.assign(p.segments![0]!, { values: '?' }),
        /segments\.0\.values: expected an array of int16/,
      ],
      ['length', (p) => Object.assign(p.segments![0]!, { values: 'AAA=' }), /segment ".*" has 1 values, expected/],
      ['mode', (p) => Object.assign(p, { mode: 'both' }), /program\.json: mode: /],
      ['axis', (p) => Object.assign(p.inputs![0]!, { axis: -1 }), /inputs\.0\.axis: /],
      ['key', (p) => Object.assign(p, { other: 1 }), /other: unknown key/],
    ];
    for (const [name, damage, message] of faults) {
      const value = JSON.parse(printProgram(randomProgram(3)));
      damage(value);
      expect(() => parseProgram(value, 'program.json'), name).toThrow(message);
    }
  });
});
