import { EsegenError } from '../../util/errors.ts';
import { quoteName, quoteNames } from '../../util/quote_name.ts';

/** A file for an input, output or state of a network, with its name where the user gives it. */
export interface NamedPath {
  readonly name: string | null;
  readonly path: string;
}

/**
 * The entry that each path is for; a single path needs no name where there is a single entry.
 *
 * @param option for messages
 * @param what the entries are, with their article, e.g. `an input`
 * @throws EsegenError where a name is unknown or comes twice, or one is missing
 */
export function matchNames<T extends { readonly name: string }>(
  option: string,
  what: string,
  paths: readonly NamedPath[],
  entries: readonly T[],
): ReadonlyMap<T, string> {
  const found = new Map<T, string>();
  for (const { name, path } of paths) {
    const entry =
      name === null ? (entries.length === 1 ? entries[0] : undefined) : entries.find((e) => e.name === name);
    if (entry === undefined) {
      const got = name === null ? path : quoteName(name);
      const names = quoteNames(entries.map((each) => each.name));
      throw new EsegenError(`${option} ${got}`, `expected the name of ${what}: ${names}`, `Write ${option} name=file`);
    }
    if (found.has(entry)) throw new EsegenError(`${option} ${quoteName(entry.name)}`, 'comes twice', 'Give it once');
    found.set(entry, path);
  }
  return found;
}
