const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Finds the first key that an object of a JSON text holds twice, which `JSON.parse` would resolve silently in favour of
 * the last. Keys are compared after their escapes are resolved.
 *
 * @param json text that `JSON.parse` has accepted
 * @returns the key, or null where all keys are unique
 */
export function duplicateKey(json: string): string | null {
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at++) {
    const c = json.charCodeAt(at);
    if (c === OPEN) open.push(new Set());
    else if (c === CLOSE) open.pop();
    else if (c === QUOTE) {
      const end = endOfString(json, at);
      if (isKey(json, end)) {
        const key: string = JSON.parse(json.slice(at, end));
        const seen = open[open.length - 1]!;
        if (seen.has(key)) return key;
        seen.add(key);
      }
      at = end - 1;
    }
  }
  return null;
}

/** Position behind the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Whether a colon follows, behind JSON's white space: then the string before it is a key. */
function isKey(json: string, from: number): boolean {
  let at = from;
  while (' \t\n\r'.includes(json.charAt(at)) && at < json.length) at++;
  return json.charCodeAt(at) === COLON;
}
