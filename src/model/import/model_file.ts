import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { EsegenError } from '../../util/errors.ts';
import { causeOf } from '../../util/file_error.ts';
import type { ReadRange } from './read_range.ts';

/** Largest single read, in bytes: the system calls below take signed 32-bit lengths. */
const READ_CHUNK = 1 << 30;

/** An open file. */
export interface ModelFile {
  /** Bytes. */
  readonly size: number;
  /** @throws EsegenError where the file ends before the range does */
  readonly read: ReadRange;
}

/**
 * Opens a file for the time of `use`; nothing is read but what `use` asks for.
 *
 * @returns what `use` returns
 * @throws EsegenError where the path is no readable file
 */
export function withFile<T>(path: string, use: (file: ModelFile) => T): T {
  const fd = open(path);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new EsegenError(path, 'expected a file', 'Name a model file');
    return use({ size: stat.size, read: (begin, end) => readRange(path, fd, begin, end) });
  } finally {
    closeSync(fd);
  }
}

function open(path: string): number {
  try {
    // Not blocking: a named pipe without a writer would wait for ever instead of being refused.
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw new EsegenError(path, `cannot be opened (${causeOf(error)})`, 'Check the path and its permissions');
  }
}

function readRange(path: string, fd: number, begin: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - begin);
  let done = 0;
  while (done < bytes.length) {
    const got = readSync(fd, bytes, done, Math.min(READ_CHUNK, bytes.length - done), begin + done);
    if (got === 0) {
      throw new EsegenError(path, `ended at byte ${begin + done} while it was read, expected byte ${end}`, 'Try again');
    }
    done += got;
  }
  return bytes;
}
