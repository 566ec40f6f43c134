import { type Cell, type Netlist, sourceName } from './netlist.ts';

/** A block of a hierarchy: a module, and the name that its instance has for it. */
export interface BlockName {
  /** Source name of the module. */
  readonly module: string;
  /** Name of the instance without `u_` and generate scopes: `gen_lane[3].u_weight_mem` → `weight_mem`. */
  readonly name: string;
}

/** Where a module is in a design: all instances of it that have the same names above them, generate scopes left out. */
export interface Place {
  /** Name of the module in the netlist. */
  readonly module: string;
  /** From the top module to this one. */
  readonly path: readonly BlockName[];
  readonly count: number;
}

/** All places of all modules, each before those below it. The work grows with the modules, not with their instances. */
export function placesOf(netlist: Netlist, top: string): Place[] {
  const places: Place[] = [];
  const visit = (place: Place): void => {
    places.push(place);
    const below = new Map<string, { name: BlockName; module: string; count: number }>();
    for (const [instance, { type }] of instancesOf(netlist, place.module)) {
      const name = blockName(instance, sourceName(type));
      const key = `${name.name} ${type}`;
      const entry = below.get(key) ?? { name, module: type, count: 0 };
      entry.count++;
      below.set(key, entry);
    }
    for (const { name, module, count } of below.values()) {
      visit({ module, path: [...place.path, name], count: place.count * count });
    }
  };
  visit({ module: top, path: [{ module: sourceName(top), name: sourceName(top) }], count: 1 });
  return places;
}

/** Where a place is, ahead of a name in it: `array.gather_control: `; nothing for the top module. */
export function blockPath({ path }: Place): string {
  return path.length === 1
    ? ''
    : `${path
        .slice(1)
        .map(({ name }) => name)
        .join('.')}: `;
}

function blockName(instance: string, module: string): BlockName {
  return { module, name: /(?:^|\.)u_(\w+)$/.exec(instance)?.[1] ?? module };
}

/** Cells of a module that are modules themselves. */
export function instancesOf(netlist: Netlist, module: string): [name: string, cell: Cell][] {
  return Object.entries(netlist.get(module)!.cells).filter(([, { type }]) => netlist.has(type));
}

/** Cells of a module that are not. */
export function primitivesOf(netlist: Netlist, module: string): [name: string, cell: Cell][] {
  return Object.entries(netlist.get(module)!.cells).filter(([, { type }]) => !netlist.has(type));
}
