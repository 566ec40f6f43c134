import { describe, expect, test } from 'vitest';
import { withNetworkDir } from '../../fixtures/network_dir.ts';
import { compareBeats } from '../../sim-verilator/network_compare.ts';
import { cosimulateNetwork, runNetworkBench } from '../../sim-verilator/network_cosim.ts';
import { NetworkScript } from '../../sim-verilator/network_script.ts';
import { networkStimuli } from '../../sim-verilator/network_stimuli.ts';
import { networkCycles } from '../../src/cycles/network/network_cycles.ts';
import { GoldenNetwork } from '../../src/golden/network.ts';
import { type LineShape, sequenceDesign } from '../lib/sequence_design.ts';

/** Address of the sequence memory of the bench. */
const BASE = [0xfedc_b000, 0x3] as const;
/** A memory that does not keep up. */
const SLOW = { latency: 20, bandwidth: 0.5 };

describe('sequences in external memory', () => {
  const shapes: readonly LineShape[] = [
    { elemLanes: 8, vectorBits: 16, busBits: 64 },
    { elemLanes: 4, vectorBits: 12, busBits: 64 },
  ];

  test.each(shapes)(
    '$elemLanes elements of $vectorBits bits over a port of $busBits: bit-exact, in the cycles of the model',
    async (shape) => {
      const { design, utterances } = sequenceDesign(2, shape);
      const { lineWords, lineBeats } = design.sizes.sequenceStream!;
      expect([lineWords, lineBeats]).toEqual([1, shape.elemLanes === 8 ? 2 : 1]);
      const { stats, mismatches } = await withNetworkDir(design, (dir) =>
        cosimulateNetwork(dir, design, utterances, { simulator: 'icarus', seed: 1, stalls: 0, memory: SLOW }),
      );
      expect(mismatches).toBe(0);
      const { name, elements } = design.program.inputs[0]!;
      const steps = utterances.map((inputs) => inputs.get(name)!.length / elements);
      const expected = networkCycles(design, { utterances: steps }, SLOW).filter(({ last }) => last);
      expect(stats.map(({ cycle }) => cycle)).toEqual(expected.map(({ cycle }) => cycle));
    },
  );

  test.each([
    ['write', 'SLVERR', 'sequence_slave', 2],
    ['read', 'DECERR', 'sequence_decode', 3],
  ] as const)(
    'a %s answered with %s stops the utterance; after a soft reset the next one is right',
    async (access, kind, field, status) => {
      const { design, utterances } = sequenceDesign(2, shapes[1]!);
      const { program, sizes } = design;
      const [first, second] = utterances.map((utterance) => networkStimuli(program, [utterance]));
      const elements = Uint32Array.from([...first!.elements, ...second!.elements]);
      const start = (script: NetworkScript) =>
        script.write('SEQUENCE_BASE_LO', BASE[0]).write('SEQUENCE_BASE_HI', BASE[1]).run();
      const script = start(new NetworkScript().allow(first!.elements.length))
        .until('ERRORS', field)
        .read('STATUS')
        .softReset()
        .waitInput(first!.elements.length)
        .until('STATUS', 'dropping', 0)
        .write('ERRORS', 0xffff_ffff)
        .read('ERRORS');
      start(script).allow(elements.length).waitOutput(1).rest().read('ERRORS');
      const memory = { latency: 8, sequenceFault: { access, at: 3, kind } };
      const run = await withNetworkDir(design, (dir) =>
        runNetworkBench(
          dir,
          design,
          { elements, answers: second!.answers },
          { simulator: 'icarus', seed: 1, stalls: 0, memory, script },
        ),
      );
      expect((run.log[0]! >> 10) & 3).toBe(status);
      expect(run.log.slice(1)).toEqual([0, 0]);
      const golden = [new GoldenNetwork(program).run(utterances[1]!).outputs];
      expect(compareBeats(program, golden, second!.answers, run.beats, sizes.beat)).toMatchObject({ mismatches: 0 });
    },
  );
});
