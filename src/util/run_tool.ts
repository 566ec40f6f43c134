import { execa } from 'execa';
import { EsegenError } from './errors.ts';
import { checkSpace, noSpace } from './scratch.ts';
import { endsWithUs, killGroup } from './temporary.ts';

/** How a tool is run. */
export interface ToolOptions {
  /** Folder of ours (`withScratch`) in which it runs. */
  readonly folder: string;
  /** Environment variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which it is stopped. */
  readonly patience?: number;
  /** What to do where it fails. */
  readonly fix: string;
}

/** Longest cause that is printed. */
const MOST_CHARACTERS = 400;

/**
 * Runs a tool in a folder of ours and returns what it printed on its standard output.
 *
 * Tools take their arguments apart again, in shells and in makefiles: name files relative to the folder, in plain letters, whatever
 * the paths of the user are. Their temporary files lie in the folder too. The tool and all that it starts are a group of
 * processes that ends with this one.
 *
 * @throws EsegenError, of one line, where it is missing, fails or takes too long
 */
export async function runTool(program: string, args: readonly string[], options: ToolOptions): Promise<string> {
  const { folder, env, patience, fix } = options;
  const running = execa(program, args, {
    cwd: folder,
    env: { ...env, TMPDIR: '.', TMP: '.', TEMP: '.' },
    stdin: 'ignore',
    all: true,
    detached: true,
    reject: false,
    ...(patience === undefined ? {} : { timeout: patience }),
  });
  const { pid } = running;
  const ended = pid === undefined ? () => {} : endsWithUs(pid);
  try {
    const result = await running;
    if (!result.failed) return result.stdout;
    if (pid !== undefined) killGroup(pid);
    throw toolError(program, result, options, fix);
  } finally {
    ended();
  }
}

/** What is known of a tool that failed. */
interface Failure {
  readonly code?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly timedOut: boolean;
  readonly all?: string | undefined;
}

function toolError(path: string, failure: Failure, { folder, patience }: ToolOptions, fix: string): EsegenError {
  const program = path.slice(path.lastIndexOf('/') + 1);
  const { code, exitCode, signal, timedOut, all = '' } = failure;
  if (code === 'ENOENT') return new EsegenError(program, 'not found', 'Install it (esegen doctor says how)');
  if (timedOut) return new EsegenError(program, `took more than ${patience! / 60_000} minutes`, fix);
  if (/No space left on device|Disk quota exceeded/.test(all)) return noSpace(folder, program, 'ENOSPC');
  checkSpace(folder, program);
  if (signal !== undefined) return new EsegenError(program, `was ended by ${signal}`, fix);
  if (exitCode === undefined) return new EsegenError(program, `cannot be started (${code})`, fix);
  return new EsegenError(program, `failed: ${causeIn(all) ?? `exit code ${exitCode}`}`, fix);
}

/** Lines that say nothing of a cause: warnings, what make is doing, and Verilator on a make that failed. */
const IDLE = /^\s*$|^%?Warning|^make\b|^%Error: (make|Command Failed)\b/i;

/** The line that says most of what a tool printed: the first error, else the last line. */
export function causeIn(output: string): string | undefined {
  const lines = output.split('\n').filter((line) => !IDLE.test(line));
  const cause = lines.find((line) => /\b(error|fatal)\b|\*\*\*/i.test(line)) ?? lines.at(-1);
  return cause?.trim().slice(0, MOST_CHARACTERS);
}
