import { DEVICES } from '../pnr/device.ts';
import type { Placement } from '../pnr/place_route.ts';
import { type PnrReport, pnr } from '../pnr/pnr.ts';
import { EsegenError } from '../util/errors.ts';
import type { CommandBody } from './command.ts';
import { reporting } from './progress.ts';
import { formatCount, formatShare, formatTable } from './table.ts';

interface Arguments {
  dir: string;
  device: string;
  speed: number | undefined;
  seeds: number;
  json: boolean;
}

/** More placements than this say nothing more. */
const MOST_SEEDS = 100;

/** `esegen pnr`: the clock that a design reaches, by Yosys and nextpnr. */
export const pnrCommand: CommandBody<Arguments> = {
  builder: (yargs) =>
    yargs
      .positional('dir', { type: 'string', demandOption: true, describe: 'design directory' })
      .option('device', { choices: Object.keys(DEVICES), demandOption: true, describe: 'device' })
      .option('speed', { type: 'number', describe: 'speed grade of an ECP5: 6 (default), 7 or 8' })
      .option('seeds', { type: 'number', default: 1, describe: 'placements, each with another seed' })
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON object' }),
  handler: async ({ dir, device, speed, seeds, json }) => {
    if (!Number.isInteger(seeds) || seeds < 1 || seeds > MOST_SEEDS) {
      throw new EsegenError('--seeds', `expected an integer from 1 to ${MOST_SEEDS}, got ${seeds}`);
    }
    const report = await reporting((lines) => pnr(dir, device, { speed, seeds, ...lines }));
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : formatPnr(dir, report));
  },
};

/** The text that `esegen pnr` prints. */
export function formatPnr(dir: string, { device, speed, placements }: PnrReport): string {
  const grade = speed === null ? '' : ` speed ${speed}`;
  const slowest = placements.reduce((least, one) => (one.clock < least.clock ? one : least));
  return [
    `${dir}: placed and routed for ${device}${grade}, all ports shifted through four pins (Yosys -abc9, nextpnr)\n`,
    formatTable([['seed', 'MHz'], ...placements.map(({ seed, clock }) => [`${seed}`, clock.toFixed(1)])]),
    formatTable([
      ['resource', 'used', 'available', 'share'],
      ...placements[0]!.utilization.map(({ resource, used, available }) => [
        resource,
        formatCount(used),
        formatCount(available),
        formatShare(used / available),
      ]),
    ]),
    formatWorst(slowest),
  ].join('\n');
}

function formatWorst({ seed, worst }: Placement): string {
  if (worst === null) return 'No path between registers\n';
  const { from, to, logic, routing, blocks } = worst;
  const lines = blocks.map(({ block, ns }) => `    ${ns.toFixed(2)} ns  ${block === '' ? 'shell' : block}\n`).join('');
  return `Slowest path (seed ${seed}): ${(logic + routing).toFixed(2)} ns, ${routing.toFixed(2)} of it routing\n  from ${from}\n  to   ${to}\n${lines}`;
}
