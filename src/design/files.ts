import { createHash } from 'node:crypto';
import { EsegenError } from '../util/errors.ts';
import { readJson } from '../util/read_json.ts';

/** Files of a design directory: path with forward slashes → content. */
export type DesignFiles = Map<string, string | Uint8Array>;

/** SHA-256 of a file, 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A value as JSON, indented. */
export function printJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The value of a JSON file; undefined where {@link readJson} refuses it. */
export function tryJson(path: string): unknown {
  try {
    return readJson(path);
  } catch (error) {
    if (error instanceof EsegenError) return undefined;
    throw error;
  }
}

/** What to do about a directory that is not what esegen wrote. */
export const REBUILD = 'Build the design again with esegen build';
