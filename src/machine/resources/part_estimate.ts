import { familyToMap, findPart } from '../parts.ts';
import { type Estimate, estimateResources } from './estimate.ts';
import { type Fit, fitOf } from './fit.ts';
import type { Hardware } from './hardware.ts';

/** What hardware takes, and of which device how much. */
export interface PartEstimate extends Estimate {
  /** Against the part; null where it is not listed. */
  readonly fit: Fit | null;
}

/** Holds the estimate of hardware against the part of its config. */
export function estimateForPart(hardware: Hardware, part: string): PartEstimate {
  const estimate = estimateResources(hardware, familyToMap(part));
  const device = findPart(part);
  // Nothing is known of how Vivado packs it.
  return {
    ...estimate,
    fit: device === null ? null : fitOf({ mapped: estimate.total, packed: estimate.total }, device),
  };
}
