const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Whether objects and arrays of a JSON text nest deeper than `limit`: a check to make before `JSON.parse`, which takes
 * gigabytes for megabytes of opening brackets.
 *
 * @param json UTF-8, well-formed or not
 */
export function nestsDeeper(json: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const c = json[at];
    if (c === QUOTE) inString = !inString;
    else if (inString) at += c === BACKSLASH ? 1 : 0;
    else if (c === OPEN || c === OPEN_LIST) {
      if (++depth > limit) return true;
    } else if (c === CLOSE || c === CLOSE_LIST) depth--;
  }
  return false;
}
