import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { projectGraph } from '../../src/compiler/prune/circulant.ts';
import { pruneGraph } from '../../src/compiler/prune/prune_graph.ts';
import { createFrames } from '../../src/data/frames.ts';
import { GoldenNetwork } from '../../src/golden/network.ts';
import { readConfig } from '../../src/machine/config_file.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { importModel } from '../../src/model/import/read_model.ts';
import { matricesOf } from '../../src/model/matrices.ts';
import { FloatNetwork } from '../../src/model/reference/float_network.ts';
import { quantize } from '../../src/util/fixed.ts';
import { Rng } from '../../src/util/rng.ts';
import { buildModel } from '../../src/verbs/build_network.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/admm/', import.meta.url));
const MODEL = join(EXAMPLE, 'mixed.safetensors');
const CONFIG = join(EXAMPLE, 'config.json');
const [SYMBOLS, DELAY, LENGTH, LANES] = [8, 4, 24, 8];

/** The task of admm.py: symbols with noise; the symbol of four frames ago is asked for. */
function strings(count: number, seed: number) {
  const rng = new Rng(seed);
  return Array.from({ length: count }, () => {
    const symbols = Array.from({ length: LENGTH }, () => rng.integer(0, SYMBOLS - 1));
    const frames = createFrames(LENGTH, SYMBOLS);
    for (let n = 0; n < frames.data.length; n++) frames.data[n] = 0.1 * rng.normal();
    for (const [t, symbol] of symbols.entries()) frames.data[t * SYMBOLS + symbol]! += 1;
    return { symbols, frames };
  });
}

/** Share of symbols that the largest output names. */
function rightOf(logits: readonly Float64Array[], asked: ReturnType<typeof strings>): number {
  let [right, all] = [0, 0];
  for (const [n, { symbols }] of asked.entries()) {
    for (let t = DELAY; t < LENGTH; t++, all++) {
      const own = logits[n]!.subarray(t * SYMBOLS, (t + 1) * SYMBOLS);
      if (own.indexOf(Math.max(...own)) === symbols[t - DELAY]) right++;
    }
  }
  return right / all;
}

test('what ADMM trained has blocks in its gates and a balanced mask in its projection, as esegen makes them', () => {
  const { graph } = importModel(MODEL);
  const { matrices } = projectGraph(graph, ({ id }, name) => (id === 'rnn' && name !== 'ym' ? 8 : null));
  expect(matrices).toHaveLength(8);
  for (const { name, lostEnergy } of matrices) expect(lostEnergy, name).toBeLessThan(1e-12);
  const { values, rows, columns } = new Map(matricesOf(graph.nodes[0]!.layer)).get('ym')!;
  const kept = new Array<number>(LANES).fill(0);
  for (let at = 0; at < values.length; at++) if (values[at] !== 0) kept[Math.floor(at / columns) % LANES]!++;
  expect(kept).toEqual(new Array(LANES).fill(Math.round((0.2 * rows * columns) / LANES)));
  // Densities of a config change neither.
  expect(pruneGraph(graph, parseConfig({ array: { lanes: LANES }, density: 0.05 }, 'config'))).toBe(graph);
});

test('it goes into build unmodified, and answers its task in integers as in double precision', () => {
  const { graph } = importModel(MODEL);
  const config = readConfig(CONFIG);
  const asked = strings(60, 9);
  const [input, output] = [graph.inputs[0]!.tensor, graph.outputs[0]!.tensor];
  const given = asked.map(({ frames }) => new Map([[input, frames]]));
  const float = new FloatNetwork(graph);
  const exact = given.map((inputs) => float.run(inputs).outputs.get(output)!.data);
  const { quantized, program } = compileNetwork(graph, config, given.slice(0, 8), { largestBlock: config.elemLanes });
  const blocks = program.segments.map(({ name, block }) => [name.split('.')[1], block]);
  expect(new Set(blocks.filter(([, block]) => block === 8).map(([sums]) => sums))).toEqual(new Set(['gates']));
  const golden = new GoldenNetwork(program);
  const [x, y] = [quantized.inputs[0]!, quantized.outputs[0]!];
  const [xFormat, yFormat] = [x, y].map(({ tensor }) => quantized.formats.get(tensor)!);
  const made = asked.map(({ frames }) => {
    const integers = Int16Array.from(frames.data, (value) => quantize(value, xFormat!.frac, xFormat!.bits));
    const words = golden.run(new Map([[x.name, integers]])).outputs.get(y.name)!;
    return Float64Array.from(words, (value) => value / 2 ** yFormat!.frac);
  });
  const [inFloat, inIntegers] = [exact, made].map((logits) => rightOf(logits, asked));
  expect(inFloat).toBeGreaterThan(0.97);
  expect(Math.abs(inIntegers! - inFloat!)).toBeLessThan(0.005);

  const root = mkdtempSync(join(tmpdir(), 'esegen-admm-'));
  try {
    const { result } = buildModel({
      ...{ model: MODEL, config: CONFIG, out: join(root, 'design') },
      calibrate: join(EXAMPLE, 'calibration.npy'),
    });
    expect(result.fileCount).toBeGreaterThan(20);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
