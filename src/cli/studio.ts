import { resolve } from 'node:path';
import { StudioServer } from '../site/studio/server.ts';
import { EsegenError } from '../util/errors.ts';
import { statPath } from '../util/stat_path.ts';
import type { CommandBody } from './command.ts';

/** Signals that end the studio, with their numbers. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** `esegen studio`: the page on a local server, where builds and simulations are buttons. */
export const studioCommand: CommandBody<{ dir: string }> = {
  builder: (yargs) =>
    yargs.positional('dir', { type: 'string', default: '.', describe: 'Folder with designs, models and configs' }),
  handler: async ({ dir }) => {
    if (statPath(dir)?.isDirectory() !== true) throw new EsegenError(dir, 'is no directory', 'Name a folder');
    const studio = await StudioServer.start(resolve(dir));
    process.stdout.write(`${studio.url}\nOpen this address in a browser on this machine; Ctrl-C ends the studio.\n`);
    const code = await new Promise<number>((ended) => {
      // A second one changes nothing: the job ends in order.
      for (const [signal, number] of Object.entries(SIGNALS)) process.on(signal, () => ended(128 + number));
    });
    await studio.close();
    process.exit(code);
  },
};
