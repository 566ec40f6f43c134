import { EsegenError } from '../util/errors.ts';

/** Examples of lists, for messages. */
export const WIDTHS = '16,12,8 or a range such as 4..16';
export const DENSITIES = '0.3,0.2';
export const BLOCKS = '8,16';
export const LENGTHS = '44,37';

/**
 * Numbers of a list such as `16,12,8`, or of a range of whole numbers such as `4..16`.
 *
 * @param where the option, for messages
 * @param example what is expected of it, for messages
 * @throws EsegenError where the text is something else
 */
export function parseList(where: string, text: string, example: string): readonly number[] {
  const range = /^(\d{1,3})\.\.(\d{1,3})$/.exec(text);
  if (range !== null) {
    const [low, high] = [Number(range[1]), Number(range[2])];
    if (low <= high) return Array.from({ length: high - low + 1 }, (_, n) => low + n);
  } else if (/^\d+(\.\d+)?(,\d+(\.\d+)?)*$/.test(text)) return text.split(',').map(Number);
  const got = JSON.stringify(text.slice(0, 40));
  throw new EsegenError(where, `expected numbers such as ${example}, got ${got}`);
}

/** The same for an option that may be absent. */
export function parseOptionalList(
  where: string,
  text: string | undefined,
  example: string,
): readonly number[] | undefined {
  return text === undefined ? undefined : parseList(where, text, example);
}
