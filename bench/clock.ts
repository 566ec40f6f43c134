/**
 * Clocks of the blocks of a small design, each alone, and of the whole of it, placed and routed by nextpnr.
 *
 *   npm run bench:clock [-- <device>]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatTable } from '../src/cli/table.ts';
import { DEVICES } from '../src/pnr/device.ts';
import { placeAndRoute } from '../src/pnr/place_route.ts';

const SAMPLE = fileURLToPath(new URL('../generated/sample', import.meta.url));
/** Blocks whose clock was measured before. */
const BLOCKS = [
  ...[
    'arith_unit',
    'pe',
    'lane',
    'column_feed',
    'row_decode',
    'column_issuer',
    'sequencer',
    'gather',
    'gather_control',
  ],
  ...[
    'elem_lane',
    'assemble',
    'frame_in',
    'control_registers',
    'core_counters',
    'axi_lite_slave',
    'image_loader',
    'state_access',
  ],
];
const SEEDS = 3;

const name = process.argv[2] ?? 'ice40-hx8k';
const device = DEVICES[name];
if (device === undefined) throw new Error(`expected a device of ${Object.keys(DEVICES).join(', ')}, got ${name}`);

const files = new Map(
  ['rtl', 'mem'].flatMap((folder) =>
    readdirSync(`${SAMPLE}/${folder}`).map((file) => {
      return [`${folder}/${file}`, readFileSync(`${SAMPLE}/${folder}/${file}`, 'utf8')] as const;
    }),
  ),
);
const sources = [...files.keys()].filter((path) => path.endsWith('.v'));
const rows: string[][] = [['block', 'MHz, by seed', 'cells', 'slowest path']];
for (const block of [...BLOCKS, '']) {
  const module = block === '' ? 'sample' : `sample_${block}`;
  try {
    const placements = await placeAndRoute(sources, files, module, device, { seeds: SEEDS });
    const { utilization, worst } = placements[0]!;
    const clocks = placements.map(({ clock }) => clock.toFixed(1)).join(' ');
    rows.push([module, clocks, `${utilization[0]!.used}`, worst === null ? '' : `${worst.from} -> ${worst.to}`]);
  } catch (error) {
    rows.push([module, (error as Error).message.slice(0, 60), '', '']);
  }
  process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
}
process.stdout.write(`generated/sample on ${name}, each block in a shell of four pins (Yosys -abc9, nextpnr)\n`);
process.stdout.write(formatTable(rows, ['left', 'left', 'right', 'left']));
