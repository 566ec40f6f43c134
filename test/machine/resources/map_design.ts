import type { MappedUnit } from '../../../fixtures/mapped_resources.ts';
import { mapModules, modulesOf } from '../../../lint/mapped_modules.ts';
import type { DesignFiles } from '../../../src/design/files.ts';
import type { Family } from '../../../src/machine/parts.ts';
import { addResources, NO_RESOURCES, type Resources } from '../../../src/machine/resources/counts.ts';
import { sourceName } from '../../../src/synth/netlist.ts';
import { primitiveResources } from '../../../src/synth/primitives.ts';
import { TOP } from './designs.ts';
import type { ModuleCache } from './module_cache.ts';

/**
 * Maps a design as `esegen synth` does; of modules that were mapped before only the ports are read.
 *
 * @returns a row for every module, in the order of their names
 */
export async function mapDesign(files: DesignFiles, family: Family, known: ModuleCache): Promise<MappedUnit[]> {
  const modules = await modulesOf({ files, top: TOP, family });
  const { keys } = modules;
  const missing = [...keys].filter(([, key]) => known.get(key) === undefined).map(([name]) => name);
  for (const [name, module] of await mapModules(modules, new Set(missing))) {
    const below: Record<string, number> = {};
    let own: Resources = NO_RESOURCES;
    for (const { type } of Object.values(module.cells)) {
      if (keys.has(type)) below[type] = (below[type] ?? 0) + 1;
      else own = addResources(own, primitiveResources(type)!);
    }
    known.set(keys.get(name)!, { own, below });
  }

  const units = new Map<string, MappedUnit>();
  const visit = (name: string, count: number): void => {
    const { own, below } = known.get(keys.get(name)!)!;
    const unit = name === TOP ? 'top' : sourceName(name).slice(TOP.length + 1);
    const before = units.get(unit) ?? { name: unit, instances: 0, all: NO_RESOURCES };
    units.set(unit, {
      name: unit,
      instances: before.instances + count,
      all: addResources(before.all, own, count),
    });
    for (const [child, times] of Object.entries(below)) visit(child, count * times);
  };
  visit(TOP, 1);
  return [...units.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
