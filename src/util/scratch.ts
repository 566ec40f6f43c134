import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EsegenError } from './errors.ts';
import { causeOf, fileError, isSystemError } from './file_error.ts';
import { signalsHandled, temporary } from './temporary.ts';

const FIX = 'Free some space, or set TMPDIR to a folder that can be written';

/**
 * Gives a new empty folder below TMPDIR to `use`, and removes it afterwards: also where `use` fails, and where a signal ends the
 * process.
 *
 * @throws EsegenError where no folder can be made, or a file in it cannot be written; whatever `use` throws otherwise
 */
export async function withScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = makeScratch();
  const remove = temporary(folder);
  try {
    return await use(folder);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw fileError(error, folder, error.path === undefined || error.path.startsWith(folder) ? FIX : undefined);
  } finally {
    remove();
    await signalsHandled();
  }
}

/** Bytes that must fit where all files have been written whole: more than any program keeps back in a buffer. */
const PROBE = 2 ** 20;

/**
 * Looks whether there is still space in a folder: hardly a tool says when its output was cut off.
 *
 * @param program for the message
 * @throws EsegenError where there is none
 */
export function checkSpace(folder: string, program: string): void {
  const probe = join(folder, 'probe');
  try {
    writeFileSync(probe, new Uint8Array(PROBE));
  } catch (error) {
    throw noSpace(folder, program, causeOf(error));
  } finally {
    rmSync(probe, { force: true });
  }
}

/** A folder in which a program ran out of space. */
export function noSpace(folder: string, program: string, cause: string): EsegenError {
  return new EsegenError(folder, `no space for the files of ${program} (${cause})`, FIX);
}

function makeScratch(): string {
  const parent = resolve(tmpdir());
  try {
    return mkdtempSync(join(parent, 'esegen-'));
  } catch (error) {
    throw new EsegenError(parent, `no temporary folder can be made in it (${causeOf(error)})`, FIX);
  }
}
