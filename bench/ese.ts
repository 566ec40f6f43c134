// ESE's layer at full size: builds the configs below, simulates them on Verilator with all voices compared, and prints cycles beside the
// prediction and the published figures. Usage: npm run bench:ese [-- config ...] [--frames N]
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { formatCount, formatTable } from '../src/cli/table.ts';
import { estimateCycles } from '../src/cycles/estimate.ts';
import { loadDesign } from '../src/design/load_design.ts';
import { simulate } from '../src/verbs/simulate.ts';
import { buildEse, chosenConfigs, writeEseModel } from './lib/ese_designs.ts';

/** Share of memory beats withheld at random in the last row. */
const WITHHELD = 0.05;

const args = await yargs(hideBin(process.argv))
  .option('frames', { type: 'number', default: 8, describe: 'time steps, at least 5' })
  .strictOptions()
  .parse();
const model = writeEseModel();
const HEAD = [
  'config',
  'array BxGxP',
  'voices',
  'density',
  'MACs a voice',
  'first step',
  'cycles a step',
  'predicted',
  'ideal',
];
const table: string[][] = [[...HEAD, 'util', 'us', 'mismatches']];
const lost: string[][] = [
  ['per PE and step', 'padding', 'without a word', 'waiting for memory', 'drained', 'sum with words and markers'],
];

async function run(name: string, withheld: number): Promise<void> {
  const dir = buildEse(model, name);
  const { design, report } = loadDesign(dir);
  const { channels, groups, lanes, multipliers, dram } = design.dimensions;
  const started = performance.now();
  const result = await simulate(dir, {
    frames: args.frames,
    ...(dram ? { memory: { latency: 64, stalls: withheld } } : {}),
  });
  const seconds = (performance.now() - started) / 1000;
  const load = { ...result.load!, memoryCycles: result.load!.memoryCycles ?? 0 };
  const estimate = estimateCycles(design, { latency: 64, bandwidth: 1 - withheld });
  const label = withheld === 0 ? name : `${name}, ${100 * withheld} % of beats withheld`;
  table.push([
    label,
    `${channels} x ${groups} x ${lanes}`,
    String(channels),
    `${((100 * report.nonZeros) / report.weights).toFixed(2)} %`,
    formatCount(report.nonZeros),
    formatCount(result.firstFrameCycles),
    formatCount(Math.round(10 * result.cyclesPerFrame) / 10),
    formatCount(Math.round(10 * estimate.cyclesPerFrame) / 10),
    formatCount(Math.round(10 * result.idealCyclesPerFrame) / 10),
    `${(100 * load.utilization).toFixed(1)} %`,
    (result.cyclesPerFrame / design.config.clockMHz).toFixed(2),
    `${result.mismatches} of ${formatCount(result.comparedWords)}`,
  ]);
  const drained =
    result.cyclesPerFrame * (1 - load.utilization) - load.paddingCycles - load.starvedCycles - load.memoryCycles;
  const parts = [load.paddingCycles, load.starvedCycles, load.memoryCycles, drained, result.cyclesPerFrame];
  lost.push([label, ...parts.map((cycles) => cycles.toFixed(1))]);
  console.error(
    `${label}: ${multipliers} multipliers, ${args.frames} steps in ${seconds.toFixed(0)} s with the Verilator build, if it was not cached`,
  );
}

for (const name of chosenConfigs(args._.map(String))) {
  await run(name, 0);
  if (name === 'ese-ku060-padding-aware') await run(name, WITHHELD);
}

console.log(
  `RTL simulation on Verilator, ${args.frames} time steps; us at the assumed clock of the config (200 MHz), no timing measured.\n`,
);
console.log(formatTable(table));
console.log('Where the cycles of a step go (counters of the bench; markers and drains are what is left):\n');
console.log(formatTable(lost));
console.log(`Published, at 200 MHz unless said otherwise, for the same layer:
  ESE (Han et al., FPGA 2017), 32 voices, XCKU060     82.7 us a step = 16,540 cycles, of 57.0 us if no PE ever waited
  C-LSTM, E-RNN, one voice                            8.1 us, 7.4 us
  bank-balanced sparsity, one voice, Arria 10         about 2.4 us
They used trained weights of the same shape and density; these are seeded normal ones.`);
