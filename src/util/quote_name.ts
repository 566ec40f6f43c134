/** Longest part of a foreign name that a message repeats, in UTF-16 code units. */
const SHOWN = 80;

/**
 * Quotes a name that came out of a file for use in a message: JSON string syntax, with every control, format and
 * line-separator character escaped (no terminal sequences, no reversed text), and cut after 80 characters.
 */
export function quoteName(name: string): string {
  const shown = name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name;
  return escapeControls(JSON.stringify(shown));
}

/** A text with every control, format and line-separator character escaped: one line, without terminal sequences or reversed text. */
export function escapeControls(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

/** `"a", "b", "c" and 12 more`: at most `limit` quoted names, in their given order; `none` where there are none. */
export function quoteNames(names: readonly string[], limit = 6): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, limit).map(quoteName).join(', ');
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}

/** `[4096, 153]`; at most eight dimensions are shown. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.slice(0, 8).join(', ')}${shape.length > 8 ? ', …' : ''}]`;
}
