/** Resources of a device, as its data sheet counts them. */
export interface Resources {
  /** Look-up tables, those used as memory included. */
  readonly lut: number;
  /** Look-up tables used as memory or shift register. */
  readonly lutram: number;
  /** Flip-flops. Latches are not counted: there must be none. */
  readonly ff: number;
  /** Block RAMs of 36 Kbit; one of 18 Kbit is half. */
  readonly bram: number;
  /** UltraRAMs of 288 Kbit. */
  readonly uram: number;
  readonly dsp: number;
}

export type Resource = keyof Resources;

/** The resources in the order of reports, with the names of reports. */
export const RESOURCES: readonly (readonly [key: Resource, name: string])[] = [
  ['lut', 'LUT'],
  ['lutram', 'LUTRAM'],
  ['ff', 'FF'],
  ['bram', 'BRAM36'],
  ['uram', 'URAM'],
  ['dsp', 'DSP'],
];

export const NO_RESOURCES: Resources = { lut: 0, lutram: 0, ff: 0, bram: 0, uram: 0, dsp: 0 };

/** `a` + `times` · `b`. */
export function addResources(a: Resources, b: Resources, times = 1): Resources {
  return {
    lut: a.lut + times * b.lut,
    lutram: a.lutram + times * b.lutram,
    ff: a.ff + times * b.ff,
    bram: a.bram + times * b.bram,
    uram: a.uram + times * b.uram,
    dsp: a.dsp + times * b.dsp,
  };
}
