import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { EsegenError } from '../util/errors.ts';
import { fileError, isSystemError } from '../util/file_error.ts';
import { quoteName } from '../util/quote_name.ts';
import { VERSION } from '../util/version.ts';
import { COMMANDS } from './commands.ts';
import { guardOutput } from './output.ts';

/** A command line that says something that no command understands. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

guardOutput();
const words = hideBin(process.argv);
const wanted = words.find((word) => !word.startsWith('-'));
const cli = yargs(words)
  .scriptName('esegen')
  .usage('$0 <command>\n\nSparse-LSTM accelerators in Verilog from trained models.')
  .demandCommand(1, 1, 'expected a command')
  .strict()
  .version(VERSION)
  .help()
  .alias({ h: 'help' })
  .locale('en')
  .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false })
  .check(checkRepeats, true)
  .exitProcess(false)
  .fail((message: string | null, error: Error | undefined) => {
    throw message === null || message === '' ? error : new UsageError(message);
  });

try {
  // No option stands before the command, so the first word is its name. Only that command is loaded.
  if (wanted !== undefined && !COMMANDS.some(({ name }) => name === wanted)) {
    throw new UsageError(`${quoteName(wanted)} is no command`);
  }
  for (const entry of COMMANDS) {
    if (entry.name === wanted) await entry.addTo(cli);
    else cli.command(entry.usage, entry.summary);
  }
  await cli.wrap(Math.min(100, cli.terminalWidth())).parseAsync();
} catch (error) {
  process.stderr.write(describe(error));
  process.exitCode = 1;
}

/** Options that take a list may be given several times; of any other, a second value says that the first is not meant. */
function checkRepeats(given: Readonly<Record<string, unknown>>, parser: object): true {
  const lists: readonly unknown[] = 'array' in parser && Array.isArray(parser.array) ? parser.array : [];
  for (const [name, value] of Object.entries(given)) {
    // Names with capitals are yargs' own second form of those with hyphens.
    if (!Array.isArray(value) || /[A-Z_]/.test(name) || lists.includes(name)) continue;
    throw new UsageError(`--${name} comes ${value.length} times, expected it once`);
  }
  return true;
}

/** What to print for an error: faults of the input on a line of their own each, our own with their stack. */
function describe(error: unknown): string {
  if (error instanceof UsageError) return prefixed(usageText(error.message));
  if (error instanceof EsegenError) return prefixed(error.message);
  if (isSystemError(error)) return prefixed(fileError(error, error.syscall).message);
  return prefixed(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

/** What is wrong with a command line, on one line, and where its options are listed. */
function usageText(message: string): string {
  const entry = COMMANDS.find(({ name }) => name === wanted);
  const missing = entry !== undefined && message.startsWith('Not enough non-option arguments');
  const what = missing ? `expected ${entry.usage}` : message.replaceAll(/:?\s*\n\s*/g, ': ');
  return `${what} (see esegen ${entry === undefined ? '' : `${entry.name} `}--help)`;
}

function prefixed(text: string): string {
  return `esegen: ${text.replaceAll('\n', '\nesegen: ')}\n`;
}
