import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../fixtures/graph_builder.ts';
import { withNetworkDir } from '../../fixtures/network_dir.ts';
import { randomLstm, randomMatrix, randomVector } from '../../fixtures/random_weights.ts';
import { cosimulateNetwork } from '../../sim-verilator/network_cosim.ts';
import { spreadSteps } from '../../sim-verilator/stimuli.ts';
import { compileNetwork } from '../../src/compiler/pipeline.ts';
import { networkCycles } from '../../src/cycles/network/network_cycles.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { type NetworkDesign, networkDesign } from '../../src/program/network_design.ts';
import { Rng } from '../../src/util/rng.ts';

const INPUTS = 16;

/** Two LSTMs with projections and an output layer: gaps for which there is work of the next layer, and of the next step. */
function design(seed: number, channels: number): NetworkDesign {
  const rng = new Rng(seed);
  const builder = new GraphBuilder();
  let at = builder.input([INPUTS]);
  for (const [inputs, projected] of [
    [INPUTS, 12],
    [12, 12],
  ] as const) {
    const lstm = randomLstm(rng, { inputs, cells: 20, reverse: false }, projected);
    at = builder.node({ ...lstm, initial: null }, [at]);
  }
  const [weight, bias] = [randomMatrix(rng, 5, 12), randomVector(rng, 5, 0.3)];
  builder.output(builder.node({ kind: 'linear', weight, bias, activation: null }, [at]));
  const graph = builder.build();
  const frames = { frames: 6, width: INPUTS, data: randomVector(rng, 6 * INPUTS, 1) };
  const config = parseConfig({ name: 'order', array: { channels, groups: 2, lanes: 2 }, elemLanes: 2 }, 'test');
  return networkDesign(compileNetwork(graph, config, [new Map([[graph.inputs[0]!.tensor, frames]])]).program, config);
}

function utterances({ program }: NetworkDesign, lengths: readonly number[], rng: Rng) {
  const { name, elements, format } = program.inputs[0]!;
  return lengths.map((steps) => {
    const values = Int16Array.from({ length: steps * elements }, () => Math.round(rng.uniform() * 2 ** format.frac));
    return new Map([[name, values]]);
  });
}

describe('products in other turns', () => {
  test.each([
    [1, 1, [7]],
    [2, 2, [3, 5, 4]],
  ])(
    'seed %i, %i channels: frames in time, exact by the cycle model; late frames, nothing ahead of them',
    async (seed, channels, lengths) => {
      const own = design(seed, channels);
      const { mac } = own.program.streams;
      const turns = mac.map((instruction) => (instruction.op === 'mac' ? instruction.turn : 'always'));
      for (const turn of ['ahead', 'too', 'else']) expect(turns, `seed ${seed}`).toContain(turn);
      expect(own.program.segments.map(({ name }) => name).filter((name) => name.includes('.y.from'))).not.toEqual([]);

      const given = utterances(own, lengths, new Rng(seed));
      const [inTime, late] = await withNetworkDir(own, async (dir) => {
        const options = { simulator: 'icarus', seed } as const;
        return [
          await cosimulateNetwork(dir, own, given, { ...options, stalls: 0 }),
          await cosimulateNetwork(dir, own, given, { ...options, stalls: 0.97 }),
        ];
      });
      expect(inTime.mismatches, `seed ${seed}`).toBe(0);
      expect(late.mismatches, `seed ${seed}, late`).toBe(0);

      const places = spreadSteps(lengths, channels);
      const batches = Array.from({ length: places.at(-1)!.batch + 1 }, () => new Array<boolean>(channels).fill(false));
      for (const { batch, channel } of places) batches[batch]![channel] = true;
      const expected = networkCycles(own, { batches }).filter(({ last }) => last);
      expect(
        inTime.stats.map(({ cycle }) => cycle),
        `seed ${seed}`,
      ).toEqual(expected.map(({ cycle }) => cycle));
    },
  );
});
