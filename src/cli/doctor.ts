import type { CommandModule } from 'yargs';
import { doctor, type ToolReport } from '../verbs/doctor.ts';

interface Options {
  json: boolean;
}

/** `esegen doctor`: says which tools are there, and exits non-zero where a required one is missing or too old. */
export const doctorCommand: CommandModule<object, Options> = {
  command: 'doctor',
  describe: 'Check the simulators, compilers and other tools that esegen works with',
  builder: (yargs) =>
    yargs.option('json', { type: 'boolean', default: false, describe: 'Print JSON instead of a table' }),
  handler: async ({ json }) => {
    const reports = await doctor();
    process.stdout.write(json ? `${JSON.stringify(reports, null, 2)}\n` : formatReports(reports));
    if (reports.some(({ required, ok }) => required && !ok)) process.exitCode = 1;
  },
};

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
