import { addResources, NO_RESOURCES, RESOURCES, type Resources } from '../machine/resources/counts.ts';
import type { Estimate } from '../machine/resources/estimate.ts';
import type { Fit } from '../machine/resources/fit.ts';
import type { PartEstimate } from '../machine/resources/part_estimate.ts';
import { formatCount, formatShare, formatTable, type Row } from './table.ts';

/** A share of a device; of what it does not have, that. */
export function formatPercent(share: number): string {
  return Number.isFinite(share) ? formatShare(share) : 'has none';
}

/** What of a part limits a design: `xcku060 (LUT at 69.41 % is what limits)`. */
export function describeFit({ part, shares, limit }: Fit): string {
  const [, name] = RESOURCES.find(([key]) => key === limit)!;
  return `${part.name} (${name} at ${formatPercent(shares[limit])} is what limits)`;
}

/** The estimate in a line, for the summaries of `build` and `inspect`. */
export function resourceRow({ total, fit }: PartEstimate): Row {
  const counts = RESOURCES.filter(([key]) => key !== 'lutram' && total[key] > 0)
    .map(([key, name]) => `${formatCount(total[key])} ${name}`)
    .join(', ');
  return ['resources', `${counts}, estimated${fit === null ? '' : `; ${fit.verdict} ${describeFit(fit)}`}`];
}

function columns(own: Resources): string[] {
  return RESOURCES.map(([key]) => formatCount(own[key]));
}

const HEADING = RESOURCES.map(([, name]) => name);

/** The estimate by what units are for, and what there is: ends in a newline. */
export function formatSections({ units, total, fit }: PartEstimate): string {
  const sections = new Map<string, Resources>();
  for (const { section, all } of units) {
    sections.set(section, addResources(sections.get(section) ?? NO_RESOURCES, all));
  }
  const lines = [...sections].map(([section, all]) => [section, ...columns(all)]);
  return formatTable([['estimate', ...HEADING], ...lines, ...totalLines(total, fit)]);
}

/** The estimate by units; ends in a newline. */
export function formatUnits({ units, total, fit }: PartEstimate): string {
  const lines = units.map((own, at) => unitLine(own, units[at - 1]?.section !== own.section));
  const totals = totalLines(total, fit).map(([name, ...cells]) => [name!, '', '', ...cells]);
  return formatTable([['estimate', 'unit', 'instances', ...HEADING], ...lines, ...totals], ['left', 'left']);
}

function unitLine({ name, section, instances, all }: Estimate['units'][number], first: boolean): string[] {
  return [first ? section : '', name, formatCount(instances), ...columns(all)];
}

function totalLines(total: Resources, fit: Fit | null): string[][] {
  const all = ['all', ...columns(total)];
  if (fit === null) return [all];
  const { part, shares } = fit;
  return [
    all,
    [part.name, ...columns(part.resources)],
    ['share', ...RESOURCES.map(([key]) => formatPercent(shares[key]))],
  ];
}
