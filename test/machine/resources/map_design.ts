import type { MappedUnit } from '../../../fixtures/mapped_resources.ts';
import type { DesignFiles } from '../../../src/design/files.ts';
import type { Family } from '../../../src/machine/parts.ts';
import { addResources, NO_RESOURCES, type Resources } from '../../../src/machine/resources/counts.ts';
import { modulesOf } from '../../../src/synth/design_modules.ts';
import { mappingJobs, runJobs } from '../../../src/synth/mapped_modules.ts';
import { sourceName } from '../../../src/synth/netlist.ts';
import { primitiveResources } from '../../../src/synth/primitives.ts';
import { anyYosys } from '../../../src/synth/yosys.ts';
import { TOP } from './designs.ts';
import type { ModuleCache } from './module_cache.ts';

/**
 * Maps a design as `esegen synth` does; of modules that were mapped before only the ports are read.
 *
 * @returns a row for every module, in the order of their names
 */
export async function mapDesign(files: DesignFiles, family: Family, known: ModuleCache): Promise<MappedUnit[]> {
  const design = await modulesOf({ files, top: TOP, family }, anyYosys);
  const { keys } = design;
  const missing = [...keys].filter(([, key]) => known.get(key) === undefined).map(([name]) => name);
  const jobs = mappingJobs(design, missing, anyYosys, (name, { module }) => {
    const below: Record<string, number> = {};
    let own: Resources = NO_RESOURCES;
    for (const { type } of Object.values(module.cells)) {
      if (keys.has(type)) below[type] = (below[type] ?? 0) + 1;
      else own = addResources(own, primitiveResources(type)!);
    }
    known.set(keys.get(name)!, { own, below });
  });
  await runJobs(jobs, () => {});

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
