import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestPaths } from '../../src/synth/longest_path.ts';
import type { Netlist } from '../../src/synth/netlist.ts';
import { netlistOf, type ShortCell, type ShortModule } from './netlists.ts';

const SEED = 20_17;

const lut = (from: number, to: number): ShortCell => ({ type: 'LUT1', connections: { I0: [from], O: [to] } });
const register = (from: number, to: number): ShortCell => ({ type: 'FDRE', connections: { D: [from], Q: [to] } });

/** The longest path of the whole design. */
const longest = (netlist: Netlist) => longestPaths(netlist, 'top').paths[0];

describe('longest path', () => {
  test('from a register over LUTs to a register, by the names of their outputs', () => {
    const netlist = netlistOf({
      top: {
        nets: { count_reg: [1, 9], state_reg: [4] },
        cells: { a: register(7, 1), l1: lut(1, 2), l2: lut(2, 3), b: register(3, 4) },
      },
    });
    expect(longest(netlist)).toEqual({
      module: 'top',
      levels: 2,
      fast: 0,
      from: 'count_reg[0]',
      to: 'state_reg',
      cells: [
        { place: '', module: 'top', type: 'LUT1' },
        { place: '', module: 'top', type: 'LUT1' },
      ],
    });
  });

  test('through modules: into, across and out of them', () => {
    const netlist = netlistOf({
      top: {
        cells: {
          u_source: { type: 'source', connections: { q: [1] } },
          u_across: { type: 'across', connections: { a: [1], b: [2], wire: [3] } },
          u_sink: { type: 'sink', connections: { d: [2] } },
        },
      },
      source: { outputs: { q: [2] }, nets: { q_reg: [1] }, cells: { r: register(0, 1), l: lut(1, 2) } },
      across: { inputs: { a: [1] }, outputs: { b: [2], wire: [1] }, cells: { l: lut(1, 2) } },
      sink: { inputs: { d: [1] }, nets: { d_reg: [3] }, cells: { l: lut(1, 2), r: register(2, 3) } },
    });
    expect(longest(netlist)).toEqual({
      module: 'top',
      levels: 3,
      fast: 0,
      from: 'u_source.q_reg',
      to: 'u_sink.d_reg',
      cells: [
        { place: 'u_source', module: 'source', type: 'LUT1' },
        { place: 'u_across', module: 'across', type: 'LUT1' },
        { place: 'u_sink', module: 'sink', type: 'LUT1' },
      ],
    });
  });

  test('ports of the top module are registers', () => {
    const netlist = netlistOf({ top: { inputs: { a: [1] }, outputs: { b: [2] }, cells: { l: lut(1, 2) } } });
    expect(longest(netlist)).toMatchObject({ levels: 1, from: 'port a', to: 'port b' });
  });

  test('carry bits depend on lower bits only', () => {
    const carry: ShortCell = { type: 'CARRY4', connections: { CI: [0], S: [1, 2], DI: [3, 4], O: [5, 6], CO: [7, 8] } };
    // O[0] drives S[1]: no loop, since O[0] depends on bit 0 only.
    const netlist = netlistOf({
      top: { cells: { r: register(9, 1), c: carry, l: lut(5, 2), end: register(6, 10) } },
    });
    const { loops, paths } = longestPaths(netlist, 'top');
    expect(loops).toBe(0);
    expect(paths[0]).toMatchObject({ levels: 1, fast: 2 });
  });

  test('a distributed RAM is read at once, written with the clock', () => {
    const ram = (address: string): ShortCell => ({ type: 'RAM32M16', connections: { [address]: [2], DOA: [3] } });
    const design = (address: string) =>
      netlistOf({
        top: { cells: { a: register(9, 1), l: lut(1, 2), ram: ram(address), m: lut(3, 4), b: register(4, 5) } },
      });
    expect(longest(design('ADDRA'))).toMatchObject({ levels: 3 });
    expect(longest(design('ADDRH'))).toMatchObject({ levels: 1 });
  });

  test('a block RAM is a register, a multiplier only with registers of its own', () => {
    const block: ShortCell = { type: 'RAMB18E2', connections: { ADDRARDADDR: [2], DOUTADOUT: [3] } };
    const multiplier = (registers: Record<string, string>): ShortCell => ({
      type: 'DSP48E2',
      connections: { A: [2], P: [3] },
      parameters: registers,
    });
    const design = (cell: ShortCell) =>
      netlistOf({ top: { cells: { a: register(9, 1), l: lut(1, 2), cell, m: lut(3, 4), b: register(4, 5) } } });
    expect(longest(design(block))).toMatchObject({ levels: 1 });
    expect(longest(design(multiplier({})))).toMatchObject({ levels: 3 });
    expect(longest(design(multiplier({ PREG: '01' })))).toMatchObject({ levels: 1 });
    expect(longest(design(multiplier({ AREG: '01' })))).toMatchObject({ levels: 1 });
  });

  test('combinational loops are counted and end the search', () => {
    const netlist = netlistOf({
      top: {
        cells: {
          a: register(9, 1),
          l: { type: 'LUT2', connections: { I0: [1], I1: [3], O: [2] } },
          m: lut(2, 3),
          b: register(3, 4),
        },
      },
    });
    const { loops, paths } = longestPaths(netlist, 'top');
    expect(loops).toBe(1);
    expect(paths[0]).toMatchObject({ levels: 2 });
  });

  test('a design without registers and ports has no path', () => {
    expect(longestPaths(netlistOf({ top: { cells: { l: lut(1, 2) } } }), 'top')).toEqual({ paths: [], loops: 0 });
  });

  test('a path of 100,000 cells', () => {
    const cells: Record<string, ShortCell> = { a: register(0, 1), b: register(100_001, 100_002) };
    for (let at = 1; at <= 100_000; at++) cells[`l${at}`] = lut(at, at + 1);
    expect(longest(netlistOf({ top: { cells } }))).toMatchObject({ levels: 100_000 });
  });

  test('random hierarchies: as in the flat netlist', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (stream) => {
        const next = (below: number) => stream.next().value! % below;
        const flat = new Map<number, { to: number; levels: number }[]>();
        const starts = new Set<number>();
        const ends = new Set<number>();
        const { modules, build } = randomHierarchy(next);
        build(flat, starts, ends);
        const netlist = netlistOf(modules);
        const { paths, loops } = longestPaths(netlist, 'top');
        expect(loops).toBe(0);
        expect(paths.length === 0 ? null : Math.max(...paths.map(({ levels }) => levels))).toBe(
          search(flat, starts, ends),
        );
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

const WIDTH = 4;

/**
 * Some leaf modules of LUTs and registers, and a top module that chains instances of them: outputs of one drive inputs of the
 * next. `build` does the same flat, with bits of its own.
 */
function randomHierarchy(next: (below: number) => number) {
  const leaves = Array.from({ length: 1 + next(3) }, () => {
    const size = 2 * WIDTH + next(8);
    // Cells lead from lower to higher bits; the first are inputs, the last outputs.
    return {
      size,
      cells: Array.from({ length: 3 + next(10) }, () => {
        const from = next(size - 1);
        return {
          from,
          to: Math.max(WIDTH, from + 1) + next(size - Math.max(WIDTH, from + 1)),
          isRegister: next(4) === 0,
        };
      }),
    };
  });
  const chain = Array.from({ length: 1 + next(4) }, () => next(leaves.length));
  const modules: Record<string, ShortModule> = {
    top: {
      cells: Object.fromEntries(
        chain.map((leaf, at) => [
          `u_${at}`,
          { type: `leaf${leaf}`, connections: { i: range(at * WIDTH, WIDTH), o: range((at + 1) * WIDTH, WIDTH) } },
        ]),
      ),
    },
  };
  for (const [at, { size, cells }] of leaves.entries()) {
    modules[`leaf${at}`] = {
      inputs: { i: range(0, WIDTH) },
      outputs: { o: range(size - WIDTH, WIDTH) },
      cells: Object.fromEntries(
        cells.map(({ from, to, isRegister }, cell) => [`c${cell}`, isRegister ? register(from, to) : lut(from, to)]),
      ),
    };
  }
  const build = (
    edges: Map<number, { to: number; levels: number }[]>,
    starts: Set<number>,
    ends: Set<number>,
  ): void => {
    for (const [at, leaf] of chain.entries()) {
      const { size, cells } = leaves[leaf]!;
      const base = 1000 * at;
      const add = (from: number, to: number, levels: number) =>
        edges.set(from, [...(edges.get(from) ?? []), { to, levels }]);
      for (const { from, to, isRegister } of cells) {
        if (isRegister) {
          ends.add(base + from);
          starts.add(base + to);
        } else {
          add(base + from, base + to, 1);
        }
      }
      for (let bit = 0; bit < WIDTH; bit++) add(base + size - WIDTH + bit, base + 1000 + bit, 0);
    }
  };
  return { modules, build };
}

function range(from: number, length: number): number[] {
  return Array.from({ length }, (_, at) => from + at);
}

/** Most levels from a start to an end, by trying every way; null where there is none. */
function search(
  edges: ReadonlyMap<number, readonly { to: number; levels: number }[]>,
  starts: ReadonlySet<number>,
  ends: ReadonlySet<number>,
): number | null {
  const known = new Map<number, number>();
  const from = (bit: number): number => {
    const found = known.get(bit);
    if (found !== undefined) return found;
    const onwards = (edges.get(bit) ?? []).map(({ to, levels }) => levels + from(to));
    const most = Math.max(ends.has(bit) ? 0 : -Infinity, ...onwards);
    known.set(bit, most);
    return most;
  };
  const most = Math.max(-Infinity, ...[...starts].map(from));
  return most === -Infinity ? null : most;
}
