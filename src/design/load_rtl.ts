import type { Config } from '../machine/config.ts';
import { loadDesign } from './load_design.ts';
import { holdsNetwork, loadNetwork } from './load_network.ts';

/** What synthesis needs of a design directory, whichever hardware it holds. */
export interface LoadedRtl {
  /** Absolute path. */
  readonly dir: string;
  readonly config: Config;
  /** SHA-256 by path, of every file but `design.json`; all have been checked. */
  readonly files: ReadonlyMap<string, string>;
  /** PEs, each with a multiplier. */
  readonly multipliers: number;
}

/**
 * Reads a design directory back and checks every file of it.
 *
 * @throws EsegenError where it is not one, or is damaged
 */
export function loadRtl(dir: string): LoadedRtl {
  if (holdsNetwork(dir)) {
    const { design, ...loaded } = loadNetwork(dir);
    const { channels, groups, lanes } = design.sizes;
    return { dir: loaded.dir, config: design.config, files: loaded.files, multipliers: channels * groups * lanes };
  }
  const { design, ...loaded } = loadDesign(dir);
  const { multipliers } = design.dimensions;
  return { dir: loaded.dir, config: design.config, files: loaded.files, multipliers };
}
