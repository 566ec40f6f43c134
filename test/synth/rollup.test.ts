import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addResources, NO_RESOURCES, type Resources } from '../../src/machine/resources/counts.ts';
import { placesOf } from '../../src/synth/hierarchy.ts';
import { type Netlist, sourceName } from '../../src/synth/netlist.ts';
import { countLutPairs, packResources } from '../../src/synth/packing.ts';
import { primitiveResources } from '../../src/synth/primitives.ts';
import { eachBlock, rollUp } from '../../src/synth/rollup.ts';
import { netlistOf } from './netlists.ts';

const SEED = 20_17;

function countFlat(netlist: Netlist, module: string): Resources {
  let sum = NO_RESOURCES;
  for (const { type } of Object.values(netlist.get(module)!.cells)) {
    sum = addResources(sum, netlist.has(type) ? countFlat(netlist, type) : primitiveResources(type)!);
  }
  return sum;
}

describe('resources over the hierarchy', () => {
  const netlist = netlistOf({
    top: {
      cells: {
        'gen_lane[0].u_lane': { type: '$paramod$0123abcd\\lane' },
        'gen_lane[1].u_lane': { type: '$paramod$0123abcd\\lane' },
        'gen_lane[0].u_weight_mem': { type: '$paramod\\rom\\WIDTH=8' },
        inverter: { type: 'INV' },
      },
    },
    '$paramod$0123abcd\\lane': {
      cells: {
        'gen_channel[0].u_pe': { type: 'pe' },
        'gen_channel[1].u_pe': { type: 'pe' },
        'gen_channel[2].u_pe': { type: 'pe' },
        memory: { type: 'RAM32M16' },
        shift: { type: 'SRL16E' },
      },
    },
    pe: {
      cells: {
        mul: { type: 'DSP48E2' },
        a: { type: 'LUT6' },
        b: { type: 'LUT2' },
        r: { type: 'FDRE' },
        c: { type: 'CARRY4' },
      },
    },
    '$paramod\\rom\\WIDTH=8': { cells: { 'mem.0.0': { type: 'RAMB18E2' }, 'mem.0.1': { type: 'RAMB36E2' } } },
  });
  const places = placesOf(netlist, 'top');

  test('a module is counted as often as it is there', () => {
    const { block, unknown } = rollUp(netlist, places);
    expect(unknown).toEqual([]);
    expect(block.all).toEqual({ lut: 1 + 2 * (8 + 1 + 3 * 2), lutram: 2 * 9, ff: 6, bram: 1.5, uram: 0, dsp: 6 });
    expect(block.own).toEqual({ ...NO_RESOURCES, lut: 1 });
    expect(
      [...eachBlock(block)].map(({ block: { module, name, instances }, depth }) => [depth, module, name, instances]),
    ).toEqual([
      [0, 'top', 'top', 1],
      [1, 'lane', 'lane', 2],
      [2, 'pe', 'pe', 6],
      [1, 'rom', 'weight_mem', 1],
    ]);
  });

  test('cells of unknown type are named', () => {
    const strange = netlistOf({
      top: { cells: { a: { type: 'GTYE4' }, b: { type: '$dlatch' }, c: { type: 'LUT1' } } },
    });
    const { block, unknown } = rollUp(strange, placesOf(strange, 'top'));
    expect(unknown).toEqual(['$dlatch', 'GTYE4']);
    expect(block.all.lut).toBe(1);
  });

  test('packing takes adders into the DSP blocks and puts small LUTs in pairs', () => {
    expect(countLutPairs(netlist, places)).toBe(3);
    const mapped = { ...NO_RESOURCES, lut: 2, ff: 1, dsp: 1 };
    const packed = { ...NO_RESOURCES, lut: 1, dsp: 1 };
    const total = rollUp(netlist, places).block.all;
    const report = { pes: 6, dsps: 6, mapped, packed, registers: ['M', 'P'] };
    expect(packResources(total, report, 3)).toEqual({ ...total, lut: total.lut - 6 - 3, ff: 0 });
  });

  test('LUTs of four or five inputs share one where the inputs are the same, whatever their order', () => {
    const lut = (type: string, ...inputs: number[]) => ({
      type,
      connections: { ...Object.fromEntries(inputs.map((bit, at) => [`I${at}`, [bit]])), O: [100] },
    });
    const lane = {
      cells: {
        a: lut('LUT5', 2, 3, 4, 5, 6),
        b: lut('LUT5', 6, 5, 4, 3, 2),
        c: lut('LUT5', 2, 3, 4, 5, 7),
        d: lut('LUT4', 2, 3, 4, 5),
        e: lut('LUT4', 2, 3, 5, 4),
        f: lut('LUT4', 5, 4, 3, 2),
        g: lut('LUT6', 2, 3, 4, 5, 6, 7),
        h: lut('LUT6', 2, 3, 4, 5, 6, 7),
      },
    };
    const paired = netlistOf({ top: { cells: { u0: { type: 'lane' }, u1: { type: 'lane' } } }, lane });
    expect(countLutPairs(paired, placesOf(paired, 'top'))).toBe(2 * 2);
  });

  test('random hierarchies: as if every instance were counted', () => {
    const types = fc.constantFrom('LUT1', 'LUT6', 'FDRE', 'RAM64M8', 'RAMB18E2', 'DSP48E2', 'MUXF7');
    // Module k may hold modules above k only, so that there is no recursion.
    const modules = fc.integer({ min: 1, max: 5 }).chain((count) =>
      fc.tuple(
        ...Array.from({ length: count }, (_, at) => {
          const below = Array.from({ length: count - at - 1 }, (_, next) => `m${at + 1 + next}`);
          const instance = below.length === 0 ? types : fc.oneof(types, fc.constantFrom(...below));
          return fc.array(instance, { maxLength: 6 });
        }),
      ),
    );
    fc.assert(
      fc.property(modules, (lists) => {
        const random = netlistOf(
          Object.fromEntries(
            lists.map((list, at) => [
              `m${at}`,
              { cells: Object.fromEntries(list.map((type, cell) => [`gen[${cell}].u_${type}_${cell % 2}`, { type }])) },
            ]),
          ),
        );
        const { block } = rollUp(random, placesOf(random, 'm0'));
        expect(block.all).toEqual(countFlat(random, 'm0'));
        const own = [...eachBlock(block)].reduce((sum, entry) => addResources(sum, entry.block.own), NO_RESOURCES);
        expect(own).toEqual(block.all);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});

test.each([
  ['$paramod$d510c6612d535f70f756e90b77d2e02c567552df\\lane', 'lane'],
  ["$paramod\\skid_buffer\\WIDTH=s32'00000000000000000000000000010010", 'skid_buffer'],
  ['sample', 'sample'],
])('%s is a variant of %s', (module, name) => {
  expect(sourceName(module)).toBe(name);
});
