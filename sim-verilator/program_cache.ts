import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makeFolder } from '../src/util/make_folder.ts';
import { temporary } from '../src/util/temporary.ts';

/** Most bytes that the kept programs take. */
export const CACHE_LIMIT = 2 ** 30;

/** Digits of a key, and of the hash of a program. */
const DIGITS = 32;

/**
 * Folder of compiled simulations: below `$XDG_CACHE_HOME`, else below `~/.cache`. A relative path counts as none, as the XDG
 * specification says.
 *
 * @returns null where there is neither
 */
export function cacheFolder(): string | null {
  const { XDG_CACHE_HOME } = process.env;
  const parent = XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : homeCache();
  return parent === null ? null : join(parent, 'esegen', 'verilator');
}

function homeCache(): string | null {
  try {
    const home = homedir();
    return isAbsolute(home) ? join(home, '.cache') : null;
  } catch {
    // A user without HOME whom the system does not know.
    return null;
  }
}

/** What a cache holds. */
export interface CacheSize {
  readonly programs: number;
  readonly bytes: number;
}

/**
 * Programs in a folder that several processes share. A file's name is its key and the hash of its content, so what is damaged is seen; it comes
 * by renaming, so nothing is ever half there. Where there is not enough room, what was not used for longest goes.
 */
export class ProgramCache {
  /**
   * @param folder absolute; need not exist
   * @param limit most bytes of all programs together
   */
  constructor(
    readonly folder: string,
    readonly limit = CACHE_LIMIT,
  ) {}

  /**
   * Path of the program of a key, or null where there is none that is whole. A damaged one is removed.
   *
   * @param key 32 hexadecimal digits
   */
  find(key: string): string | null {
    for (const { path, name } of this.#files()) {
      if (!name.startsWith(`${key}-`) || name.length !== 2 * DIGITS + 1) continue;
      if (hashOf(path) === name.slice(DIGITS + 1)) {
        ignoring(() => utimesSync(path, new Date(), new Date()));
        return path;
      }
      ignoring(() => rmSync(path, { force: true }));
    }
    return null;
  }

  /**
   * Keeps a program and returns its path here.
   *
   * @param key 32 hexadecimal digits
   * @param program its path
   * @throws the error of the operating system where the folder cannot be written
   */
  store(key: string, program: string): string {
    const hash = hashOf(program);
    if (hash === null) throw new Error(`${program} is gone`);
    makeFolder(this.folder);
    const path = join(this.folder, `${key}-${hash}`);
    const beside = join(this.folder, `.${process.pid}.tmp`);
    const remove = temporary(beside);
    try {
      copyFileSync(program, beside);
      renameSync(beside, path);
    } finally {
      remove();
    }
    this.#shrink(path);
    return path;
  }

  /** What is there now: nothing where the folder cannot be read. */
  size(): CacheSize {
    const files = this.#files();
    return { programs: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /** Removes the programs that were not used for longest, but never `kept`, until the others fit. */
  #shrink(kept: string): void {
    const files = this.#files().toSorted((a, b) => a.used - b.used);
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const { path, bytes: own } of files) {
      if (bytes <= this.limit) return;
      if (path === kept) continue;
      ignoring(() => rmSync(path, { force: true }));
      bytes -= own;
    }
  }

  #files(): { readonly path: string; readonly name: string; readonly bytes: number; readonly used: number }[] {
    const names = ignoring(() => readdirSync(this.folder)) ?? [];
    return names.flatMap((name) => {
      const path = join(this.folder, name);
      const stat = ignoring(() => statSync(path));
      return stat?.isFile() ? [{ path, name, bytes: stat.size, used: stat.mtimeMs }] : [];
    });
  }
}

function hashOf(path: string): string | null {
  const content = ignoring(() => readFileSync(path));
  return content === undefined ? null : createHash('sha256').update(content).digest('hex').slice(0, DIGITS);
}

/** What `work` returns, or undefined where the file is gone or out of reach: another process shares the folder. */
function ignoring<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
