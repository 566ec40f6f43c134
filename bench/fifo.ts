// Utilization of ESE's layer over the depth of the activation queue, with load-balance-aware pruning and with plain magnitude pruning, one voice
// on 32 PEs: a table, and docs/figures/fifo.svg. All points come from the cycle model; depth 1 and 8 of both masks are simulated on Verilator
// too, as a check. Usage: npm run bench:fifo
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lineChart } from '../src/cli/chart.ts';
import { formatTable } from '../src/cli/table.ts';
import { estimateCycles } from '../src/cycles/estimate.ts';
import { modelTensors } from '../src/design/host_files.ts';
import { loadDesign } from '../src/design/load_design.ts';
import { readConfig } from '../src/machine/config_file.ts';
import { readModel } from '../src/model/import/read_model.ts';
import { writeSafetensors } from '../src/model/import/write_safetensors.ts';
import { build } from '../src/verbs/build.ts';
import { simulate } from '../src/verbs/simulate.ts';
import { writeEseModel } from './lib/ese_designs.ts';
import { maskLayer, plainMagnitude } from './lib/plain_magnitude.ts';

const DEPTHS = [1, 2, 4, 8, 16, 32];
const SIMULATED = [1, 8];
const FRAMES = 5;

const root = fileURLToPath(new URL('../', import.meta.url));
const work = join(root, 'build', 'fifo');
mkdirSync(work, { recursive: true });
const config = readConfig(join(root, 'configs', 'ese-layer.json'));
const balanced = writeEseModel();
const dense = readModel(balanced);
const plain = join(work, 'plain.safetensors');
writeFileSync(
  plain,
  writeSafetensors(modelTensors(maskLayer(dense.layer, plainMagnitude(dense.layer, config)), dense)),
);

const masks = [
  { name: 'load-balance-aware', model: balanced },
  { name: 'plain magnitude', model: plain },
];
const table: string[][] = [['depth', ...masks.flatMap(({ name }) => [`${name}: cycles`, 'simulated', 'util'])]];
const lines = masks.map(({ name }) => ({ name, points: [] as [number, number][] }));
for (const fifoDepth of DEPTHS) {
  const row = [String(fifoDepth)];
  for (const [at, { model }] of masks.entries()) {
    const dir = join(work, 'design');
    build({ model, config: { ...config, fifoDepth }, out: dir });
    const { cyclesPerFrame, utilization } = estimateCycles(loadDesign(dir).design);
    let simulated = '';
    if (SIMULATED.includes(fifoDepth)) {
      const result = await simulate(dir, { frames: FRAMES });
      if (result.mismatches > 0) throw new Error(`${result.mismatches} words differ`);
      simulated = result.cyclesPerFrame.toFixed(0);
    }
    row.push(cyclesPerFrame.toFixed(0), simulated, `${(100 * utilization).toFixed(1)} %`);
    lines[at]!.points.push([fifoDepth, 100 * utilization]);
  }
  table.push(row);
}
const figures = join(root, 'docs', 'figures');
mkdirSync(figures, { recursive: true });
writeFileSync(join(figures, 'fifo.svg'), lineChart(lines, 'queue depth', 'utilization, percent'));
console.log(
  "ESE's layer, 364,320 non-zeros with either mask, one voice on 32 PEs, 12-bit weights, 4-bit index, 16-bit vectors, no stalls.\n",
);
console.log(formatTable(table));
