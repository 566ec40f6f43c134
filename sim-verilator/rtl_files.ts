import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** RTL files of a design directory, relative to it, from its `files.f`. */
export async function rtlFiles(dir: string): Promise<string[]> {
  const list = await readFile(join(dir, 'files.f'), 'utf8');
  return list.split('\n').filter((line) => line !== '');
}
