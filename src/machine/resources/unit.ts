import type { Family } from '../parts.ts';
import { COEFFICIENTS } from './coefficients.ts';
import { addResources, NO_RESOURCES, type Resources } from './counts.ts';
import { distributedRam, dspBlocks, packsRegisters } from './memory.ts';
import type { Terms } from './terms.ts';

/** Memories in distributed RAM, by default one. */
export interface Ram {
  readonly words: number;
  readonly bits: number;
  readonly count?: number;
}

/** Signed products, by default one, and the registers around each that a DSP block has a place for. */
export interface Product {
  readonly a: number;
  readonly b: number;
  readonly registers?: number;
  readonly count?: number;
}

/** What one instance of a unit takes: what follows from its RTL by counting, and sizes whose share is fitted. */
export interface Parts {
  /** Counted, without memories in distributed RAM and products. Look-up tables that are memory are in `lutram` only. */
  readonly counted?: Partial<Resources>;
  readonly rams?: readonly Ram[];
  /** Their registers are in `counted` and in `ff` too. */
  readonly products?: readonly Product[];
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

/** What of an instance is counted, its memories and products as a family has them; look-up tables that are memory are in `lut` too. */
export function countedOf({ counted = {}, rams = [], products = [] }: Parts, family: Family): Resources {
  let { lut, lutram, ff, dsp, ...others } = { ...NO_RESOURCES, ...counted };
  for (const { words, bits, count = 1 } of rams) {
    const ram = distributedRam(words, bits, family);
    lutram += count * ram.lutram;
    lut += count * ram.lut;
  }
  for (const { a, b, registers = 0, count = 1 } of products) {
    const blocks = dspBlocks(a, b, family);
    dsp += count * blocks;
    // A product of several blocks has sums between it and its registers.
    if (blocks === 1 && packsRegisters(family)) ff -= count * registers;
  }
  return { ...others, lut: lut + lutram, lutram, ff, dsp };
}

/** Resources of all instances of a unit. */
export function resourcesOf(of: Unit, family: Family): Resources {
  const own = COEFFICIENTS[of.name] ?? { lut: {}, ff: {} };
  const counted = countedOf(of, family);
  const lut = Math.round(counted.lut + weighted(of.lut ?? {}, own.lut));
  const ff = Math.round(counted.ff + weighted(of.ff ?? {}, own.ff));
  return addResources(NO_RESOURCES, { ...counted, lut, ff }, of.instances);
}
