// The layer that ESE was published with, at one voice: build time, bit-exactness on both simulators, cycles per frame over the
// FIFO depth, speed of the golden model. Usage: node --import tsx bench/ese_layer.ts [--depths 1,2,4,8,16]
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { runGolden } from '../sim-verilator/cosimulate.ts';
import { singleVoice } from '../sim-verilator/stimuli.ts';
import { build } from '../src/build.ts';
import { measureVectors, randomCalibration } from '../src/compiler/calibrate.ts';
import { encodeMatrix } from '../src/compiler/encode.ts';
import { readModel } from '../src/compiler/import/read_model.ts';
import { formatMem } from '../src/compiler/mem_image.ts';
import { packDesign } from '../src/compiler/pack.ts';
import { createPartition, gateRowsByLane, projectionRowsByLane } from '../src/compiler/partition.ts';
import { pruneLayer } from '../src/compiler/prune.ts';
import { quantizeLayer } from '../src/compiler/quantize.ts';
import { readConfig } from '../src/config.ts';
import { loadDesign } from '../src/design_dir.ts';
import { simulate } from '../src/simulate.ts';
import { ESE_SHAPE, eseModel } from './lib/ese_model.ts';

const SEED = 2017;
/** Published: 82.7 µs at 200 MHz for a batch of 32 voices on 32 x 32 multipliers (Han et al., FPGA 2017). */
const PUBLISHED_CYCLES = 16_540;

const { depths: list } = await yargs(hideBin(process.argv))
  .option('depths', { type: 'string', default: '1,2,4,8,16', describe: 'FIFO depths, comma-separated' })
  .strict()
  .parse();
const depths = list.split(',').map(Number);

const root = fileURLToPath(new URL('../', import.meta.url));
const work = join(root, 'build', 'ese-layer');
mkdirSync(work, { recursive: true });
const modelPath = join(work, 'model.safetensors');
writeFileSync(modelPath, eseModel(SEED));
const config = readConfig(join(root, 'configs', 'ese-layer.json'));

// Build, as the command line does it, in a process of its own: time and peak memory.
const start = performance.now();
const probe = 'process.on("exit",()=>console.error(process.resourceUsage().maxRSS))';
const out = join(work, 'design');
const child = execFileSync(
  'sh',
  [
    '-c',
    `node --import 'data:text/javascript,${probe}' bin/esegen.js build '${modelPath}' --config configs/ese-layer.json --out '${out}' 2>&1`,
  ],
  { cwd: root, encoding: 'utf8' },
);
const peakMb = Number(child.trim().split('\n').at(-1)) / 1024;
console.log(`build                 ${((performance.now() - start) / 1000).toFixed(1)} s, peak ${peakMb.toFixed(0)} MB`);

// Encode and pack alone.
const loaded = loadDesign(out);
const model = readModel(modelPath);
const { layer } = pruneLayer(model.layer, config);
const quantized = quantizeLayer(layer, config, measureVectors(layer, randomCalibration(layer.inputs)));
const encodeStart = performance.now();
const partition = createPartition(config.array.lanes, layer.cells, layer.outputs);
const format = { weightBits: config.weightBits, indexBits: config.indexBits };
encodeMatrix(quantized.weightX, layer.inputs, gateRowsByLane(partition), format);
encodeMatrix(quantized.weightR, layer.outputs, gateRowsByLane(partition), format);
encodeMatrix(quantized.weightP!, layer.cells, projectionRowsByLane(partition), format);
for (const image of packDesign(loaded.design).values()) formatMem(image);
console.log(`encode and pack       ${((performance.now() - encodeStart) / 1000).toFixed(2)} s`);

// Golden model on one core.
const frames = 200;
const input = {
  frames,
  width: ESE_SHAPE.inputs,
  data: Int16Array.from({ length: frames * ESE_SHAPE.inputs }, (_, i) => ((i * 7919) % 8192) - 4096),
};
runGolden(loaded.design, singleVoice({ ...input, frames: 20 }));
const goldenStart = performance.now();
runGolden(loaded.design, singleVoice(input));
const goldenSeconds = (performance.now() - goldenStart) / 1000;
const macs = loaded.report.nonZeros * frames;
console.log(`golden model          ${(macs / goldenSeconds / 1e6).toFixed(0)} million MAC/s`);

const show = (r: Awaited<ReturnType<typeof simulate>>) =>
  `${r.cyclesPerFrame.toFixed(0)} cycles per frame, utilization ${(100 * r.utilization).toFixed(1)} %, ${r.mismatches} mismatches in ${r.comparedWords} words`;
console.log(`Icarus, 1 frame       ${show(await simulate(out, { simulator: 'icarus', frames: 1 }))}`);

console.log(
  `\nFIFO depth (Verilator, 4 frames, 1 voice, 32 PEs, ${loaded.report.nonZeros} non-zeros, ideal ${(loaded.report.nonZeros / 32).toFixed(0)} cycles; published: ${PUBLISHED_CYCLES} for 32 voices on 32 x 32 PEs)`,
);
for (const fifoDepth of depths) {
  const dir = join(work, `fifo-${fifoDepth}`);
  build({ model: modelPath, config: { ...config, fifoDepth }, out: dir });
  const r = await simulate(dir, { frames: 4 });
  console.log(
    `${String(fifoDepth).padStart(4)}  ${show(r)}; per PE: ${r.paddingCycles.toFixed(0)} padding, ${r.starvedCycles.toFixed(0)} starved`,
  );
}
