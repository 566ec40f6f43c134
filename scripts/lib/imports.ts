import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';

/** Imports of files: path → paths, relative to the root, with forward slashes. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** Relative specifiers of a TypeScript file: imports and exports, of types and of values, and those of `import()`. */
function specifiers(file: string, source: string): readonly string[] {
  const { module, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`);
  const found = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value ?? '')),
    ...module.dynamicImports.map(({ moduleRequest }) => source.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
  ];
  return found.filter((specifier) => specifier.startsWith('.'));
}

/**
 * Imports of all TypeScript files of folders, without packages.
 *
 * @param root folder of the repository
 * @param places folders and files below it
 * @throws Error where a file cannot be parsed, or a specifier leads to no file
 */
export function readImports(root: string, places: readonly string[]): Imports {
  const files = places.flatMap((place) =>
    place.endsWith('.ts')
      ? [place]
      : (readdirSync(join(root, place), { recursive: true }) as string[])
          .filter((file) => file.endsWith('.ts'))
          .map((file) => posix.join(place, file.replaceAll('\\', '/'))),
  );
  return new Map(
    files.toSorted().map((file) => {
      const targets = specifiers(file, readFileSync(join(root, file), 'utf8')).map((specifier) => {
        const target = posix.join(dirname(file), specifier);
        if (!existsSync(join(root, target))) throw new Error(`${file}: no file at '${specifier}'`);
        return target;
      });
      return [file, [...new Set(targets)]];
    }),
  );
}

/** Circles of imports: for each set of files that all lead to one another, a shortest circle through its first file. */
export function circles(imports: Imports): readonly (readonly string[])[] {
  const found: string[][] = [];
  const seen = new Set<string>();
  for (const start of imports.keys()) {
    if (seen.has(start)) continue;
    const circle = circleThrough(start, imports);
    if (circle === null) continue;
    found.push(circle);
    for (const file of circle) seen.add(file);
  }
  return found;
}

/** A shortest circle through a file, which stands at both ends; null where there is none. */
function circleThrough(start: string, imports: Imports): string[] | null {
  const from = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const target of imports.get(file) ?? []) {
      if (target === start) {
        const circle = [start];
        for (let at: string | undefined = file; at !== undefined && at !== start; at = from.get(at)) circle.unshift(at);
        return [start, ...circle];
      }
      if (from.has(target)) continue;
      from.set(target, file);
      queue.push(target);
    }
  }
  return null;
}
