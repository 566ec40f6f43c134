import { describe, expect, test } from 'vitest';
import { withNetworkDir } from '../../../fixtures/network_dir.ts';
import { cosimulateNetwork } from '../../../sim-verilator/network_cosim.ts';
import { estimateNetworkCycles } from '../../../src/cycles/network/estimate.ts';
import { networkCycles } from '../../../src/cycles/network/network_cycles.ts';
import { DEFAULT_MEMORY } from '../../../src/cycles/word_supply.ts';
import { STREAMS } from '../../../src/program/instruction.ts';
import { networkInput } from '../../lib/network_input.ts';
import { describeNetworkDesign, randomNetworkDesign } from '../../lib/random_network_design.ts';
import { tinyNetworkDesign } from '../../lib/tiny_network.ts';

/**
 * Random networks: streaming with one and several channels, by utterance, replicated vectors, lanes in step; 22 and 61 with weights in external
 * memory, of which a row takes several beats or the other way round.
 */
const SEEDS = [3, 12, 14, 17, 22, 61];
/** External memory that does not keep up. */
const SLOW = { latency: 20, bandwidth: 0.5 };

describe('the cycle model of networks is exact', () => {
  test.each(SEEDS)('random network %i, every frame of it', async (seed) => {
    const network = randomNetworkDesign(seed);
    const { design, utterances } = network;
    const { stats, mismatches } = await withNetworkDir(design, (dir) =>
      cosimulateNetwork(dir, design, utterances, { simulator: 'icarus', seed, stalls: 0, memory: SLOW }),
    );
    const about = describeNetworkDesign(network);
    expect(mismatches, about).toBe(0);
    const expected = networkCycles(design, networkInput(network.design, network.utterances), SLOW).filter(
      ({ last }) => last,
    );
    // Both count from the begin of the programs.
    expect(
      stats.map(({ cycle }) => cycle),
      about,
    ).toEqual(expected.map(({ cycle }) => cycle));
  });
});

test('the estimate of a step or an utterance is that of the model, and tells what the units do; less bandwidth gives no fewer cycles', () => {
  for (let seed = 3; seed <= 8; seed++) {
    const { design } = randomNetworkDesign(seed);
    const { steps, cycles, shares } = estimateNetworkCycles(design)!;
    const slow = estimateNetworkCycles(design, { ...DEFAULT_MEMORY, bandwidth: SLOW.bandwidth })!;
    expect(slow.cycles, `seed ${seed}`).toBeGreaterThanOrEqual(cycles);
    for (const unit of STREAMS) {
      const own = shares.filter((share) => share.unit === unit).reduce((sum, share) => sum + share.cycles, 0);
      expect(own, `seed ${seed}, ${unit}`).toBeCloseTo(cycles, 6);
    }
    expect(cycles, `seed ${seed}`).toBeGreaterThan(0);
    expect(steps).toBe(design.sizes.utterance ? design.program.machine.maxSteps : 1);
    if (!design.sizes.utterance) continue;
    // The weights of a segment take a lane, on average, as many cycles as it has of them, in every round of its instruction.
    const { segments } = design.program;
    const { groups, lanes } = design.sizes;
    for (const { name, values } of segments) {
      const weights = values.reduce((sum, value) => sum + Number(value !== 0), 0);
      const share = shares.find(({ what }) => what === name)!.cycles;
      const rounds = weights === 0 ? 0 : (share * groups * lanes) / weights;
      expect(rounds, `seed ${seed}, ${name}`).toBeCloseTo(Math.round(rounds), 6);
    }
  }
});

test('a program that streams takes as many cycles a step as in the long run', () => {
  for (const seed of [3, 7, 10, 12, 18, 27, 28, 37, 46, 53]) {
    const { design } = randomNetworkDesign(seed);
    const { sizes, program } = design;
    const frames = sizes.channels * program.outputs.length;
    const batches = new Array<boolean[]>(21).fill(new Array<boolean>(sizes.channels).fill(true));
    const ends = networkCycles(design, { batches }).filter(({ last }) => last);
    const cycles = (ends[20 * frames - 1]!.cycle - ends[4 * frames - 1]!.cycle) / 16;
    expect(estimateNetworkCycles(design)!.cycles, `seed ${seed}`).toBe(cycles);
  }
});

test.each([
  [3, /^program of tiny: the units wait for each other for ever: no beat in 1000000 cycles, LOAD at word \d+/],
  [0, /^program of CELL: goes on behind its last word, \d+/],
])('a program that comes to no end is one error: op %i in all words of CELL', (op, message) => {
  const design = tinyNetworkDesign({}, { name: 'tiny', array: { groups: 2, lanes: 4 } });
  const image = design.memories.get('tiny_cell.mem')!;
  const limbs = Math.ceil(image.width / 32);
  const words = image.words.map((_, at) => (at % limbs === 0 ? op : 0));
  const forged = { ...design, memories: new Map([...design.memories, ['tiny_cell.mem', { ...image, words }]]) };
  expect(() => estimateNetworkCycles(forged)).toThrow(message);
});
