import { type CacheReport, cacheReport, doctor, type ToolReport } from '../verbs/doctor.ts';
import type { CommandBody } from './command.ts';

interface Options {
  json: boolean;
}

/** `esegen doctor`: says which tools are there, and exits non-zero where a required one is missing or too old. */
export const doctorCommand: CommandBody<Options> = {
  builder: (yargs) =>
    yargs.option('json', { type: 'boolean', default: false, describe: 'Print JSON instead of a table' }),
  handler: async ({ json }) => {
    const tools = await doctor();
    const cache = cacheReport();
    process.stdout.write(
      json ? `${JSON.stringify({ tools, cache }, null, 2)}\n` : `${formatReports(tools)}\n${formatCache(cache)}`,
    );
    if (tools.some(({ required, ok }) => required && !ok)) process.exitCode = 1;
  },
};

/** One line on the compiled simulations. */
export function formatCache({ folder, programs, bytes, limit }: CacheReport): string {
  if (folder === null) return 'compiled simulations are not kept: set XDG_CACHE_HOME or HOME to an absolute path\n';
  const size = [bytes, limit].map((value) => (value / 2 ** 20).toFixed(1));
  return `compiled simulations: ${programs}, ${size[0]} of at most ${size[1]} MiB, in ${folder}\n`;
}

/** An aligned table, and below it one line per tool that is missing or too old. Ends in a newline. */
export function formatReports(reports: readonly ToolReport[]): string {
  const rows = reports.map(({ tool, found, oldest, required, neededFor }) => [
    tool,
    found ?? 'missing',
    oldest === null ? 'any' : `>= ${oldest}`,
    required ? 'yes' : 'no',
    neededFor,
  ]);
  const table = [['tool', 'found', 'version', 'required', 'needed for'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...advice(reports)].map((line) => `${line}\n`).join('');
}

function advice(reports: readonly ToolReport[]): string[] {
  const wanting = reports.filter(({ ok }) => !ok);
  if (wanting.length === 0) return [];
  return [
    '',
    ...wanting.map(({ tool, found, oldest, required, howToGet }) => {
      const fault = found === null ? 'missing' : `${found} found, ${oldest} or newer expected`;
      return `${tool}${required ? '' : ' (optional)'}: ${fault}. Get it: ${howToGet}`;
    }),
  ];
}
