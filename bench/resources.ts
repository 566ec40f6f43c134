// Resources of the configs of ESE's layer by Yosys, before place and route, beside ESE's device and its published row.
// Usage: npm run bench:resources [-- config ...]
import { formatCount, formatTable } from '../src/cli/table.ts';
import { findPart, type Part } from '../src/machine/parts.ts';
import { type Demand, fitOf } from '../src/machine/resources/fit.ts';
import { overloadedNets } from '../src/synth/fan_out.ts';
import { synthesize } from '../src/synth/synthesize.ts';
import { buildEse, chosenConfigs, writeEseModel } from './lib/ese_designs.ts';

const model = writeEseModel();
const ese = findPart('xcku060')!;
const row = (name: string, values: readonly number[], ...verdicts: string[]) => [
  name,
  ...values.map(formatCount),
  ...verdicts,
];
const judge = (demand: Demand, part: Part) => {
  const { verdict, limit, shares } = fitOf(demand, part);
  return `${verdict}, ${limit} ${(100 * shares[limit]).toFixed(0)} %`;
};
const table: string[][] = [['design', 'LUT', 'LUTRAM', 'FF', 'BRAM36', 'DSP', 'XCKU060', 'its part', 'largest nets']];
for (const name of chosenConfigs(process.argv.slice(2))) {
  const started = performance.now();
  const report = await synthesize(buildEse(model, name));
  const { mapped, packed, fit, fanOut } = report;
  const [logic, register] = [fanOut.logic[0]!, fanOut.register[0]!];
  const nets = `LUT ${formatCount(logic.loads)}, register ${formatCount(register.loads)}`;
  for (const { name: net, driver, loads } of overloadedNets(fanOut))
    console.error(`${name}: ${net}: a ${driver} has ${loads} loads`);
  const own = fit === null ? 'not listed' : `${fit.part.name}: ${judge(report, fit.part)}`;
  table.push(
    row(name, [mapped.lut, mapped.lutram, mapped.ff, mapped.bram, mapped.dsp], judge(report, ese), own, nets),
    row('  packed', [packed.lut, packed.lutram, packed.ff, packed.bram, packed.dsp], '', '', ''),
  );
  console.error(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
table.push(row('ESE, published (quoted from memory)', [293_920, 69_939, 453_068, 947, 1_504], '', '', ''));
const { lut, lutram, ff, bram, dsp } = ese.resources;
table.push(row('XCKU060', [lut, lutram, ff, bram, dsp], '', '', ''));
console.log('Estimate before place and route (Yosys synth_xilinx); mapped, and packed as closely as Vivado may.\n');
console.log(formatTable(table));
