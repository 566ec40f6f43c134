import { rmSync } from 'node:fs';

/** Signals that ask a process to end, with their numbers. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof SIGNALS;

/** Files and folders that must be gone when the process ends. */
const paths = new Set<string>();
/** Groups of processes that must end with this one, by the id of their leader. */
const groups = new Set<number>();

let watchesExit = false;
let watchesSignals = false;

/**
 * Marks a file or folder as temporary: it is removed when the process ends, by a signal (SIGINT, SIGTERM, SIGHUP) too.
 *
 * @param path absolute, since the current folder may change; what is not there (yet) is no fault
 * @returns what removes it now and takes the mark away
 */
export function temporary(path: string): () => void {
  paths.add(path);
  watch();
  return () => {
    remove(path);
    paths.delete(path);
    unwatchSoon();
  };
}

/**
 * Marks a group of processes: it is killed when this process ends.
 *
 * @param leader process id of its leader
 * @returns what takes the mark away
 */
export function endsWithUs(leader: number): () => void {
  groups.add(leader);
  watch();
  return () => {
    groups.delete(leader);
    unwatchSoon();
  };
}

/** Kills all processes of a group at once; none there is no fault. */
export function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // ESRCH where all have ended; macOS says EPERM then.
  }
}

/** Waits until signals that came during a synchronous stretch have been handled. */
export function signalsHandled(): Promise<void> {
  // A signal that came after the loop asked for events is only seen in the next round.
  return new Promise((done) => setImmediate(() => setImmediate(done)));
}

function remove(path: string): void {
  // Killed compilers may write for a moment longer. What cannot be removed then must not hide the result of the work.
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  } catch {
    // It stays.
  }
}

function endAll(): void {
  for (const leader of groups) killGroup(leader);
  for (const path of paths) remove(path);
}

function watch(): void {
  if (!watchesExit) process.on('exit', endAll);
  watchesExit = true;
  if (!watchesSignals) for (const signal of Object.keys(SIGNALS)) process.on(signal, onSignal);
  watchesSignals = true;
}

/**
 * Signals are watched only while there is something to remove: without a listener they end the process at once, even where it
 * computes and no listener would run.
 */
function unwatchSoon(): void {
  void signalsHandled().then(() => {
    if (paths.size > 0 || groups.size > 0 || !watchesSignals) return;
    for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal);
    watchesSignals = false;
  });
}

function onSignal(signal: Signal): void {
  // A program that uses the library and has a listener of its own decides itself whether it ends.
  if (process.listenerCount(signal) > 1) return;
  endAll();
  process.off(signal, onSignal);
  // Ends as it would have without a listener, so that a shell sees that it was the signal (128 and its number).
  process.kill(process.pid, signal);
  process.exit(128 + SIGNALS[signal]);
}
