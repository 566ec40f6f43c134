/**
 * Time and memory of compression: ESE's layer, and the three layers of Sogou's model as DDESE has them, with seeded normal weights,
 * by each pruning rule. A child process a case, so that its peak memory is its own.
 *
 *     npm run bench:compress
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { measureVectors } from '../src/compiler/calibrate.ts';
import { pruneLayer } from '../src/compiler/prune/prune_layer.ts';
import { quantizeLayer } from '../src/compiler/quantize.ts';
import { randomCalibration } from '../src/data/calibration_set.ts';
import { type Config, ENCODINGS } from '../src/machine/config.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import type { StackedLayer } from '../src/model/stacked_layer.ts';
import { encodeGroups } from '../src/program/encode.ts';
import { createPartition, gateRowsByLane, projectionRowsByLane } from '../src/program/partition.ts';
import { Rng } from '../src/util/rng.ts';
import { ESE_SHAPE } from './lib/ese_model.ts';

/** Layers by name, with the density of the published model. */
const MODELS: Readonly<Record<string, { readonly density: number; readonly layers: readonly Shape[] }>> = {
  ese: { density: 0.1122, layers: [ESE_SHAPE] },
  sogou: {
    density: 0.1776,
    layers: [153, 1024, 1024].map((inputs) => ({ inputs, cells: 2048, outputs: 1024 })),
  },
};

interface Shape {
  readonly inputs: number;
  readonly cells: number;
  readonly outputs: number;
}

function normalLayer({ inputs, cells, outputs }: Shape, seed: number): StackedLayer {
  const rng = new Rng(seed);
  const draw = (length: number) => {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = 0.05 * rng.normal();
    return values;
  };
  return {
    inputs,
    cells,
    outputs,
    weightX: draw(4 * cells * inputs),
    weightR: draw(4 * cells * outputs),
    weightP: draw(outputs * cells),
    bias: new Float64Array(4 * cells),
    peepholes: null,
  };
}

/** Runs a stage and adds its seconds to a total. */
function timed<T>(totals: Map<string, number>, stage: string, run: () => T): T {
  const start = performance.now();
  const result = run();
  totals.set(stage, (totals.get(stage) ?? 0) + (performance.now() - start) / 1000);
  return result;
}

function compress(layer: StackedLayer, config: Config, totals: Map<string, number>): void {
  const pruned = timed(totals, 'prune', () => pruneLayer(layer, config));
  const values = timed(totals, 'calibrate', () => measureVectors(pruned.layer, randomCalibration(layer.inputs)));
  const quantized = timed(totals, 'quantize', () => quantizeLayer(pruned.layer, config, values));
  timed(totals, 'encode', () => {
    const { lanes, groups } = config.array;
    const partition = createPartition(lanes, layer.cells, layer.outputs);
    const format = { weightBits: config.weightBits, indexBits: config.indexBits };
    const stored = config.encoding === 'column-balanced' ? pruned.masks : null;
    const gates = gateRowsByLane(partition);
    encodeGroups(quantized.weightX, layer.inputs, groups, gates, format, stored?.x);
    encodeGroups(quantized.weightR, layer.outputs, groups, gates, format, stored?.r);
    encodeGroups(quantized.weightP!, layer.cells, groups, projectionRowsByLane(partition), format, stored?.p);
  });
}

function main(name: string, encoding: string): void {
  const { density, layers } = MODELS[name]!;
  const config = parseConfig({ array: { lanes: 32 }, encoding, density }, 'bench');
  const totals = new Map<string, number>();
  for (const [n, shape] of layers.entries()) compress(normalLayer(shape, n + 1), config, totals);
  const sum = [...totals.values()].reduce((a, b) => a + b, 0);
  const stages = [...totals].map(([stage, seconds]) => `${stage} ${seconds.toFixed(2)}`).join(', ');
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(`${name.padEnd(6)} ${encoding.padEnd(17)} ${sum.toFixed(2)} s (${stages}), peak ${peak.toFixed(0)} MB`);
}

const [name, encoding] = process.argv.slice(2);
if (name !== undefined && encoding !== undefined) main(name, encoding);
else {
  for (const model of Object.keys(MODELS)) {
    for (const rule of ENCODINGS) {
      const args = ['--import', 'tsx', fileURLToPath(import.meta.url), model, rule];
      process.stdout.write(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    }
  }
}
