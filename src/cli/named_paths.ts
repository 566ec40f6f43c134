import { statPath } from '../util/stat_path.ts';
import type { NamedPath } from '../verbs/run/named_path.ts';

/** Files given as `file` or `name=file`; the name is what stands before the last `=`, unless a file has that name as a whole. */
export function parseNamedPaths(texts: readonly string[]): readonly NamedPath[] {
  return texts.map((text) => {
    const at = text.lastIndexOf('=');
    if (at < 1 || statPath(text) !== undefined) return { name: null, path: text };
    return { name: text.slice(0, at), path: text.slice(at + 1) };
  });
}
