import { EsegenError } from '../util/errors.ts';
import { quoteName } from '../util/quote_name.ts';

/**
 * A word of a POSIX shell that stands for a text.
 *
 * @throws EsegenError where it holds a line break or another control character, which lists of commands cannot hold
 */
export function shellWord(text: string): string {
  for (const char of text) {
    if (char < ' ' || char === '\x7f') {
      throw new EsegenError(quoteName(text), 'holds a control character, which no job file can hold', 'Rename it');
    }
  }
  return /^[A-Za-z0-9_./:=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command of words. */
export function shellCommand(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
