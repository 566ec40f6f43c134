import type { Family } from '../parts.ts';
import { addResources, NO_RESOURCES, type Resources } from './counts.ts';
import type { Hardware } from './hardware.ts';
import { layerUnits } from './layer.ts';
import { networkUnits } from './network.ts';
import { resourcesOf, type Section, type Sections, type Unit } from './unit.ts';

/** What all instances of a unit take, without the units in it. */
export interface UnitEstimate {
  /** Name of its module, as `esegen synth` lists it. */
  readonly name: string;
  /** What it is for; a module that is used for several things is there once for each. */
  readonly section: Section;
  readonly instances: number;
  readonly all: Resources;
}

/** What hardware takes before place and route. */
export interface Estimate {
  /** Each unit once, in the order of the data's way. */
  readonly units: readonly UnitEstimate[];
  readonly total: Resources;
}

/** Units of hardware, each kind of instance by itself. */
export function sectionsOf(hardware: Hardware): Sections {
  return hardware.kind === 'layer' ? layerUnits(hardware) : networkUnits(hardware.sizes);
}

/**
 * What hardware takes, from its sizes alone: no RTL is made, nothing is synthesized. The numbers are those that `esegen synth` maps (docs/resources.md
 * says how well).
 *
 * @param family of the part
 */
export function estimateResources(hardware: Hardware, family: Family): Estimate {
  const units = Object.entries(sectionsOf(hardware)).flatMap(([section, own]) =>
    sectionUnits(section as Section, own, family),
  );
  return { units, total: units.reduce((sum, { all }) => addResources(sum, all), NO_RESOURCES) };
}

/** The units of a section, those of a name together. */
function sectionUnits(section: Section, units: readonly Unit[], family: Family): UnitEstimate[] {
  const found = new Map<string, UnitEstimate>();
  for (const own of units) {
    const { name, instances } = own;
    const before = found.get(name) ?? { name, section, instances: 0, all: NO_RESOURCES };
    found.set(name, {
      ...before,
      instances: before.instances + instances,
      all: addResources(before.all, resourcesOf(own, family)),
    });
  }
  return [...found.values()];
}
