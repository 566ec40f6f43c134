/** A line that declares a port or signals: kind (`input  wire`, `reg`), sign and range, then its name and what follows. */
interface Declaration {
  readonly at: number;
  readonly indent: string;
  readonly kind: string;
  readonly type: string;
  readonly rest: string;
}

const PORT = /^( *)(input {2}wire|output wire|output reg) ?((?: signed)?(?: \[[^\]]*\])?) +(\w.*)$/;
const SIGNAL = /^( *)(wire|reg) ?((?: signed)?(?: \[[^\]]*\])?) +(\w.*)$/;
const COMMENT = /^ *\/\//;

function declaration(line: string, at: number, form: RegExp): Declaration | null {
  const found = form.exec(line);
  if (found === null) return null;
  const [, indent, kind, type, rest] = found;
  return { at, indent: indent!, kind: kind!, type: type!, rest: rest! };
}

/** Writes the names of a run in the column behind its longest type. */
function align(run: readonly Declaration[], lines: string[]): void {
  const kinds = Math.max(...run.map(({ kind }) => kind.length));
  const types = Math.max(...run.map(({ type }) => type.length));
  for (const { at, indent, kind, type, rest } of run) {
    lines[at] = `${indent}${kind.padEnd(kinds)}${type.padEnd(types)} ${rest}`;
  }
}

/** Aligns the runs of one form of declaration. */
function alignRuns(lines: string[], form: RegExp): void {
  let run: Declaration[] = [];
  // Within a declaration of several lines.
  let unfinished = false;
  for (const [at, line] of [...lines, ''].entries()) {
    if (unfinished) {
      unfinished = !line.endsWith(';');
      continue;
    }
    const found: Declaration | null = declaration(line, at, form);
    if (found === null && COMMENT.test(line)) continue;
    if (run.length > 0 && run[0]!.indent !== found?.indent) {
      align(run, lines);
      run = [];
    }
    if (found !== null) run.push(found);
    unfinished = found !== null && form === SIGNAL && !line.endsWith(';');
  }
}

/**
 * Brings the names of ports and signals that are declared line by line into a column. Their ranges come from the design, so a
 * template cannot have the right number of spaces. Comments and the further lines of a long declaration do not end such a run.
 */
export function alignColumns(verilog: string): string {
  const lines = verilog.split('\n');
  for (const form of [PORT, SIGNAL]) alignRuns(lines, form);
  return lines.join('\n');
}
