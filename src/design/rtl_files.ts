import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** RTL files of a design directory, relative to it, from its `files.f`. */
export async function rtlFiles(dir: string): Promise<string[]> {
  const list = await readFile(join(dir, 'files.f'), 'utf8');
  return list.split('\n').filter((line) => line !== '');
}

/** Verilog files of the bench, relative to the design directory, without the clock of Icarus. */
export async function benchSources(dir: string): Promise<string[]> {
  const files = await readdir(join(dir, 'tb'));
  return files
    .filter((file) => file.endsWith('.v') && file !== 'icarus_tb.v')
    .toSorted()
    .map((file) => `tb/${file}`);
}
