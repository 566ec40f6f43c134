import { EsegenError } from './errors.ts';

/** What could not be done, by the system call that failed. */
const DEEDS: Readonly<Record<string, string>> = {
  open: 'opened',
  read: 'read',
  scandir: 'read',
  write: 'written',
  mkdir: 'made',
  mkdtemp: 'made',
  copyfile: 'copied',
  rename: 'put in its place',
};

/** Whether an error is one of the operating system: of a file, a folder or a pipe. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string; syscall: string } {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string';
}

/** `ENOSPC` of an error of the operating system, else the error as a text. */
export function causeOf(error: unknown): string {
  return isSystemError(error) ? error.code : String(error);
}

/**
 * An error of the operating system as one line: path, what could not be done, cause.
 *
 * @param path named where the error itself names none
 * @param fix what the user can do
 */
export function fileError(
  error: NodeJS.ErrnoException & { code: string; syscall: string },
  path: string,
  fix = 'Check the path, its permissions and the free space',
): EsegenError {
  return new EsegenError(error.path ?? path, `cannot be ${DEEDS[error.syscall] ?? 'used'} (${error.code})`, fix);
}
