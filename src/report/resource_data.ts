import { RESOURCES, type Resource } from '../machine/resources/counts.ts';
import type { Verdict } from '../machine/resources/fit.ts';
import type { Hardware } from '../machine/resources/hardware.ts';
import { estimateForPart } from '../machine/resources/part_estimate.ts';

/** A resource: what the design takes of it, what the part has, and what ESE's finished design took. */
export interface ResourceRow {
  readonly resource: Resource;
  readonly name: string;
  readonly used: number;
  /** Null where the part is not listed. */
  readonly available: number | null;
  /** Published; null where no figure is. */
  readonly ese: number | null;
}

/** What units of one purpose take. */
export interface ResourceUnit {
  readonly unit: string;
  readonly section: string;
  readonly instances: number;
  readonly used: Readonly<Record<Resource, number>>;
}

/** Resources of a design, by the analytic model. */
export interface ResourceData {
  readonly part: string;
  /** Null where the part is not listed. */
  readonly verdict: Verdict | null;
  readonly rows: readonly ResourceRow[];
  readonly units: readonly ResourceUnit[];
}

/** ESE on an XCKU060 with 32 voices (Han et al., FPGA 2017): as placed and routed. */
const ESE: Readonly<Partial<Record<Resource, number>>> = {
  lut: 293_920,
  lutram: 69_939,
  ff: 453_068,
  bram: 947,
  dsp: 1_504,
};

/** What hardware takes of a part. */
export function resourceData(hardware: Hardware, part: string): ResourceData {
  const { units, total, fit } = estimateForPart(hardware, part);
  const rows = RESOURCES.map(
    ([resource, name]): ResourceRow => ({
      ...{ resource, name, used: total[resource] },
      available: fit === null ? null : fit.part.resources[resource],
      ese: ESE[resource] ?? null,
    }),
  );
  return {
    part: fit === null ? part : fit.part.name,
    verdict: fit === null ? null : fit.verdict,
    rows: rows.filter(({ used, available }) => used > 0 || (available ?? 0) > 0),
    units: units.map(({ name, section, instances, all }) => ({ unit: name, section, instances, used: all })),
  };
}
