/** Ranges of Unicode's East Asian Width W and F that names are written in, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const COMBINING = /\p{M}/u;

/** Columns of a terminal that a text takes: a character of an East Asian script takes two, a mark on another character none. */
export function textColumns(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : COMBINING.test(character) ? 0 : 1;
  return columns;
}

/** Fills a text with spaces up to a number of columns, behind it or before it. */
export function padColumns(text: string, columns: number, side: 'left' | 'right'): string {
  const spaces = ' '.repeat(Math.max(0, columns - textColumns(text)));
  return side === 'left' ? text + spaces : spaces + text;
}
