import { describe, expect, test } from 'vitest';
import { NO_RESOURCES } from '../../src/machine/resources/counts.ts';
import { placesOf } from '../../src/synth/hierarchy.ts';
import { memoriesOf, memoryFindings } from '../../src/synth/memories.ts';
import { multiplierFindings, multiplierReport } from '../../src/synth/multipliers.ts';
import type { Netlist } from '../../src/synth/netlist.ts';
import { rollUp } from '../../src/synth/rollup.ts';
import { netlistOf, type ShortCell } from './netlists.ts';

/** A memory of a design with two of them: what the RTL asks for, and the primitives it became. */
function memoryDesign(words: number, bits: number, attributes: Record<string, string>, primitives: readonly string[]) {
  const top = { cells: { 'gen_a.u_state': { type: 'ram' }, 'gen_b.u_state': { type: 'ram' } } };
  const cell = {
    type: '$mem_v2',
    parameters: { SIZE: words.toString(2), WIDTH: bits.toString(2), WR_PORTS: '1' },
    attributes,
    connections: {},
  };
  const before: Netlist = new Map([
    ...netlistOf({ top }),
    ['ram', { attributes: {}, ports: {}, netnames: {}, cells: { 'gen.mem': cell } }],
  ]);
  const cells = Object.fromEntries(primitives.map((type, at): [string, ShortCell] => [`gen.mem.0.${at}`, { type }]));
  const mapped = netlistOf({ top, ram: { cells: { ...cells, other: { type: 'FDRE' } } } });
  return memoriesOf(before, mapped, placesOf(mapped, 'top'));
}

describe('memories', () => {
  test('shape, place and primitives', () => {
    expect(memoryDesign(128, 34, { ram_style: 'distributed' }, ['RAM64M8', 'RAM64M8'])).toEqual([
      {
        path: 'state',
        module: 'ram',
        instances: 2,
        words: 128,
        bits: 34,
        readOnly: false,
        style: 'distributed',
        kind: 'distributed',
        primitives: { RAM64M8: 2 },
      },
    ]);
    expect(memoryDesign(1024, 16, {}, ['RAMB18E2'])).toMatchObject([{ kind: 'block', style: null }]);
    expect(memoryDesign(4096, 72, {}, ['URAM288'])).toMatchObject([{ kind: 'ultra' }]);
    expect(memoryDesign(4, 4, { rom_style: 'block' }, [])).toMatchObject([{ kind: 'logic', style: 'block' }]);
  });

  test('large ones outside block RAM are findings unless the RTL asks for it', () => {
    const found = (...design: Parameters<typeof memoryDesign>) => memoryFindings(memoryDesign(...design));
    expect(found(64, 33, {}, ['RAM64M8'])).toEqual([
      'memory state of 64 x 33 bits is in distributed RAM, and the RTL does not ask for that',
    ]);
    expect(found(64, 33, { ram_style: 'block' }, [])).toEqual([
      'memory state of 64 x 33 bits is in look-up tables and flip-flops, and the RTL does not ask for that',
    ]);
    expect(found(64, 32, {}, ['RAM64M8'])).toEqual([]);
    expect(found(64, 33, { ram_style: 'distributed' }, ['RAM64M8'])).toEqual([]);
    expect(found(64, 33, { ram_style: 'registers' }, [])).toEqual([]);
    expect(found(64, 33, {}, ['RAMB18E2'])).toEqual([]);
  });
});

describe('multipliers', () => {
  const report = (pe: readonly string[], registers: Record<string, string>) => {
    const cells = (types: readonly string[]) => Object.fromEntries(types.map((type, at) => [`c${at}`, { type }]));
    const design = netlistOf({
      top: { cells: { 'gen_a.u_pe': { type: 'pe' }, 'gen_b.u_pe': { type: 'pe' } } },
      pe: { cells: { u_arith_unit: { type: 'arith_unit' } } },
      arith_unit: { cells: cells(pe) },
    });
    const unit = netlistOf({ arith_unit: { cells: { mul: { type: 'DSP48E1', parameters: registers } } } });
    return multiplierReport(rollUp(design, placesOf(design, 'top')).block, unit, { ...NO_RESOURCES, dsp: 1 });
  };

  test('one DSP block each, with the registers of operands, product and sum inside', () => {
    const good = report(['DSP48E2', 'LUT6', 'FDRE'], { AREG: '1', BREG: '10', MREG: '01', PREG: '1' });
    expect(good).toMatchObject({ pes: 2, dsps: 2, mapped: { lut: 1, ff: 1, dsp: 1 }, registers: ['A', 'B', 'M', 'P'] });
    expect(multiplierFindings(good, 2)).toEqual([]);
  });

  test('everything else is a finding', () => {
    expect(multiplierFindings(report(['DSP48E2', 'DSP48E2'], { AREG: '1', BREG: '0', MREG: '1' }), 4)).toEqual([
      '2 PEs, expected 4',
      '2 PEs have 4 DSP blocks, expected one each',
      'the second operand register of arith_unit is not inside the DSP block (on the 7 series)',
      'the sum register of arith_unit is not inside the DSP block (on the 7 series)',
    ]);
    expect(multiplierFindings({ ...report(['LUT6'], {}), packed: NO_RESOURCES }, 2)).toEqual([
      '2 PEs have 0 DSP blocks, expected one each',
      'arith_unit on the 7 series has 0 DSP blocks, expected 1',
      'the first operand register of arith_unit is not inside the DSP block (on the 7 series)',
      'the second operand register of arith_unit is not inside the DSP block (on the 7 series)',
      'the product register of arith_unit is not inside the DSP block (on the 7 series)',
      'the sum register of arith_unit is not inside the DSP block (on the 7 series)',
    ]);
  });
});
