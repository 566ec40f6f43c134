import { expect, test } from 'vitest';
import { FAN_OUT_LIMITS, largestNets, type NetLoad, overloadedNets } from '../../src/synth/fan_out.ts';
import { placesOf } from '../../src/synth/hierarchy.ts';
import { netlistOf, type ShortCell } from './netlists.ts';

const flop = (d: number, q: number): ShortCell => ({ type: 'FDRE', connections: { D: [d], C: [1], Q: [q] } });

/** Two lanes of three flops each that hang on a net of a look-up table in `control`, which drives a flop there, too. */
const NETLIST = netlistOf({
  top: {
    inputs: { clk: [1], a: [2] },
    cells: {
      u_control: { type: 'control', connections: { clk: [1], a: [2], go: [3] } },
      'gen_lane[0].u_lane': { type: 'lane', connections: { clk: [1], go: [3] } },
      'gen_lane[1].u_lane': { type: 'lane', connections: { clk: [1], go: [3] } },
    },
    nets: { go: [3] },
  },
  control: {
    inputs: { clk: [1], a: [2] },
    outputs: { go: [3] },
    cells: { lut: { type: 'LUT1', connections: { I0: [2], O: [3] } }, kept: flop(3, 9) },
  },
  lane: {
    inputs: { clk: [1], go: [2] },
    nets: { row_reg: [3, 4] },
    cells: {
      a: flop(2, 3),
      b: flop(2, 4),
      c: flop(2, 5),
      lut: { type: 'LUT2', connections: { I0: [4], I1: [4], O: [6] } },
    },
  },
});

test('loads are counted through ports, and a net is named where it is whole', () => {
  const { logic, register } = largestNets(NETLIST, 'top', placesOf(NETLIST, 'top'));
  expect(logic).toEqual([{ name: 'go', driver: 'LUT1', loads: 7, instances: 1 }]);
  expect(register).toEqual([{ name: 'lane: row_reg[1]', driver: 'FDRE', loads: 2, instances: 2 }]);
});

test('nets with more loads than they may have are told, those that have a limit of their own above that', () => {
  const net = (name: string, loads: number): NetLoad => ({ name, driver: 'any', loads, instances: 1 });
  const logic = [net('core: most', FAN_OUT_LIMITS.logic), net('core: more', FAN_OUT_LIMITS.logic + 1)];
  const own = [net('core.column_issuer: free', 80), net('core.group[1].column_issuer: free', 81)];
  const register = [net('core: wide', FAN_OUT_LIMITS.register), net('core: wider', FAN_OUT_LIMITS.register + 1)];
  const told = overloadedNets({ logic: [...logic, ...own], register });
  expect(told.map(({ name }) => name)).toEqual(['core: more', 'core.group[1].column_issuer: free', 'core: wider']);
});
