import type { Argv, CommandModule } from 'yargs';

/** What the file of a command holds: its options and what it does. Name and summary are in the list of all commands. */
export type CommandBody<Arguments> = Omit<CommandModule<object, Arguments>, 'command' | 'describe'>;

/** A command in the list of all; what it needs is loaded when it runs. */
export interface Command {
  /** The word that calls it. */
  readonly name: string;
  /** The word and the positional arguments, as yargs takes them. */
  readonly usage: string;
  /** One line for `esegen --help`. */
  readonly summary: string;
  /** Loads the command and adds it with its options. */
  addTo(cli: Argv): Promise<void>;
}

/** A command whose file is loaded by `load`. */
export function command<Arguments>(
  usage: string,
  summary: string,
  load: () => Promise<CommandBody<Arguments>>,
): Command {
  return {
    name: usage.split(' ')[0]!,
    usage,
    summary,
    async addTo(cli) {
      const module: CommandModule<object, Arguments> = { command: usage, describe: summary, ...(await load()) };
      cli.command(module);
    },
  };
}
