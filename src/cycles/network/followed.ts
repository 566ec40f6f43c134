import type { Posts } from './sequencer.ts';

/** What a unit writes, as those see it that follow it. */
export interface Followed {
  /** Tokens of its semaphore that it has posted since reset, modulo 16. */
  readonly posted: number;
  /** Group address up to which the vector is written that the next token is for; 0 where it has not begun. */
  readonly progress: number;
}

/** What the columns of a run may follow. */
export interface Progress {
  readonly ready: Followed;
  readonly copied: Followed;
}

/** Nothing is posted, and nothing written. */
export const NOTHING_WRITTEN: Followed = { posted: 0, progress: 0 };

/** Tokens that must be posted and are not. */
export function missingOf(target: number, { posted }: Followed): number {
  const missing = (target - posted) & 15;
  return missing < 8 ? missing : 0;
}

/**
 * Whether what is at an address can be read.
 *
 * @param target tokens taken by the one that reads, modulo 16
 */
export function isWritten(target: number, followed: Followed, address: number): boolean {
  const missing = missingOf(target, followed);
  return missing === 0 || (missing === 1 && address < followed.progress);
}

/** Tokens of a semaphore among posts. */
export function tokensAmong({ semaphore0, count0, semaphore1, count1 }: Posts, semaphore: number): number {
  return semaphore0 === semaphore ? count0 : semaphore1 === semaphore ? count1 : 0;
}
