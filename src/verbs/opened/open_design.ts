import { loadDesign } from '../../design/load_design.ts';
import { holdsNetwork, loadNetwork } from '../../design/load_network.ts';
import type { OpenedDesign } from './opened_design.ts';
import { OpenedLayer } from './opened_layer.ts';
import { OpenedNetwork } from './opened_network.ts';

/**
 * Opens a design directory and checks every file of it.
 *
 * @throws EsegenError where it is not one, or is damaged
 */
export function openDesign(dir: string): OpenedDesign {
  return holdsNetwork(dir) ? new OpenedNetwork(dir, loadNetwork(dir)) : new OpenedLayer(loadDesign(dir));
}
