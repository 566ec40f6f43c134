import { ENGINES, type EngineName, transcribe } from '../verbs/transcribe.ts';
import type { CommandBody } from './command.ts';
import { reporting } from './progress.ts';

/** `esegen transcribe`: recording to words. The words go to stdout, the verdict of the co-simulation to stderr. */
export const transcribeCommand: CommandBody<{ dir: string; audio: string; engine: EngineName }> = {
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'design directory' })
      .positional('audio', { type: 'string', demandOption: true, describe: 'WAV file' })
      .option('engine', { choices: ENGINES, default: 'rtl' as const, describe: 'what computes the LSTM' }),
  handler: async ({ dir, audio, engine }) => {
    const { words, rtl } = await reporting((lines) => transcribe(dir, audio, engine, lines));
    // Digits and letters read as one string, longer labels as words.
    process.stdout.write(`${words.join(words.every((word) => word.length === 1) ? '' : ' ')}\n`);
    if (rtl !== null && rtl.mismatches !== 0) {
      process.stderr.write(`esegen: RTL and golden model differ in ${rtl.mismatches} of ${rtl.comparedWords} words\n`);
      process.exitCode = 1;
    }
  },
};
