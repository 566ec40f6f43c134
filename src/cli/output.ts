import { causeOf } from '../util/file_error.ts';

/**
 * Makes what happens to the output no fault of the command. A reader that left (`esegen … | head`) is nothing to speak of: the command
 * comes to its end in silence. Output that cannot be written (a full disk) is a line, and exit code 1.
 */
export function guardOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') return;
      process.exitCode = 1;
      if (stream === process.stdout) {
        process.stderr.write(`esegen: standard output: cannot be written (${causeOf(error)})\n`);
      }
    });
  }
}
