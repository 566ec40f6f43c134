import { describe, expect, test } from 'vitest';
import { withDesignDir } from '../../fixtures/design_dir.ts';
import { type SampleLayer, sampleDesign, sampleFrames } from '../../fixtures/sample_design.ts';
import { type CosimResult, cosimulate } from '../../sim-verilator/cosimulate.ts';
import { synthesizeNetlist } from '../../sim-verilator/netlist.ts';
import { sideBySide } from '../../sim-verilator/stimuli.ts';
import { type LoadedDesign, loadDesign } from '../../src/design/load_design.ts';
import { EsegenError } from '../../src/util/errors.ts';
import { simulate } from '../../src/verbs/simulate.ts';

interface Case {
  readonly title: string;
  readonly layer: SampleLayer;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Small, since synthesis and gates are slow; between them they differ in every option. */
const DESIGNS: readonly Case[] = [
  {
    title: 'one PE, projection, 8-bit vectors, saturating',
    layer: { inputs: 3, cells: 4, outputs: 3, density: 0.6 },
    config: {
      array: { lanes: 1 },
      fifoDepth: 1,
      vectorBits: 8,
      weightBits: 4,
      indexBits: 2,
      accumulatorBits: 12,
      tables: { sigmoidRange: 4, tanhRange: 1 },
    },
  },
  {
    title: '2 channels x 2 lanes, peepholes, weights from external memory, split accumulators',
    layer: { inputs: 4, cells: 5, peepholes: true, density: 0.5 },
    config: {
      array: { channels: 2, lanes: 2 },
      elemLanes: 1,
      fifoDepth: 2,
      vectorBits: 10,
      weightBits: 8,
      indexBits: 3,
      encoding: 'ese-padding-aware',
      density: 0.5,
      weights: 'dram',
      memoryBusBits: 64,
      accumulatorMemory: 'split',
    },
  },
  {
    title: '2 groups x 2 lanes, projection, peepholes, 2 elements a beat, column-balanced',
    layer: { inputs: 5, cells: 6, outputs: 4, peepholes: true, density: 1 },
    config: {
      array: { groups: 2, lanes: 2 },
      elemLanes: 2,
      outputBeat: 2,
      fifoDepth: 3,
      vectorBits: 9,
      weightBits: 6,
      indexBits: 4,
      encoding: 'column-balanced',
      activationQueue: 'group',
      density: 0.5,
      accumulatorMemory: 'block',
    },
  },
];

const FRAMES = 2;
const STALLS = 0.3;

/** Runs the RTL, or a netlist in its place, with the same stimuli and stalls. */
function run({ dir, design }: LoadedDesign, netlist?: string): Promise<CosimResult> {
  const { inputs, channels } = design.dimensions;
  const frames = sampleFrames(FRAMES * channels, inputs, design.formats.vectorBits);
  return cosimulate(dir, design, sideBySide(frames, channels), {
    simulator: 'icarus',
    seed: 1,
    stalls: STALLS,
    ...(design.dimensions.dram ? { memory: { latency: 9, stalls: STALLS } } : {}),
    ...(netlist === undefined ? {} : { netlist }),
  });
}

/** Inverts the gate that drives bit `bit` of a register. */
function invert(netlist: string, register: string, bit: number): string {
  const [, driver] = new RegExp(`${register} \\[${bit}\\] <= (_\\d+_(?:\\[\\d+\\])?);`).exec(netlist)!;
  const gate = `assign ${driver} = `;
  expect(netlist.split(gate)).toHaveLength(2);
  const [before, after] = netlist.split(gate) as [string, string];
  return `${before}${gate}~(${after.replace(';', ');')}`;
}

describe('netlist of synthesis in Icarus', () => {
  const netlists = new Map<string, string>();

  test.each(DESIGNS)('$title: every word, in the cycles of the RTL', async ({ title, layer, config }) => {
    await withDesignDir(sampleDesign(layer, config), async (dir) => {
      const loaded = loadDesign(dir);
      const rtl = await run(loaded);
      const netlist = await synthesizeNetlist(loaded);
      netlists.set(title, netlist);
      const gates = await run(loaded, netlist);
      expect(gates.differences).toEqual([]);
      const { channels, outputs } = loaded.design.dimensions;
      expect(gates.comparedWords).toBe(FRAMES * channels * outputs);
      expect(gates.stats.map(({ cycle }) => cycle)).toEqual(rtl.stats.map(({ cycle }) => cycle));
      expect(gates.golden.some((y) => y !== 0)).toBe(true);
    });
  });

  test('one inverted gate is found', async () => {
    const { title, layer, config } = DESIGNS[0]!;
    await withDesignDir(sampleDesign(layer, config), async (dir) => {
      const loaded = loadDesign(dir);
      const netlist = netlists.get(title)!;
      for (const [register, bit] of [
        ['u_arith_unit\\.product_reg', 9],
        ['u_elem_lane\\.product_reg', 20],
      ] as const) {
        const { mismatches, differences } = await run(loaded, invert(netlist, register, bit));
        expect(mismatches).toBeGreaterThan(0);
        expect(differences[0]).toMatch(/^frame \d, y\[\d\]: expected 0x[0-9a-f]{4}, netlist 0x[0-9a-f]{4} /);
      }
    });
  });
});

test('the designs differ in every option', () => {
  const designs = DESIGNS.map(({ layer, config }) => sampleDesign(layer, config).design);
  const differ = (value: (design: (typeof designs)[number]) => unknown) =>
    expect(new Set(designs.map(value)).size).toBeGreaterThan(1);
  differ(({ dimensions }) => dimensions.channels);
  differ(({ dimensions }) => dimensions.groups);
  differ(({ dimensions }) => dimensions.lanes);
  differ(({ dimensions }) => dimensions.elemLanes);
  differ(({ dimensions }) => dimensions.beat);
  differ(({ dimensions }) => dimensions.projection);
  differ(({ dimensions }) => dimensions.peepholes);
  differ(({ dimensions }) => dimensions.dram);
  differ(({ dimensions }) => dimensions.sharedCounts);
  differ(({ config }) => config.encoding);
  differ(({ config }) => config.accumulatorMemory);
  differ(({ config }) => config.fifoDepth);
  differ(({ config }) => config.indexBits);
  differ(({ formats }) => formats.weightBits);
  differ(({ formats }) => formats.vectorBits);
  differ(({ formats }) => formats.saturate);
  differ(({ formats }) => formats.sigmoidRange);
});

describe('refused', () => {
  const small = sampleDesign({ inputs: 2, cells: 2 }, { array: { lanes: 1 } });
  const refusal = (compilation: typeof small, options: Parameters<typeof simulate>[1]) =>
    withDesignDir(compilation, async (dir) => {
      const error = await simulate(dir, { netlist: true, ...options }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(EsegenError);
      return (error as EsegenError).message.replace(dir, 'design');
    });

  test('Verilator', async () => {
    expect(await refusal(small, { simulator: 'verilator' })).toBe(
      '--netlist: runs in icarus, not in verilator. Leave out --simulator',
    );
  });

  test('a memory that fails', async () => {
    const memory = { fault: { beat: 1, kind: 'silent', recover: false } } as const;
    expect(await refusal(small, { memory })).toBe(
      'memory.fault: a netlist does not show how its memory fails. Run the RTL',
    );
  });

  test.each([
    [{ channels: 2, lanes: 32 }, 1, '64 PEs, expected at most 16'],
    [{ channels: 4, lanes: 4 }, 4, '16 ElemMul lanes over all channels, expected at most 8'],
  ])('a design that is too large: %j', async (array, elemLanes, message) => {
    const large = sampleDesign({ inputs: 2, cells: 2 }, { array, elemLanes });
    expect(await refusal(large, {})).toBe(
      `--netlist: design has ${message}: gates are simulated one by one. Simulate its RTL, or build a smaller array with the same options`,
    );
  });
});
