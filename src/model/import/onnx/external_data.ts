import { realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { EsegenError } from '../../../util/errors.ts';
import { quoteName } from '../../../util/quote_name.ts';
import { withFile } from '../model_file.ts';
import type { ReadBeside } from './tensor_data.ts';

/** Reads external data of a model file from its folder. */
export function readBeside(path: string): ReadBeside {
  return (at, entries, expected) => externalBytes(path, at, entries, expected);
}

/**
 * Reads external data. The location comes from an untrusted file: only a plain relative path is taken, and the file that it
 * names must lie in the model's folder even when symbolic links are followed.
 */
function externalBytes(path: string, at: string, entries: ReadonlyMap<string, string>, expected: number): Uint8Array {
  const location = entries.get('location') ?? '';
  const parts = location.split('/');
  if (/[\\:\p{C}]/u.test(location) || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new EsegenError(
      at,
      `expected external data at a plain relative path, got ${quoteName(location)}`,
      'Keep the data file beside the model',
    );
  }
  const folder = dirname(path);
  const file = join(folder, ...parts);
  if (!isInside(folder, file)) {
    throw new EsegenError(
      at,
      `external data ${quoteName(location)} lie outside the folder of the model or are missing`,
    );
  }
  const offset = entryNumber(at, entries, 'offset') ?? 0;
  const length = entryNumber(at, entries, 'length') ?? expected;
  if (length !== expected) {
    throw new EsegenError(at, `its shape takes ${expected} bytes, but its external data have ${length}`);
  }
  return withFile(file, ({ size, read }) => {
    if (offset + length > size) {
      const what = `its external data end at byte ${offset + length} of ${quoteName(location)}, which has ${size}`;
      throw new EsegenError(at, what, 'Export or copy the files again');
    }
    return read(offset, offset + length);
  });
}

function isInside(folder: string, file: string): boolean {
  try {
    return realpathSync(file).startsWith(`${realpathSync(folder)}${sep}`);
  } catch {
    return false;
  }
}

function entryNumber(at: string, entries: ReadonlyMap<string, string>, key: string): number | null {
  const text = entries.get(key);
  if (text === undefined) return null;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new EsegenError(at, `expected a byte count as ${key} of its external data, got ${quoteName(text)}`);
  }
  return value;
}
