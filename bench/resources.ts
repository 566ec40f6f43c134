// Resources of the configs of ESE's layer by Yosys, before place and route, beside the device and ESE's published row.
// Usage: npm run bench:resources [-- config ...]
import { formatCount, formatTable } from '../src/cli/table.ts';
import { synthesize } from '../src/synth/synthesize.ts';
import { buildEse, chosenConfigs, writeEseModel } from './lib/ese_designs.ts';

const model = writeEseModel();
const row = (name: string, values: readonly number[], verdict: string) => [name, ...values.map(formatCount), verdict];
const table: string[][] = [['design', 'LUT', 'LUTRAM', 'FF', 'BRAM36', 'DSP', 'XCKU060']];
for (const name of chosenConfigs(process.argv.slice(2))) {
  const started = performance.now();
  const { mapped, packed, fit, smallest } = await synthesize(buildEse(model, name));
  const verdict =
    fit === null ? 'not listed' : `${fit.verdict}, ${fit.limit} ${(100 * fit.shares[fit.limit]).toFixed(0)} %`;
  const other = fit?.verdict === 'fits' ? '' : `; smallest listed part: ${smallest?.part.name ?? 'none'}`;
  table.push(row(name, [mapped.lut, mapped.lutram, mapped.ff, mapped.bram, mapped.dsp], `${verdict}${other}`));
  table.push(row('  packed', [packed.lut, packed.lutram, packed.ff, packed.bram, packed.dsp], ''));
  console.error(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
table.push(row('ESE, published (quoted from memory)', [293_920, 69_939, 453_068, 947, 1_504], ''));
table.push(row('XCKU060', [331_680, 146_880, 663_360, 1_080, 2_760], ''));
console.log('Estimate before place and route (Yosys synth_xilinx); mapped, and packed as closely as Vivado may.\n');
console.log(formatTable(table));
