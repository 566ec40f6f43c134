import type { Progress } from '../util/report.ts';

/** Stages of a long command on one rewriting line. */
export interface ProgressLine {
  readonly show: Progress;
  /** Removes the line. */
  readonly clear: () => void;
}

const ERASE = '\r\x1b[K';

/** Shows progress where `stream` is a terminal, and nothing where it is a pipe or a file. */
export function progressLine(
  stream: Pick<NodeJS.WriteStream, 'isTTY'> & { write(text: string): unknown } = process.stderr,
): ProgressLine {
  if (!stream.isTTY) return { show: () => {}, clear: () => {} };
  return {
    show: (stage) => stream.write(`${ERASE}${stage} …`),
    clear: () => stream.write(ERASE),
  };
}

const BAR = 20;

/** `[#####...............] 13/52 what`: a bar of work that is done. */
export function progressBar(done: number, total: number, what: string): string {
  const filled = Math.floor((BAR * done) / total);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${done}/${total} ${what}`;
}
