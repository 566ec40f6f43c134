import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder, and those above it, where it is not there. `mkdirSync` of Node with `recursive` never ends where the system
 * answers ENOENT for a folder in one that exists, as in /proc.
 *
 * @returns what removes again those that it made, as far as they are empty
 * @throws the error of the operating system where it cannot be made; none of those above it stays then
 */
export function makeFolder(path: string): () => void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.push(at);
  const made: string[] = [];
  const undo = () => {
    for (const folder of made.toReversed()) removeEmpty(folder);
  };
  try {
    for (const folder of missing.toReversed()) {
      mkdirSync(folder);
      made.push(folder);
    }
  } catch (error) {
    undo();
    // Another process may have made it meanwhile.
    if (!existsSync(path)) throw error;
  }
  return undo;
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Someone else has put something there.
  }
}
