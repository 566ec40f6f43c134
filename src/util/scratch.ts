import { mkdtempSync } from 'node:fs';
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

function makeScratch(): string {
  const parent = resolve(tmpdir());
  try {
    return mkdtempSync(join(parent, 'esegen-'));
  } catch (error) {
    throw new EsegenError(parent, `no temporary folder can be made in it (${causeOf(error)})`, FIX);
  }
}
