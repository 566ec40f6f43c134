// Whole networks on the shipped configs: builds them, simulates them on Verilator with every word of every voice compared, and prints cycles
// beside the cycle model's, the bar, the limit and published figures. Weights without a public source are seeded.
// Usage: npm run bench:networks [-- point ...] [--model-only]
import { join } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { formatCount, formatTable } from '../src/cli/table.ts';
import { networkCycles } from '../src/cycles/network/network_cycles.ts';
import type { NetworkDesign } from '../src/program/network_design.ts';
import { countWeights } from '../src/program/weights.ts';
import { EsegenError } from '../src/util/errors.ts';
import { buildModel } from '../src/verbs/build_network.ts';
import { simulate } from '../src/verbs/simulate.ts';
import { NETWORK_POINTS, type NetworkPoint, pointConfig } from './lib/network_points.ts';
import { NETWORK_FOLDER } from './lib/published_networks.ts';

const args = await yargs(hideBin(process.argv))
  .option('model-only', { type: 'boolean', default: false, describe: 'the cycle model alone, without RTL' })
  .strictOptions()
  .parse();

/** Cycles of a step in steady state, of two steps behind two others and before another, whose products may fill their gaps; or of an utterance, from its first beat and from its last. */
function predict(design: NetworkDesign, steps: number): { readonly whole: number; readonly behind: number } {
  const { sizes, program } = design;
  if (sizes.utterance) {
    const whole = networkCycles(design, { utterances: [steps] }).at(-1)!.cycle;
    const beats = program.inputs.reduce((sum, { elements }) => sum + Math.ceil(elements / sizes.inputBeat), 0);
    return { whole, behind: whole - beats * steps };
  }
  const batch = new Array<boolean>(sizes.channels).fill(true);
  const ends = networkCycles(design, { batches: new Array<boolean[]>(5).fill(batch) }).filter(({ last }) => last);
  const endOf = (step: number) => ends[step * sizes.channels * program.outputs.length - 1]!.cycle;
  const step = (endOf(4) - endOf(2)) / 2;
  return { whole: step, behind: step };
}

const HEAD = [
  'point',
  'config',
  'array',
  'of',
  'density',
  'MACs',
  'cycles',
  'model',
  'behind the input',
  'bar',
  'limit',
];
const table: string[][] = [[...HEAD, 'us', 'mismatches']];
const published: string[][] = [['point', 'published elsewhere']];

async function run(point: NetworkPoint): Promise<void> {
  const { name, config, steps, bar, limit, importOptions } = point;
  const out = join(NETWORK_FOLDER, `design-${name}`);
  const built = buildModel({ model: point.model(NETWORK_FOLDER), config: pointConfig(point), out, importOptions });
  if (built.kind !== 'network') throw new EsegenError(name, 'is built as a single layer');
  const { design } = built.result;
  const { channels, groups, lanes, utterance } = design.sizes;
  const model = predict(design, steps);
  let [cycles, macs, mismatches] = ['-', '-', '-'];
  let measured = model.whole;
  if (!args['model-only']) {
    const found = await simulate(out, { frames: steps });
    measured = utterance ? found.cycles : found.cyclesPerFrame;
    cycles = formatCount(Math.round(measured));
    macs = formatCount(Math.round(found.idealCyclesPerFrame * groups * lanes * (utterance ? steps : 1)));
    mismatches = `${found.mismatches} of ${formatCount(found.comparedWords)}`;
  }
  table.push([
    ...[name, config, `${channels} x ${groups} x ${lanes}`, utterance ? `${steps} steps` : 'a step'],
    ...[
      `${(100 * countWeights(design.program).density).toFixed(2)} %`,
      macs,
      cycles,
      formatCount(Math.round(model.whole)),
    ],
    ...[utterance ? formatCount(Math.round(model.behind)) : '', bar === null ? '' : formatCount(bar)],
    limit === null ? '' : formatCount(limit),
    `${(measured / design.config.clockMHz).toFixed(1)} at ${design.config.clockMHz} MHz`,
    mismatches,
  ]);
  if (point.published !== '') published.push([name, point.published]);
  console.error(`${name}: done`);
}

const names = args._.map(String);
const unknown = names.find((name) => !NETWORK_POINTS.some((point) => point.name === name));
if (unknown !== undefined) {
  const known = NETWORK_POINTS.map(({ name }) => name).join(', ');
  throw new EsegenError(unknown, 'is no point of this bench', `Use ${known}`);
}
for (const point of NETWORK_POINTS) if (names.length === 0 || names.includes(point.name)) await run(point);

console.log(
  "MACs and cycles of the RTL on Verilator, of a step of all voices, or of an utterance from the begin of the programs to its last word; beside them the cycle model's, " +
    'and for an utterance without the beats of its input. us at the assumed clock: no timing measured.\n',
);
console.log(formatTable(table));
if (published.length > 1) console.log(formatTable(published));
