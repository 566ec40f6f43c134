import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DESIGN_FILE } from '../../design/manifest.ts';
import type { Workspace } from '../../report/report_data.ts';
import { EsegenError } from '../../util/errors.ts';
import { quoteName } from '../../util/quote_name.ts';

/** Folders below the given one that are looked into, and entries that are looked at. */
const DEPTH = 3;
const ENTRIES = 20_000;
const CONFIG_BYTES = 65_536;
const SKIPPED = new Set(['node_modules', 'rtl', 'mem', 'tb', 'host', 'vivado']);

/** Whether a JSON file looks like a config: it has an array. */
function isConfig(path: string): boolean {
  try {
    if (statSync(path).size > CONFIG_BYTES) return false;
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null && 'array' in value;
  } catch {
    return false;
  }
}

/** Looks for designs, models and configs; links are not followed. */
export function readWorkspace(root: string): Workspace {
  const found = { designs: [] as string[], models: [] as string[], configs: [] as string[] };
  let left = ENTRIES;
  const visit = (folder: string, depth: number) => {
    for (const entry of entriesOf(join(root, folder))) {
      if (--left < 0) return;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
        if (existsSync(join(root, path, DESIGN_FILE))) found.designs.push(path);
        else if (depth < DEPTH) visit(path, depth + 1);
      } else if (entry.isFile()) {
        if (/\.(?:onnx|safetensors)$/.test(entry.name)) found.models.push(path);
        else if (entry.name.endsWith('.json') && isConfig(join(root, path))) found.configs.push(path);
      }
    }
  };
  visit('', 1);
  return found;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/**
 * A path that the page named, which must be one of those that were found.
 *
 * @throws EsegenError where it is none of them
 */
export function chosen(value: unknown, list: readonly string[], what: string): string {
  if (typeof value === 'string' && list.includes(value)) return value;
  throw new EsegenError('studio', `${what}: expected one of the folder, got ${quoteName(String(value))}`);
}

/** Longest name of a new design directory. */
const NAME = 64;

/**
 * The name of a new design directory.
 *
 * @throws EsegenError where it is none
 */
export function newName(value: unknown): string {
  if (typeof value === 'string' && value.length <= NAME && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(value)) return value;
  throw new EsegenError(
    'studio',
    `name of the design: expected up to ${NAME} letters, digits, "_", "-" and ".", got ${quoteName(String(value))}`,
  );
}
