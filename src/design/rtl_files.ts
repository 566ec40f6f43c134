import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** RTL files of a design directory, relative to it, from its `files.f`; that of the top module is the last. */
export async function rtlFiles(dir: string): Promise<string[]> {
  const list = await readFile(join(dir, 'files.f'), 'utf8');
  return list.split('\n').filter((line) => line !== '');
}

/** Name of the module of an RTL file: `rtl/my_lstm_pe.v` → `my_lstm_pe`. */
export function moduleOf(file: string): string {
  return file.replace(/^rtl\/(.*)\.v$/, '$1');
}

/** Name of a design, that of its top module. */
export async function designName(dir: string): Promise<string> {
  return moduleOf((await rtlFiles(dir)).at(-1)!);
}

/** Verilog files of the bench, relative to the design directory, without the clock of Icarus. */
export async function benchSources(dir: string): Promise<string[]> {
  const files = await readdir(join(dir, 'tb'));
  return files
    .filter((file) => file.endsWith('.v') && !file.endsWith('_icarus_tb.v'))
    .toSorted()
    .map((file) => `tb/${file}`);
}
