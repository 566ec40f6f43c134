import { FAMILIES, type Family } from '../machine/parts.ts';
import { addResources, RESOURCES, type Resources } from '../machine/resources/counts.ts';
import { FAN_OUT_LIMITS, type NetLoad } from '../synth/fan_out.ts';
import type { MemoryUse } from '../synth/memories.ts';
import { sumOf } from '../synth/multipliers.ts';
import { type Block, eachBlock } from '../synth/rollup.ts';
import type { PathCell } from '../synth/span.ts';
import { type SynthReport, synthesize } from '../synth/synthesize.ts';
import type { CommandBody } from './command.ts';
import { describeFit, formatPercent } from './describe_resources.ts';
import { reporting } from './progress.ts';
import { formatCount, formatRows, formatShare, formatTable, type Row } from './table.ts';

interface Arguments {
  dir: string;
  family: Family | undefined;
  json: boolean;
}

/** Paths that are printed. */
const PATHS = 6;

/** `esegen synth`: what a design takes and whether it fits, by Yosys. */
export const synthCommand: CommandBody<Arguments> = {
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'design directory' })
      .option('family', {
        choices: FAMILIES,
        describe: 'UltraScale, UltraScale+ or 7 series (default: that of the part in the config)',
      })
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object' }),
  handler: async ({ dir, family, json }) => {
    const report = await reporting((lines) => synthesize(dir, { family, ...lines }));
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(dir, report));
  },
};

/** The text that `esegen synth` prints. */
export function formatReport(dir: string, report: SynthReport): string {
  const { tool, family, findings } = report;
  return [
    `${dir}: estimate before place and route (${tool}, synth_xilinx -family ${family})\n`,
    formatResources(report),
    formatRows(verdict(report)),
    formatBlocks(report.blocks),
    formatMemories(report.memories),
    formatPaths(report),
    formatFanOut('look-up table', FAN_OUT_LIMITS.logic, report.fanOut.logic),
    formatFanOut('register', FAN_OUT_LIMITS.register, report.fanOut.register),
    findings.length === 0 ? 'Findings: none\n' : `Findings:\n${findings.map((line) => `  ${line}\n`).join('')}`,
  ].join('\n');
}

function formatResources({ mapped, packed, fit }: SynthReport): string {
  return formatTable([
    ['resource', 'mapped', 'packed', ...(fit === null ? [] : ['available', 'share'])],
    ...RESOURCES.filter(([key]) => mapped[key] > 0 || (fit?.part.resources[key] ?? 0) > 0).map(([key, name]) => [
      key === 'lutram' ? 'of these LUTRAM' : name,
      formatCount(mapped[key]),
      formatCount(packed[key]),
      ...(fit === null ? [] : [formatCount(fit.part.resources[key]), formatPercent(fit.shares[key])]),
    ]),
  ]);
}

/** What the transforms of block-circulant layers take, and their share of the design; nothing where there are none. */
export function transformRows(blocks: Block): Row[] {
  const turned = sumOf(blocks, 'turned_inverse');
  const inverseUnit = turned.instances > 0 ? 'turned_inverse' : 'cell_inverse';
  const [forward, inverse] = [sumOf(blocks, 'spectral_copy'), sumOf(blocks, inverseUnit)];
  if (forward.instances + inverse.instances === 0) return [];
  const { lut, dsp } = addResources(forward.all, inverse.all);
  const share = (own: number, all: number) => formatShare(all === 0 ? 0 : own / all);
  const taken = `${formatCount(lut)} LUT (${share(lut, blocks.all.lut)} of all) and ${formatCount(dsp)} DSP (${share(dsp, blocks.all.dsp)})`;
  return [['transforms of blocks', `${taken} in spectral_copy and ${inverseUnit}`]];
}

function verdict({ part, fit, smallest, blocks, multipliers: m }: SynthReport): Row[] {
  const judged = fit === null ? `not judged: ${part} is not listed` : `${fit.verdict} ${describeFit(fit)}`;
  const registers = m.registers.length === 0 ? 'no register' : `registers ${m.registers.join(', ')}`;
  return [
    ['fit', judged],
    ['smallest listed part', smallest === null ? 'none is large enough' : describeFit(smallest)],
    [
      'multipliers',
      `${formatCount(m.pes)} PEs in ${formatCount(m.dsps)} DSP blocks; packed on the 7 series with ${registers} inside`,
    ],
    ...transformRows(blocks),
  ];
}

function formatBlocks(blocks: Block): string {
  const numbers = ({ lut, lutram, ff, bram, dsp }: Resources) => [lut, lutram, ff, bram, dsp].map(formatAmount);
  const rows = [...eachBlock(blocks)].map(({ block, depth }) => {
    const { module, name, instances, all } = block;
    const one = [all.lut, all.ff].map((value) => formatAmount(value / instances));
    const label = name === module ? module : `${name} (${module})`;
    return [`${'  '.repeat(depth)}${label}`, formatCount(instances), ...numbers(all), ...one];
  });
  return formatTable([
    ['block, with what is below it', 'instances', 'LUT', 'LUTRAM', 'FF', 'BRAM36', 'DSP', 'LUT of one', 'FF of one'],
    ...rows,
  ]);
}

/** Whole numbers with commas, means with one digit; nothing for zero. */
function formatAmount(value: number): string {
  if (value === 0) return '';
  return Number.isInteger(value) ? formatCount(value) : value.toFixed(1);
}

function formatMemories(memories: readonly MemoryUse[]): string {
  const text = { block: 'block RAM', ultra: 'UltraRAM', distributed: 'distributed RAM', logic: 'logic' } as const;
  return formatTable([
    ['memory', 'instances', 'words', 'bits', 'asked for', 'is in', 'one takes'],
    ...memories.map(({ path, instances, words, bits, style, kind, primitives }) => [
      path,
      formatCount(instances),
      formatCount(words),
      String(bits),
      style ?? '',
      text[kind],
      Object.entries(primitives)
        .map(([type, count]) => `${count} ${type}`)
        .join(', '),
    ]),
  ]);
}

function formatPaths({ longest }: SynthReport): string {
  const lines = longest.paths.slice(0, PATHS).map(({ levels, fast, from, to, cells }) => {
    return `  ${levels} levels and ${fast} carry or wide-multiplexer cells: ${from}\n    to ${to}\n    over ${describeCells(cells)}\n`;
  });
  return `Longest paths from register to register, the longest of each module:\n${lines.join('')}`;
}

/** The largest nets; those above the limit are marked. */
function formatFanOut(driver: string, limit: number, nets: readonly NetLoad[]): string {
  return formatTable(
    [
      [`largest nets that a ${driver} drives (more than ${limit} loads: *)`, 'loads', 'nets', 'driver'],
      ...nets.map(({ name, loads, instances, driver: type }) => [
        `${name}${loads > limit ? ' *' : ''}`,
        formatCount(loads),
        formatCount(instances),
        type,
      ]),
    ],
    ['left', 'right', 'right', 'left'],
  );
}

/** `column_issuer: LUT6, 2 CARRY4; frame_in: LUT3`. */
function describeCells(cells: readonly PathCell[]): string {
  const modules: { module: string; types: { type: string; count: number }[] }[] = [];
  for (const { module, type } of cells) {
    let last = modules.at(-1);
    if (last?.module !== module) {
      last = { module, types: [] };
      modules.push(last);
    }
    const cell = last.types.at(-1);
    if (cell?.type === type) cell.count++;
    else last.types.push({ type, count: 1 });
  }
  if (modules.length === 0) return 'wires only';
  const show = ({ type, count }: { type: string; count: number }) => (count === 1 ? type : `${count} ${type}`);
  return modules.map(({ module, types }) => `${module}: ${types.map(show).join(', ')}`).join('; ');
}
