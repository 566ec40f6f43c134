import { blockPath, instancesOf, type Place, primitivesOf } from './hierarchy.ts';
import type { Bit, Module, Netlist } from './netlist.ts';
import { cellKind } from './primitives.ts';

/** A net, across all modules that it goes through. */
export interface NetLoad {
  /** Blocks from the top module to the one that holds it, and its name there: `array.gather_control: drain_en[3]`. */
  readonly name: string;
  /** Type of the cell that drives it. */
  readonly driver: string;
  /** Inputs of cells that it reaches. */
  readonly loads: number;
  /** Such nets in the design. */
  readonly instances: number;
}

/** The largest nets, by what drives them: a look-up table (or other logic), a register. Largest first. */
export interface FanOut {
  readonly logic: readonly NetLoad[];
  readonly register: readonly NetLoad[];
}

/**
 * Loads that a net may have at most: what one look-up table drives reaches them in the rest of a cycle, what a register drives in a
 * whole one. More is a matter of placement, and of luck. The clock apart.
 */
export const FAN_OUT_LIMITS = { logic: 64, register: 512 } as const;

/** Nets of a block that may have more loads, up to a number, and why. */
interface Exception {
  readonly name: RegExp;
  readonly loads: number;
  readonly why: string;
}

/** What the rule leaves out: named, with a limit of its own, until the block is cut otherwise. */
const EXCEPTIONS: readonly Exception[] = [
  {
    name: /column_issuer: free$/,
    loads: 80,
    why: 'a run is loaded as one, and whether it is follows from the column at hand; a cycle later would cost one a run',
  },
  {
    name: /sequence_fetch: (rtl|unnamed)/,
    loads: 96,
    why: 'the lines of a burst move line number, lines left and lines claimed in the cycle in which it is asked for',
  },
  {
    name: /sequence_writer: offer$/,
    loads: 80,
    why: 'the address of a burst is loaded in the cycle in which the port is free',
  },
  {
    name: /control_registers: unnamed$/,
    loads: 96,
    why: 'an address is decoded for all registers at once, 32 bits each',
  },
];

/** Nets with more loads than they may have. */
export function overloadedNets({ logic, register }: FanOut): readonly NetLoad[] {
  const limitOf = (name: string, limit: number) => EXCEPTIONS.find((own) => own.name.test(name))?.loads ?? limit;
  return [
    ...logic.filter(({ name, loads }) => loads > limitOf(name, FAN_OUT_LIMITS.logic)),
    ...register.filter(({ loads }) => loads > FAN_OUT_LIMITS.register),
  ];
}

/** Nets that a report names at least; all with more loads than they may have are named. */
const LARGEST = 10;

/** What one module shows of its nets, the modules below it included. */
interface ModuleNets {
  /** Inputs of cells on each net. */
  readonly loads: ReadonlyMap<number, number>;
  /** Type of the cell that drives each net. */
  readonly drivers: ReadonlyMap<number, string>;
}

/**
 * Counts the loads of all nets that a cell drives, through the hierarchy: a net that goes through ports is one net, named where it
 * is whole.
 *
 * @param places all places of all modules, each before those below it
 */
export function largestNets(netlist: Netlist, top: string, places: readonly Place[]): FanOut {
  const nets = new Map<string, ModuleNets>();
  // Those below are counted before what holds them.
  for (const { module } of [...places].reverse()) {
    if (!nets.has(module)) nets.set(module, netsOf(netlist, module, nets));
  }
  const found: Record<keyof FanOut, NetLoad[]> = { logic: [], register: [] };
  for (const place of places) {
    const module = netlist.get(place.module)!;
    const { loads, drivers } = nets.get(place.module)!;
    const outside = place.module === top ? new Set<Bit>() : portBits(module);
    const names = namesOf(module);
    for (const [bit, count] of loads) {
      const driver = drivers.get(bit);
      if (driver === undefined || outside.has(bit)) continue;
      const kind = cellKind(driver);
      const list = found[kind === 'register' || kind === 'dsp' ? 'register' : 'logic'];
      const name = `${blockPath(place)}${names.get(bit) ?? UNNAMED}`;
      list.push({ name, driver, loads: count, instances: place.count });
    }
  }
  const largest = (kind: keyof FanOut) =>
    found[kind]
      .sort((a, b) => b.loads - a.loads)
      .filter(({ loads }, at) => at < LARGEST || loads > FAN_OUT_LIMITS[kind]);
  return { logic: largest('logic'), register: largest('register') };
}

function netsOf(netlist: Netlist, name: string, below: ReadonlyMap<string, ModuleNets>): ModuleNets {
  const loads = new Map<number, number>();
  const drivers = new Map<number, string>();
  const add = (bit: Bit, count: number) => {
    if (typeof bit === 'number' && count > 0) loads.set(bit, (loads.get(bit) ?? 0) + count);
  };
  for (const [, { type, port_directions = {}, connections }] of primitivesOf(netlist, name)) {
    for (const [port, bits] of Object.entries(connections)) {
      for (const bit of bits) {
        if (port_directions[port] === 'input') add(bit, 1);
        else if (typeof bit === 'number') drivers.set(bit, type);
      }
    }
  }
  for (const [, { type, connections }] of instancesOf(netlist, name)) {
    const { ports } = netlist.get(type)!;
    const inner = below.get(type)!;
    for (const [port, bits] of Object.entries(connections)) {
      const own = ports[port]!;
      for (const [at, bit] of bits.entries()) {
        const innerBit = own.bits[at];
        if (typeof innerBit !== 'number' || typeof bit !== 'number') continue;
        add(bit, inner.loads.get(innerBit) ?? 0);
        const driver = own.direction === 'output' ? inner.drivers.get(innerBit) : undefined;
        if (driver !== undefined) drivers.set(bit, driver);
      }
    }
  }
  return { loads, drivers };
}

function portBits({ ports }: Module): ReadonlySet<Bit> {
  return new Set(Object.values(ports).flatMap(({ bits }) => bits));
}

/** Names of nets; of those that Yosys made up, the line of the source that they come from, if they tell. */
function namesOf({ netnames }: Module): ReadonlyMap<Bit, string> {
  const names = new Map<Bit, string>();
  const entries = Object.entries(netnames).sort(([, a], [, b]) => a.hide_name - b.hide_name);
  for (const [name, { bits, hide_name }] of entries) {
    const shown = hide_name === 0 ? name : (/[\w/]+\.v:\d+/.exec(name)?.[0] ?? UNNAMED);
    for (const [at, bit] of bits.entries()) {
      const known = names.get(bit);
      if (known === undefined || known === UNNAMED)
        names.set(bit, hide_name !== 0 || bits.length === 1 ? shown : `${shown}[${at}]`);
    }
  }
  return names;
}

const UNNAMED = 'unnamed';
