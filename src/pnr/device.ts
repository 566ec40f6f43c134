/** A device that nextpnr places and routes for. */
export interface Device {
  readonly tool: 'nextpnr-ice40' | 'nextpnr-ecp5';
  readonly family: 'ice40' | 'ecp5';
  /** Arguments that name the device and a package of it. */
  readonly args: readonly string[];
  /** Speed grades, the default first; none where the device's name says it. */
  readonly speeds: readonly number[];
  /** Clock that placement strives for, MHz: above what designs reach. */
  readonly strivesFor: number;
}

const ICE40 = { tool: 'nextpnr-ice40', family: 'ice40', speeds: [], strivesFor: 150 } as const;
const ECP5 = { tool: 'nextpnr-ecp5', family: 'ecp5', speeds: [6, 7, 8], strivesFor: 200 } as const;

/** Devices by the name that `--device` takes. */
export const DEVICES: Readonly<Record<string, Device>> = {
  'ice40-hx1k': { ...ICE40, args: ['--hx1k', '--package', 'tq144'] },
  'ice40-hx4k': { ...ICE40, args: ['--hx4k', '--package', 'tq144'] },
  'ice40-hx8k': { ...ICE40, args: ['--hx8k', '--package', 'ct256'] },
  'ice40-up5k': { ...ICE40, args: ['--up5k', '--package', 'sg48'], strivesFor: 60 },
  'ecp5-12k': { ...ECP5, args: ['--12k', '--package', 'CABGA381'] },
  'ecp5-25k': { ...ECP5, args: ['--25k', '--package', 'CABGA381'] },
  'ecp5-45k': { ...ECP5, args: ['--45k', '--package', 'CABGA381'] },
  'ecp5-85k': { ...ECP5, args: ['--85k', '--package', 'CABGA381'] },
};
