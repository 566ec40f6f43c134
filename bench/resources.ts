// Resources of the shipped configs by Yosys, before place and route, each on the part that it names; beside them the resource model's estimate, and how far it
// is off. Of block-circulant layers what the transforms take. ESE's published row and device for comparison. Weights without a public source are seeded.
// Usage: npm run bench:resources [-- config ...]; default: all; of those that were mapped each took one to six minutes on two quiet cores. A row is printed as it is there.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformRows } from '../src/cli/synth.ts';
import { formatCount, formatTable } from '../src/cli/table.ts';
import { findPart } from '../src/machine/parts.ts';
import type { Resources } from '../src/machine/resources/counts.ts';
import { overloadedNets } from '../src/synth/fan_out.ts';
import { synthesize } from '../src/synth/synthesize.ts';
import { buildModel } from '../src/verbs/build_network.ts';
import { configPath, modelOfConfig, shippedConfigs } from './lib/config_models.ts';

const WORK = fileURLToPath(new URL('../build/resources/', import.meta.url));
const KINDS = ['lut', 'lutram', 'ff', 'bram', 'uram', 'dsp'] as const;
const HEAD = ['design', 'LUT', 'LUTRAM', 'FF', 'BRAM36', 'URAM', 'DSP', 'fit'];

const counts = (of: Resources) => KINDS.map((kind) => formatCount(of[kind]));
const off = (estimated: number, mapped: number) => `${(100 * (estimated / mapped - 1)).toFixed(1)} %`;

async function measure(name: string): Promise<void> {
  const { path: model, importOptions } = modelOfConfig(name);
  const out = join(WORK, name);
  const { total } = buildModel({ model, config: configPath(name), out, importOptions }).result.resources;
  const started = performance.now();
  const { mapped, packed, fit, part, fanOut, blocks, findings } = await synthesize(out);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const verdict =
    fit === null ? part : `${fit.verdict} ${fit.part.name}, ${fit.limit} ${(100 * fit.shares[fit.limit]).toFixed(0)} %`;
  console.log(
    formatTable([
      HEAD,
      [name, ...counts(mapped), verdict],
      ['  packed', ...counts(packed), ''],
      ['  estimated', ...counts(total), `LUT ${off(total.lut, mapped.lut)}, FF ${off(total.ff, mapped.ff)}`],
    ]),
  );
  for (const [what, value] of transformRows(blocks)) console.log(`${what}: ${value}`);
  for (const finding of findings) console.log(finding);
  // Copies of a block have the same nets.
  const nets = overloadedNets(fanOut).map(({ name: net, driver, loads }) => `${net}: a ${driver} has ${loads} loads`);
  for (const net of new Set(nets))
    console.log(`${net}${nets.filter((own) => own === net).length > 1 ? ', in each copy' : ''}`);
  console.log(`${formatCount(nets.length)} nets with more loads than they may have; ${seconds} s\n`);
}

const { lut, lutram, ff, bram, dsp } = findPart('xcku060')!.resources;
console.log('Estimate before place and route (Yosys synth_xilinx); mapped, and packed as closely as Vivado may.\n');
console.log(
  formatTable([
    HEAD,
    ['ESE, published (quoted from memory)', ...[293_920, 69_939, 453_068, 947, 0, 1_504].map(formatCount), ''],
    ['XCKU060', ...[lut, lutram, ff, bram, 0, dsp].map(formatCount), ''],
  ]),
);
const names = process.argv.slice(2);
for (const name of names.length === 0 ? shippedConfigs() : names) await measure(name);
