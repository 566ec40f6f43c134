import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { eseModel } from '../../bench/lib/ese_model.ts';
import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { randomGru, randomMatrix } from '../../fixtures/random_weights.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { projectGraph } from '../../src/compiler/prune/circulant.ts';
import { isRecurrent } from '../../src/compiler/prune/config_density.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import { readConfig } from '../../src/machine/config_file.ts';
import { checkDevice } from '../../src/machine/device.ts';
import { estimateForPart } from '../../src/machine/resources/part_estimate.ts';
import type { Graph } from '../../src/model/graph.ts';
import { elementsOf } from '../../src/model/graph.ts';
import { importModel } from '../../src/model/import/read_model.ts';
import { networkHardware } from '../../src/program/hardware_of.ts';
import { storedWords } from '../../src/program/network/stored_words.ts';
import { networkDesign } from '../../src/program/network_design.ts';
import { Rng } from '../../src/util/rng.ts';

const folder = mkdtempSync(join(tmpdir(), 'esegen-circulant-configs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function configOf(name: string) {
  return readConfig(fileURLToPath(new URL(`../../configs/${name}.json`, import.meta.url)));
}

function eseLayer(): Graph {
  const path = join(folder, 'ese.safetensors');
  writeFileSync(path, eseModel(2017));
  return importModel(path).graph;
}

/** 80 → 192 → 192 and an output layer, as the digits network of two GRU layers. */
function gru2(): Graph {
  const rng = new Rng(2);
  const builder = new GraphBuilder();
  let at = builder.input([80]);
  for (const inputs of [80, 192]) {
    const gru = randomGru(rng, { inputs, cells: 192, reverse: false });
    at = builder.node({ ...gru, initial: null }, [at]);
  }
  const weight = randomMatrix(rng, 11, 192);
  builder.output(builder.node({ kind: 'linear', weight, bias: new Float64Array(11), activation: null }, [at]));
  return builder.build();
}

test.each([
  ['circulant-ese-k16', 16, eseLayer, 3_248_128, 0],
  ['circulant-gru2', 8, gru2, 3 * 192 * (80 + 192 + 192 + 192), 11 * 192],
] as const)(
  '%s: the part takes the network, whose words are those of blocks of %i without an index',
  (name, block, dense, weights, output) => {
    const config = configOf(name);
    const { graph } = projectGraph(dense(), ({ layer }) => (isRecurrent(layer) ? block : null));
    const input = graph.inputs[0]!.tensor;
    const { frames } = randomCalibration(elementsOf(graph.tensors.get(input)!));
    const { elemLanes } = config;
    const { program } = compileNetwork(graph, config, [new Map([[input, frames]])], { largestBlock: elemLanes });
    const design = networkDesign(program, config);
    const { fit, total } = estimateForPart(networkHardware(design), config.part);
    checkDevice(config, { ...design.sizes, dram: false }, total.dsp);
    expect(fit!.verdict).toBe('fits');
    expect(design.sizes.blocks).toEqual([block]);
    if (name === 'circulant-gru2') {
      // As `esegen synth` mapped 77ebf37, of the 7 series (docs/resources.md).
      expect(total.dsp).toBe(50);
      expect(Math.abs(total.lut / 37_944 - 1)).toBeLessThan(0.05);
      expect(Math.abs(total.ff / 33_480 - 1)).toBeLessThan(0.05);
    }
    const { words, bits } = storedWords(program, [config.indexBits], config.activationQueue === 'group');
    // 153 columns are padded to whole blocks.
    expect(words).toBeGreaterThan(0.99 * (weights / block + output));
    expect(words).toBeLessThan(1.01 * (weights / block + output));
    expect(bits).toBe(12 * words);
  },
);

test('the hardware for blocks of 8 has the array and widths of that for blocks of 16', () => {
  const { name, ...others } = configOf('circulant-ese-k8');
  const { name: other, ...same } = configOf('circulant-ese-k16');
  expect([name, other]).toEqual(['circulant_ese_k8', 'circulant_ese_k16']);
  expect(others).toEqual(same);
});
