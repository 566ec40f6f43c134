import type { CommandModule } from 'yargs';
import { ENGINES, type EngineName, transcribe } from '../verbs/transcribe.ts';

/** `esegen transcribe`: recording to words. The words go to stdout, the verdict of the co-simulation to stderr. */
export const transcribeCommand: CommandModule<object, { dir: string; audio: string; engine: EngineName }> = {
  command: 'transcribe <dir> <audio>',
  describe: 'Recognise the words of a recording (16-bit PCM mono WAV at 8 or 16 kHz)',
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'design directory' })
      .positional('audio', { type: 'string', demandOption: true, describe: 'WAV file' })
      .option('engine', { choices: ENGINES, default: 'rtl' as const, describe: 'what computes the LSTM' }),
  handler: async ({ dir, audio, engine }) => {
    const { words, rtl } = await transcribe(dir, audio, engine);
    // Digits and letters read as one string, longer labels as words.
    console.log(words.join(words.every((word) => word.length === 1) ? '' : ' '));
    if (rtl !== null && rtl.mismatches !== 0) {
      console.error(`esegen: RTL and golden model differ in ${rtl.mismatches} of ${rtl.comparedWords} words`);
      process.exitCode = 1;
    }
  },
};
