import type { Compilation } from '../../../src/compiler/compile.ts';
import type { DesignFiles } from '../../../src/design/files.ts';
import { generate } from '../../../src/design/generate.ts';
import { networkSimulationFiles } from '../../../src/design/network_files.ts';
import type { Hardware } from '../../../src/machine/resources/hardware.ts';
import { layerHardware, networkHardware } from '../../../src/program/hardware_of.ts';
import { type NetworkDesign, networkDesign } from '../../../src/program/network_design.ts';
import { randomConvolutions } from '../../golden/random_quantized.ts';
import { circulantDesign } from '../../lib/circulant_design.ts';
import { randomDesign } from '../../lib/random_design.ts';
import { randomNetworkDesign } from '../../lib/random_network_design.ts';

/** Name of all designs that are mapped, so that equal modules have equal texts. */
export const TOP = 'net';

/** A design to map: its hardware, and its files. */
export interface SourceDesign {
  readonly hardware: Hardware;
  readonly files: DesignFiles;
}

function ofLayer(compilation: Compilation): SourceDesign {
  const design = { ...compilation.design, config: { ...compilation.design.config, name: TOP } };
  const model = { layer: compilation.layer, outputLayer: null };
  return {
    hardware: layerHardware(design),
    files: generate({ ...compilation, design }, model, { norm: null, labels: null }),
  };
}

function ofNetwork({ program, config }: NetworkDesign): SourceDesign {
  const design = networkDesign(program, { ...config, name: TOP });
  return { hardware: networkHardware(design), files: networkSimulationFiles(design) };
}

/** The same network with its weights in UltraRAM. */
function inUltraRam({ program, config }: NetworkDesign): NetworkDesign {
  return networkDesign(program, { ...config, weights: 'uram', part: 'xcvu3p-ffvc1517-2-e' });
}

/**
 * The random design of an id: `layer-3` is that of seed 3 of the co-simulation tests of one layer, `network`, `convolution` and `circulant` those of
 * networks, and `ultra-3` is `network-3` with its weights in UltraRAM.
 */
export function sourceDesign(id: string): SourceDesign {
  const [kind, number] = id.split('-');
  const seed = Number(number);
  switch (kind) {
    case 'layer':
      return ofLayer(randomDesign(seed).compilation);
    case 'network':
      return ofNetwork(randomNetworkDesign(seed).design);
    case 'convolution':
      return ofNetwork(randomNetworkDesign(seed, randomConvolutions).design);
    case 'ultra':
      return ofNetwork(inUltraRam(randomNetworkDesign(seed).design));
    case 'circulant':
      return ofNetwork(circulantDesign(seed).design);
    default:
      throw new Error(`no design ${id}`);
  }
}
