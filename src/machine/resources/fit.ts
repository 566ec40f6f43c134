import { PARTS, type Part } from '../parts.ts';
import { RESOURCES, type Resource, type Resources } from './counts.ts';

/** What a design may take: as synthesis mapped it, and as closely as Vivado may pack it. */
export interface Demand {
  readonly mapped: Resources;
  readonly packed: Resources;
}

/** `may fit`: only when it is packed. */
export type Verdict = 'fits' | 'may fit' | 'does not fit';

/** How much of a device a design takes. */
export interface Fit {
  readonly part: Part;
  readonly verdict: Verdict;
  /** Packed over available; 0 for what is not needed, Infinity for what is needed and the device does not have. */
  readonly shares: Resources;
  /** The resource with the largest share. */
  readonly limit: Resource;
}

/** Holds a design against a device. */
export function fitOf({ mapped, packed }: Demand, part: Part): Fit {
  const shares = sharesOf(packed, part);
  const limit = largest(shares);
  const atMost = sharesOf(mapped, part);
  const verdict = atMost[largest(atMost)] <= 1 ? 'fits' : shares[limit] <= 1 ? 'may fit' : 'does not fit';
  return { part, verdict, shares, limit };
}

function sharesOf(used: Resources, { resources }: Part): Resources {
  const share = (key: Resource) => (used[key] === 0 ? 0 : used[key] / resources[key]);
  return {
    lut: share('lut'),
    lutram: share('lutram'),
    ff: share('ff'),
    bram: share('bram'),
    uram: share('uram'),
    dsp: share('dsp'),
  };
}

function largest(shares: Resources): Resource {
  return RESOURCES.map(([key]) => key).reduce((most, key) => (shares[key] > shares[most] ? key : most));
}

/** The first of the listed devices, by LUTs, that a design fits in as it is mapped; null where it fits in none. */
export function smallestPart(demand: Demand): Fit | null {
  return PARTS.map((part) => fitOf(demand, part)).find(({ verdict }) => verdict === 'fits') ?? null;
}
