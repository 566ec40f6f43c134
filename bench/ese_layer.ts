// The layer that ESE was published with, at one voice: build time and memory, time to encode, speed of the golden model, bit-exactness on
// Icarus. Cycles over the FIFO depth: bench/fifo.ts. Usage: npm run bench:ese-layer
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runGolden } from '../sim-verilator/cosimulate.ts';
import { singleVoice } from '../sim-verilator/stimuli.ts';
import { measureVectors } from '../src/compiler/calibrate.ts';
import { pruneLayer } from '../src/compiler/prune/prune_layer.ts';
import { quantizeLayer } from '../src/compiler/quantize.ts';
import { randomCalibration } from '../src/data/calibration_set.ts';
import { loadDesign } from '../src/design/load_design.ts';
import { readConfig } from '../src/machine/config_file.ts';
import { readModel } from '../src/model/import/read_model.ts';
import { encodeMatrix } from '../src/program/encode.ts';
import { formatMem } from '../src/program/mem_image.ts';
import { packDesign } from '../src/program/pack.ts';
import { createPartition, gateRowsByLane, projectionRowsByLane } from '../src/program/partition.ts';
import { simulate } from '../src/verbs/simulate.ts';
import { writeEseModel } from './lib/ese_designs.ts';
import { ESE_SHAPE } from './lib/ese_model.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const work = join(root, 'build', 'ese-layer');
mkdirSync(work, { recursive: true });
const modelPath = writeEseModel();
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
  `${r.cyclesPerFrame.toFixed(0)} cycles per frame, utilization ${(100 * r.load!.utilization).toFixed(1)} %, ${r.mismatches} mismatches in ${r.comparedWords} words`;
console.log(`Icarus, 1 frame       ${show(await simulate(out, { simulator: 'icarus', frames: 1 }))}`);
