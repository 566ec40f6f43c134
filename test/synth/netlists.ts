import type { Cell, Direction, Module, Netlist } from '../../src/synth/netlist.ts';

/** Ports of the primitives that the tests use. */
const PORTS: Readonly<Record<string, Readonly<Record<string, Direction>>>> = {
  LUT1: { I0: 'input', O: 'output' },
  LUT2: { I0: 'input', I1: 'input', O: 'output' },
  MUXF7: { I0: 'input', I1: 'input', S: 'input', O: 'output' },
  FDRE: { D: 'input', C: 'input', Q: 'output' },
  CARRY4: { CI: 'input', S: 'input', DI: 'input', O: 'output', CO: 'output' },
  RAM32M16: { ADDRA: 'input', ADDRH: 'input', DIA: 'input', DOA: 'output' },
  RAMB18E2: { ADDRARDADDR: 'input', DOUTADOUT: 'output' },
  DSP48E2: { A: 'input', B: 'input', P: 'output' },
};

/** A cell in short: its type, and the bits of its ports. */
export interface ShortCell {
  readonly type: string;
  readonly connections?: Readonly<Record<string, readonly number[]>>;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A module in short. */
export interface ShortModule {
  readonly inputs?: Readonly<Record<string, readonly number[]>>;
  readonly outputs?: Readonly<Record<string, readonly number[]>>;
  readonly nets?: Readonly<Record<string, readonly number[]>>;
  readonly cells: Readonly<Record<string, ShortCell>>;
}

/** Makes a netlist as Yosys writes it. */
export function netlistOf(modules: Readonly<Record<string, ShortModule>>): Netlist {
  return new Map(Object.entries(modules).map(([name, module]) => [name, moduleOf(module)]));
}

function moduleOf({ inputs = {}, outputs = {}, nets = {}, cells }: ShortModule): Module {
  const ports = (bits: Readonly<Record<string, readonly number[]>>, direction: Direction) =>
    Object.entries(bits).map(([name, list]) => [name, { direction, bits: list }] as const);
  const named = Object.entries({ ...inputs, ...outputs, ...nets });
  return {
    attributes: {},
    ports: Object.fromEntries([...ports(inputs, 'input'), ...ports(outputs, 'output')]),
    cells: Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, cellOf(cell)])),
    netnames: Object.fromEntries(named.map(([name, bits]) => [name, { hide_name: 0, bits }])),
  };
}

function cellOf({ type, connections = {}, parameters = {} }: ShortCell): Cell {
  const directions = PORTS[type];
  return {
    type,
    parameters,
    attributes: {},
    connections,
    ...(directions === undefined ? {} : { port_directions: directions }),
  };
}

/** A text as `write_json` writes it. */
export function jsonOf(netlist: Netlist): string {
  return JSON.stringify({ creator: 'Yosys 0.0 (test)', modules: Object.fromEntries(netlist) });
}
