import { PARTS, type Part } from './parts.ts';
import { RESOURCES, type Resource, type Resources } from './resources.ts';

/** How much of a device a design takes. */
export interface Fit {
  readonly part: Part;
  readonly fits: boolean;
  /** Used over available, by resource; a resource that neither has is 0, one that the device lacks Infinity. */
  readonly shares: Resources;
  /** The resource with the largest share. */
  readonly limit: Resource;
}

/** Holds a design against a device. */
export function fitOf(used: Resources, part: Part): Fit {
  const share = (key: Resource) => (used[key] === 0 ? 0 : used[key] / part.resources[key]);
  const shares = Object.fromEntries(RESOURCES.map(([key]) => [key, share(key)])) as unknown as Resources;
  const limit = RESOURCES.map(([key]) => key).reduce((most, key) => (shares[key] > shares[most] ? key : most));
  return { part, fits: shares[limit] <= 1, shares, limit };
}

/** The first of the listed devices, by LUTs, that a design fits in; null where it fits in none. */
export function smallestPart(used: Resources): Fit | null {
  return PARTS.map((part) => fitOf(used, part)).find(({ fits }) => fits) ?? null;
}
