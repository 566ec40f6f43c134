// The whole way, from a trained model and recordings to RTL that recognises the words. Run by `npm run demo`.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../src/verbs/build.ts';
import { simulate } from '../src/verbs/simulate.ts';
import { recognise } from './lib/recognise.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const example = join(root, 'examples', 'digits');
const out = join(root, 'build', 'digits');

/** One LSTM step covers two feature frames of 10 ms. */
const STEP_SECONDS = 0.02;

console.log('esegen demo: a trained LSTM becomes RTL that recognises spoken digits\n');
const { design, report } = build({
  model: join(example, 'digits-p10.safetensors'),
  config: join(example, 'config.json'),
  out,
});
const { dimensions: d, config } = design;
console.log(`built       build/digits: ${d.inputs} inputs, ${d.cells} cells, ${d.outputs} outputs, ${d.lanes} PEs`);
console.log(
  `            ${report.nonZeros} of ${report.weights} weights (${((100 * report.nonZeros) / report.weights).toFixed(1)} %), ${report.padding} padding words`,
);

console.log('\nsimulating  random frames, 30 % stalls (the first Verilator build takes a while)');
let failures = 0;
for (const simulator of ['verilator', 'icarus'] as const) {
  const r = await simulate(out, { simulator, frames: simulator === 'verilator' ? 50 : 3, stalls: 0.3 });
  failures += r.mismatches;
  console.log(
    `  ${simulator.padEnd(10)}${r.frames} frames, ${r.comparedWords} words compared, ${r.mismatches} mismatches`,
  );
}

console.log('\nrecognising recordings through the RTL (Verilator)');
const { recordings, wrong, comparedWords, mismatches, cyclesPerFrame, utilization } = await recognise(
  out,
  join(example, 'wav'),
);

const microseconds = cyclesPerFrame / config.clockMHz;
console.log(`\nRTL and golden model: ${comparedWords} words compared, ${mismatches} mismatches`);
console.log(
  `${cyclesPerFrame.toFixed(0)} cycles per frame (${(report.nonZeros / d.lanes).toFixed(0)} ideal), PE utilization ${(100 * utilization).toFixed(1)} %, batch 1, ${report.nonZeros} MACs per frame`,
);
console.log(
  `At an assumed clock of ${config.clockMHz} MHz: ${microseconds.toFixed(2)} µs for a frame of ${1000 * STEP_SECONDS} ms, ${Math.round((STEP_SECONDS * 1e6) / microseconds)} times real time`,
);
failures += mismatches + wrong;
console.log(
  failures === 0
    ? `\nAll ${recordings} recordings recognised, RTL equal to the golden model on every word.`
    : '\nThe demo FAILED.',
);
if (failures !== 0) process.exitCode = 1;
