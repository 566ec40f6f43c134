import { EsegenError } from '../util/errors.ts';

/** A number of a list by matrix. */
interface Kind {
  readonly pattern: RegExp;
  readonly example: string;
}

export const DENSITY: Kind = { pattern: /^\d*\.?\d+$/, example: 'ix=0.1,rnn1=0.2,rnn1.ym=0.3' };
export const BLOCK: Kind = { pattern: /^\d{1,4}$/, example: 'rnn1=16,rnn1.ym=8,rnn2=1' };

/**
 * Numbers by matrix or layer, such as `ix=0.1,rnn1=0.2,rnn1.ym=0.3`.
 *
 * @param what they are called in messages
 * @throws EsegenError where the text is something else, or names one twice
 */
export function parsePerMatrix(text: string, what: string, { pattern, example }: Kind): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const part of text.split(',')) {
    const match = /^([a-z][a-z0-9_]*(?:\.[a-z]{1,2})?)=(.*)$/.exec(part.trim());
    if (match === null || !pattern.test(match[2]!)) {
      const expected = `expected ${what} such as ${example}`;
      throw new EsegenError('--per-matrix', `${expected}, got ${JSON.stringify(part.slice(0, 40))}`);
    }
    const name = match[1]!;
    if (numbers.has(name)) throw new EsegenError('--per-matrix', `names ${name} twice`, 'Remove one of them');
    numbers.set(name, Number(match[2]));
  }
  return numbers;
}
