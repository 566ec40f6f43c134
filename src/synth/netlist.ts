import { EsegenError } from '../util/errors.ts';

/** A bit of a net: its number in the module, or a constant. */
export type Bit = number | string;

/** A cell of a netlist: a primitive, or an instance of a module. */
export interface Cell {
  readonly type: string;
  /** Values as texts; numbers in binary. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly port_directions?: Readonly<Record<string, Direction>>;
  readonly connections: Readonly<Record<string, readonly Bit[]>>;
}

export type Direction = 'input' | 'output' | 'inout';

/** A module of a netlist. */
export interface Module {
  readonly attributes: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, { readonly direction: Direction; readonly bits: readonly Bit[] }>>;
  readonly cells: Readonly<Record<string, Cell>>;
  readonly netnames: Readonly<Record<string, { readonly hide_name: number; readonly bits: readonly Bit[] }>>;
}

/** Modules by the names of their blocks, those of the cell library left out: what is no module here is a primitive. */
export type Netlist = ReadonlyMap<string, Module>;

/**
 * Reads a netlist that Yosys wrote as JSON.
 *
 * @param design its name is left out, see {@link withoutDesignName}
 * @param top block at the top, by default the design itself
 * @throws EsegenError where it is no netlist, or one without the top module
 */
export function parseNetlist(text: string, design: string, top = design): Netlist {
  let modules: Readonly<Record<string, Module>> | undefined;
  try {
    modules = (JSON.parse(text) as { modules?: Readonly<Record<string, Module>> }).modules;
  } catch {
    modules = undefined;
  }
  const own = Object.entries(modules ?? {}).filter(
    ([, { attributes }]) => !('blackbox' in attributes) && !('whitebox' in attributes),
  );
  const netlist = withoutDesignName(new Map(own), design);
  if (!netlist.has(top)) throw new EsegenError('yosys', `wrote no netlist of ${top}`, 'Report this');
  return netlist;
}

/** A netlist without the name of the design, which stands before those of all its modules, so that reports speak of blocks. */
export function withoutDesignName(netlist: Netlist, design: string): Netlist {
  const prefix = new RegExp(`^(\\$paramod(?:\\$[0-9a-f]+)?\\\\)?${design}_`);
  const blockOf = (module: string) => module.replace(prefix, '$1');
  const renamed = [...netlist].map(([name, module]): [string, Module] => {
    const cells = Object.entries(module.cells).map(([at, cell]) => [at, { ...cell, type: blockOf(cell.type) }]);
    return [blockOf(name), { ...module, cells: Object.fromEntries(cells) as Module['cells'] }];
  });
  return new Map(renamed);
}

/** Name in the Verilog source of a module that Yosys named after its parameters: `$paramod$<hash>\lane` → `lane`. */
export function sourceName(module: string): string {
  return /^\$paramod(?:\$[0-9a-f]+)?\\([^\\]+)/.exec(module)?.[1] ?? module;
}

/** A number that a netlist gives in binary digits; 0 for anything else. */
export function binaryNumber(text: string | undefined): number {
  return text !== undefined && /^[01]+$/.test(text) ? Number.parseInt(text, 2) : 0;
}
