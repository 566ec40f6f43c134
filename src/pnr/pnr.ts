import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadRtl } from '../design/load_rtl.ts';
import { sourcesOf } from '../synth/synthesize.ts';
import { EsegenError } from '../util/errors.ts';
import { DEVICES } from './device.ts';
import { type Placement, type PlaceOptions, placeAndRoute } from './place_route.ts';

/** What placements of a design gave. */
export interface PnrReport {
  readonly name: string;
  readonly device: string;
  /** Speed grade; null where the device has none to choose. */
  readonly speed: number | null;
  readonly placements: readonly Placement[];
}

/**
 * Places and routes a design directory with Yosys and nextpnr, on its own: all ports are shifted through four pins.
 *
 * @param name of the device, see DEVICES
 * @throws EsegenError for a damaged directory, an unknown device, a missing tool, and a design that does not fit
 */
export async function pnr(dir: string, name: string, options: PlaceOptions): Promise<PnrReport> {
  const device = Object.hasOwn(DEVICES, name) ? DEVICES[name]! : null;
  if (device === null) {
    throw new EsegenError('--device', `expected ${Object.keys(DEVICES).join(', ')}, got ${JSON.stringify(name)}`);
  }
  const loaded = loadRtl(dir);
  const sources = await sourcesOf(loaded);
  const paths = [...loaded.files.keys()].filter((path) => /^(rtl\/\w+\.v|mem\/\w+\.mem)$/.test(path));
  const files = new Map(paths.map((path) => [path, readFileSync(join(loaded.dir, ...path.split('/')), 'utf8')]));
  const { name: top } = loaded.config;
  const placements = await placeAndRoute(sources, files, top, device, options);
  return { name: top, device: name, speed: options.speed ?? device.speeds[0] ?? null, placements };
}
