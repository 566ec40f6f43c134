import { describe, expect, test } from 'vitest';
import { withNetworkDir } from '../../fixtures/network_dir.ts';
import { compareBeats } from '../../sim-verilator/network_compare.ts';
import { runNetworkBench } from '../../sim-verilator/network_cosim.ts';
import { NetworkScript } from '../../sim-verilator/network_script.ts';
import { networkStimuli } from '../../sim-verilator/network_stimuli.ts';
import { lower } from '../../src/compiler/lower/lower.ts';
import { GoldenNetwork } from '../../src/golden/network.ts';
import { machineOf } from '../../src/machine/machine.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { networkDesign } from '../../src/program/network_design.ts';
import { Rng } from '../../src/util/rng.ts';
import { randomFrames, randomQuantized } from '../golden/random_quantized.ts';

// An utterance that is wrong is dropped whole, and the next one is right.

const LAST = 1 << 18;
const MAX_STEPS = 24;
const STEPS = 12;
/** Of a network whose last window has no step in an utterance of one. */
const SEED = 57;

const MEMORIES = {
  'on chip': {},
  'weights in external memory': { weights: 'dram', memoryBusBits: 64 },
  'weights and sequences in external memory': {
    ...{ weights: 'dram', memoryBusBits: 64, sequence: { maxSteps: MAX_STEPS, memory: 'dram' } },
  },
};

/** What an utterance is left as, from its elements and those of a step. */
const FAULTS = {
  'ends within a step': (elements: Uint32Array) => elements.slice(0, -1),
  'has a step too many': (elements: Uint32Array, step: number) => {
    const steps = Array.from({ length: MAX_STEPS + 1 }, () => [...elements.subarray(0, step)]);
    return Uint32Array.from(steps.flat());
  },
  'is shorter than a window': (elements: Uint32Array, step: number) => elements.slice(0, step),
};

const graph = randomQuantized(SEED, { utterance: true, weightBits: 8, vectorBits: 12 });

describe.each(Object.entries(MEMORIES))('%s', (_title, own) => {
  test.each(Object.entries(FAULTS))(
    'an utterance that %s is dropped whole, and the next one is right',
    async (_name, fault) => {
      const shape = { array: { groups: 2, lanes: 2 }, elemLanes: 2, vectorBits: 12, weightBits: 8 };
      const config = parseConfig({ name: 'net', ...shape, ...own }, 'config');
      const program = lower(graph, { ...machineOf(config), maxSteps: MAX_STEPS });
      const design = networkDesign(program, config);
      const rng = new Rng(SEED);
      const [wrong, right] = [randomFrames(graph, rng, STEPS), randomFrames(graph, rng, STEPS)];
      const whole = networkStimuli(program, [wrong]).elements;
      const faulty = fault(whole, whole.length / STEPS);
      faulty[faulty.length - 1]! |= LAST;
      const { elements, answers } = networkStimuli(program, [right]);
      const all = Uint32Array.from([...faulty, ...elements]);
      const script = new NetworkScript();
      if ('weights' in own) script.write('BASE_LO', 0x2345_6000).write('BASE_HI', 1);
      if ('sequence' in own) script.write('SEQUENCE_BASE_LO', 0xfedc_b000).write('SEQUENCE_BASE_HI', 3);
      script.run().allow(faulty.length).until('ERRORS', 'frame').allow(all.length).waitInput(all.length);
      script.pause(50).until('STATUS', 'busy', 0).read('ERRORS');
      await withNetworkDir(design, async (dir) => {
        const options = { simulator: 'icarus', seed: SEED, stalls: 0, memory: { latency: 20 }, script } as const;
        const run = await runNetworkBench(dir, design, { elements: all, answers: [] }, options);
        expect(run.log).toEqual([1]);
        const golden = [new GoldenNetwork(program).run(right).outputs];
        expect(compareBeats(program, golden, answers, run.beats, design.sizes.beat)).toMatchObject({ mismatches: 0 });
      });
    },
  );
});
