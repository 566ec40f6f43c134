import { report } from '../site/report.ts';
import type { CommandBody } from './command.ts';
import { showName } from './describe.ts';
import { reporting } from './progress.ts';

/** `esegen report`: a page about designs. */
export const reportCommand: CommandBody<{ paths: string[]; out: string }> = {
  builder: (yargs) =>
    yargs
      .positional('paths', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Design directories, or an exploration, or one model, whose page computes its designs',
      })
      .option('out', { type: 'string', demandOption: true, describe: 'HTML file to write' }),
  handler: async ({ paths, out }) => {
    const { bytes, title } = await reporting((lines) => report({ paths, out, ...lines }));
    process.stdout.write(`${out}: ${showName(title)}, ${(bytes / 1024).toFixed(0)} KB; open it in a browser\n`);
  },
};
