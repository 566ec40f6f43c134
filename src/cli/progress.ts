import type { Progress, Report } from '../util/report.ts';

/** What a command is doing, on one rewriting line. */
export interface ProgressLine {
  readonly show: Progress;
  /** Writes a line that stays. */
  readonly notice: (line: string) => void;
  /** Removes the line. */
  readonly clear: () => void;
}

const ERASE = '\r\x1b[K';
/** Milliseconds between two counts of the seconds. */
const TICK = 1000;
/** Milliseconds after which a stage is worth a line where no line can be rewritten. */
const LONG = 3000;

/**
 * Shows stages on a terminal, with the seconds that they take. In a pipe or a file a stage is a line of its own, once it turns out
 * to be long. Seconds are counted while other programs work, not while this one computes.
 */
export function progressLine(
  stream: Pick<NodeJS.WriteStream, 'isTTY'> & { write(text: string): unknown } = process.stderr,
): ProgressLine {
  let timer: NodeJS.Timeout | undefined;
  let shown = '';
  const stop = () => clearInterval(timer);
  const draw = (text: string) => {
    shown = text;
    stream.write(text);
  };
  const onTerminal = (stage: string) => {
    let seconds = 0;
    draw(`${ERASE}${stage} …`);
    timer = setInterval(() => draw(`${ERASE}${stage} … ${++seconds} s`), TICK).unref();
  };
  const elsewhere = (stage: string) => {
    timer = setTimeout(() => stream.write(`esegen: ${stage}\n`), LONG).unref();
  };
  return {
    show(stage) {
      stop();
      if (stream.isTTY) onTerminal(stage);
      else elsewhere(stage);
    },
    notice(line) {
      stream.write(`${stream.isTTY ? ERASE : ''}esegen: ${line}\n${shown}`);
    },
    clear() {
      stop();
      if (stream.isTTY) draw(ERASE);
      shown = '';
    },
  };
}

/** Runs `work` with a line that says what it is doing. */
export async function reporting<T>(work: (report: Report) => Promise<T>): Promise<T> {
  const { show, notice, clear } = progressLine();
  try {
    return await work({ progress: show, notice });
  } finally {
    clear();
  }
}

const BAR = 20;

/** `[#####...............] 13/52 what`: a bar of work that is done. */
export function progressBar(done: number, total: number, what: string): string {
  const filled = Math.floor((BAR * done) / total);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${done}/${total} ${what}`;
}
