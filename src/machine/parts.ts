import type { Resources } from './resources/counts.ts';

/** Families that Yosys synthesizes for: UltraScale, UltraScale+, 7 series. */
export const FAMILIES = ['xcu', 'xcup', 'xc7'] as const;
export type Family = (typeof FAMILIES)[number];

/** A device, without its package, speed and temperature grade. */
export interface Part {
  readonly name: string;
  readonly family: Family;
  readonly resources: Resources;
}

function part(name: string, lut: number, lutram: number, ff: number, bram: number, uram: number, dsp: number): Part {
  return { name, family: familyOf(name)!, resources: { lut, lutram, ff, bram, uram, dsp } };
}

/**
 * Devices, smallest first (by LUTs). From the data sheets: 7 series DS180, Zynq-7000 DS190, UltraScale and UltraScale+ DS890,
 * Zynq UltraScale+ DS891. LUTs that can be memory are the maximum of distributed RAM over 64 bits.
 */
export const PARTS: readonly Part[] = [
  part('xc7z020', 53_200, 17_400, 106_400, 140, 0, 220),
  part('xc7a200t', 134_600, 46_200, 269_200, 365, 0, 740),
  part('xcku025', 145_440, 67_680, 290_880, 360, 0, 1_152),
  part('xcku035', 203_128, 94_528, 406_256, 540, 0, 1_700),
  part('xc7k325t', 203_800, 64_000, 407_600, 445, 0, 840),
  part('xc7z045', 218_600, 70_400, 437_200, 545, 0, 900),
  part('xczu7ev', 230_400, 101_760, 460_800, 312, 96, 1_728),
  part('xcku040', 242_400, 112_800, 484_800, 600, 0, 1_920),
  part('xczu9eg', 274_080, 144_000, 548_160, 912, 0, 2_520),
  part('xcku060', 331_680, 146_880, 663_360, 1_080, 0, 2_760),
  part('xcvu3p', 394_080, 197_040, 788_160, 720, 320, 2_280),
  part('xc7vx690t', 433_200, 174_200, 866_400, 1_470, 0, 3_600),
  part('xcku085', 497_520, 220_320, 995_040, 1_620, 0, 4_100),
  part('xczu19eg', 522_720, 161_280, 1_045_440, 984, 128, 1_968),
  part('xcku095', 537_600, 76_800, 1_075_200, 1_680, 0, 768),
  part('xcku115', 663_360, 293_760, 1_326_720, 2_160, 0, 5_520),
  part('xcvu9p', 1_182_240, 591_840, 2_364_480, 2_160, 960, 6_840),
  part('xcvu13p', 1_728_000, 791_040, 3_456_000, 2_688, 1_280, 12_288),
];

/** The listed device of a part number such as `xcku060-ffva1156-2-e`; null where it is not listed. */
export function findPart(number: string): Part | null {
  return PARTS.find(({ name }) => name === deviceOf(number)) ?? null;
}

/** Family of a part number by its beginning; null where it is none of them. */
export function familyOf(number: string): Family | null {
  const device = deviceOf(number);
  if (/^xc7/.test(device)) return 'xc7';
  if (/^xc[kv]u\d+$/.test(device)) return 'xcu';
  return /^xc([kva]u\d+p|zu\d)/.test(device) ? 'xcup' : null;
}

/** Family of a part number; UltraScale where it is none that Yosys knows. */
export function familyToMap(number: string): Family {
  return familyOf(number) ?? 'xcu';
}

/** `xcku060-ffva1156-2-e` → `xcku060`, `xc7k325tffg900-2` → `xc7k325t`. */
function deviceOf(number: string): string {
  return /^xc7[akvsz]x?\d+[ts]?|^[^-]*/.exec(number)![0];
}
