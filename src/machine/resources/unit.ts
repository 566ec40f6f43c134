import { COEFFICIENTS } from './coefficients.ts';
import { addResources, NO_RESOURCES, type Resources } from './counts.ts';
import type { Terms } from './terms.ts';

/** What one instance of a unit takes: what follows from its RTL by counting, and sizes whose share is fitted. */
export interface Parts {
  /** Counted. Look-up tables that are memory are in `lutram` only. */
  readonly counted?: Partial<Resources>;
  /** Sizes with a share of the look-up tables and flip-flops: so many for each, see coefficients.ts. */
  readonly lut?: Terms;
  readonly ff?: Terms;
}

/** A unit of the hardware: a module as `esegen synth` lists it, without the modules in it. */
export interface Unit extends Parts {
  readonly name: string;
  readonly instances: number;
}

/** What units are for. */
export type Section =
  | 'multiply-accumulate'
  | 'columns'
  | 'weights'
  | 'vectors'
  | 'cells'
  | 'transforms'
  | 'sequences and frames'
  | 'control';

/** Units by what they are for. */
export type Sections = Readonly<Partial<Record<Section, readonly Unit[]>>>;

export function unit(name: string, instances: number, parts: Parts): Unit {
  return { name, instances, ...parts };
}

/** Registers of one signal, each for what is near it. */
export function registerCopies(instances: number, bits: number): Unit {
  return unit('register_copy', instances, { counted: { ff: bits } });
}

function weighted(terms: Terms, coefficients: Terms): number {
  return Object.entries(terms).reduce((sum, [term, size]) => sum + size * (coefficients[term] ?? 0), 0);
}

/** Resources of all instances of a unit. */
export function resourcesOf({ name, instances, counted = {}, lut = {}, ff = {} }: Unit): Resources {
  const own = COEFFICIENTS[name] ?? { lut: {}, ff: {} };
  const { lutram = 0 } = counted;
  const one: Resources = {
    ...NO_RESOURCES,
    ...counted,
    lut: Math.round((counted.lut ?? 0) + lutram + weighted(lut, own.lut)),
    ff: Math.round((counted.ff ?? 0) + weighted(ff, own.ff)),
  };
  return addResources(NO_RESOURCES, one, instances);
}
