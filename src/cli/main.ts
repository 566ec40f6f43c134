import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { EsegenError } from '../util/errors.ts';
import { VERSION } from '../util/version.ts';
import { buildCommand } from './build.ts';
import { doctorCommand } from './doctor.ts';
import { evaluateCommand } from './evaluate.ts';
import { imageCommand } from './image.ts';
import { inspectCommand } from './inspect.ts';
import { pruneCommand } from './prune.ts';
import { quantizeCommand } from './quantize.ts';
import { runCommand } from './run.ts';
import { simulateCommand } from './simulate.ts';
import { synthCommand } from './synth.ts';
import { transcribeCommand } from './transcribe.ts';

/** A command line that says something that no command understands. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

const cli = yargs(hideBin(process.argv))
  .scriptName('esegen')
  .usage('$0 <command>\n\nSparse-LSTM accelerators in Verilog from trained models.')
  .command(buildCommand)
  .command(imageCommand)
  .command(pruneCommand)
  .command(quantizeCommand)
  .command(runCommand)
  .command(simulateCommand)
  .command(synthCommand)
  .command(evaluateCommand)
  .command(transcribeCommand)
  .command(inspectCommand)
  .command(doctorCommand)
  .demandCommand(1, 1, 'expected a command')
  .strict()
  .version(VERSION)
  .help()
  .alias({ h: 'help' })
  .locale('en')
  .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false, 'duplicate-arguments-array': false })
  .exitProcess(false)
  .fail((message: string | null, error: Error | undefined) => {
    throw message === null || message === '' ? error : new UsageError(message);
  });

try {
  await cli.wrap(Math.min(100, cli.terminalWidth())).parseAsync();
} catch (error) {
  process.stderr.write(describe(error));
  process.exitCode = 1;
}

/** What to print for an error: faults of the input on a line of their own each, our own with their stack. */
function describe(error: unknown): string {
  if (error instanceof UsageError)
    return prefixed(`${error.message.replaceAll(/:?\s*\n\s*/g, ': ')} (see esegen --help)`);
  if (error instanceof EsegenError) return prefixed(error.message);
  return prefixed(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

function prefixed(text: string): string {
  return `esegen: ${text.replaceAll('\n', '\nesegen: ')}\n`;
}
