import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import type { JobState } from '../../report/report_data.ts';
import { killAll, processTree } from './process_tree.ts';

/** Lines of a log that are kept, and letters of a line. */
const LINES = 5000;
const LETTERS = 2000;
/** Milliseconds in which a process may end of its own accord. */
const GRACE = 3000;

/** A job whose studio is gone, whatever ended that, ends as if it were told to; the watch alone keeps no process alive. */
const WATCH = `data:text/javascript,${encodeURIComponent(
  "process.on('disconnect', () => process.kill(process.pid, 'SIGTERM')); process.channel?.unref();",
)}`;

/** A command of esegen that runs as a process of its own, with all that it starts. */
export class Job {
  readonly id: number;
  readonly #command: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: string[] = [];
  readonly #start = performance.now();
  #dropped = 0;
  #seconds: number | null = null;
  #cancelled = false;
  #end: string | null = null;

  /**
   * @param bin the program that node runs
   * @param args its arguments, which no shell sees
   * @param folder in which it runs
   */
  constructor(id: number, bin: string, args: readonly string[], folder: string) {
    this.id = id;
    this.#command = ['esegen', ...args].join(' ');
    // A group of its own: a terminal's Ctrl-C goes to this server, which ends its jobs in order.
    this.#child = spawn(process.execPath, ['--import', WATCH, bin, ...args], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => this.#log(line));
    }
    this.#ended = once(this.#child, 'close').then(
      ([code, signal]) => this.#over(signal === null ? `exit code ${code}` : `ended by ${signal}`),
      (error: Error) => this.#over(`cannot be started: ${error.message}`),
    );
  }

  get running(): boolean {
    return this.#end === null;
  }

  /** @param from first line of the log that is wanted */
  state(from: number): JobState {
    const first = Math.max(from, this.#dropped);
    return {
      ...{ id: this.id, command: this.#command, end: this.#end, from: first },
      state: this.#stateName(),
      seconds: this.#seconds ?? this.#elapsed(),
      lines: this.#lines.slice(first - this.#dropped),
    };
  }

  /** Ends the process and all that it started, in order where it can. */
  async cancel(): Promise<void> {
    const { pid } = this.#child;
    if (!this.running || pid === undefined) return;
    this.#cancelled = true;
    // Tools are groups of their own, which esegen ends where it is asked to.
    const tree = processTree(pid);
    this.#child.kill('SIGTERM');
    await Promise.race([this.#ended, setTimeout(GRACE, null, { ref: false })]);
    killAll([...tree, ...(this.running ? processTree(pid) : [])].filter((own) => own !== pid || this.running));
    await this.#ended;
  }

  #elapsed(): number {
    return (performance.now() - this.#start) / 1000;
  }

  #stateName(): JobState['state'] {
    if (this.#end === null) return 'running';
    if (this.#cancelled) return 'cancelled';
    return this.#end === 'exit code 0' ? 'done' : 'failed';
  }

  #log(line: string): void {
    this.#lines.push(line.slice(0, LETTERS));
    if (this.#lines.length > LINES) {
      this.#lines.shift();
      this.#dropped++;
    }
  }

  #over(end: string): void {
    this.#seconds = this.#elapsed();
    this.#end = end;
  }
}
