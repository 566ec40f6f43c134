import type { LayerHardware, NetworkHardware } from '../machine/resources/hardware.ts';
import type { Design } from './design.ts';
import type { NetworkDesign } from './network_design.ts';

/** Hardware of a design of one layer: what of it decides the resources. */
export function layerHardware({
  config,
  dimensions: sizes,
  formats,
}: Pick<Design, 'config' | 'dimensions' | 'formats'>): LayerHardware {
  return { kind: 'layer', sizes, formats, indexBits: config.indexBits, fifoDepth: config.fifoDepth };
}

/** Hardware of a design of a network. */
export function networkHardware({ sizes }: Pick<NetworkDesign, 'sizes'>): NetworkHardware {
  return { kind: 'network', sizes };
}
