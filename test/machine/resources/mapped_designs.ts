import type { DesignFiles } from '../../../src/design/files.ts';
import { generate } from '../../../src/design/generate.ts';
import { networkSimulationFiles } from '../../../src/design/network_files.ts';
import type { Hardware } from '../../../src/machine/resources/hardware.ts';
import { type NetworkDesign, networkDesign } from '../../../src/program/network_design.ts';
import { randomConvolutions } from '../../golden/random_quantized.ts';
import { circulantDesign } from '../../lib/circulant_design.ts';
import { randomDesign } from '../../lib/random_design.ts';
import { randomNetworkDesign } from '../../lib/random_network_design.ts';

/** A design whose mapped resources are in the fixture: how to build it, and its hardware. */
export interface MappedDesign {
  readonly title: string;
  readonly hardware: Hardware;
  readonly files: DesignFiles;
}

export const PARTS = { xcu: 'xcku060-ffva1156-2-e', xcup: 'xcvu9p-flga2104-2-i' } as const;

export function layerDesign(
  title: string,
  compilation: import('../../../src/compiler/compile.ts').Compilation,
): MappedDesign {
  const { dimensions, formats } = compilation.design;
  const config = { ...compilation.design.config, name: 'net' };
  return {
    title,
    hardware: { kind: 'layer', sizes: dimensions, formats, indexBits: config.indexBits, fifoDepth: config.fifoDepth },
    files: generate(
      { ...compilation, design: { ...compilation.design, config } },
      { layer: compilation.layer, outputLayer: null },
      { norm: null, labels: null },
    ),
  };
}

export function ofNetwork(title: string, drawn: NetworkDesign): MappedDesign {
  const design = networkDesign(drawn.program, { ...drawn.config, name: 'net' });
  return { title, hardware: { kind: 'network', sizes: design.sizes }, files: networkSimulationFiles(design) };
}

export function mappedDesign(id: string): MappedDesign {
  const [kind, seed] = [id.split('-')[0], Number(id.split('-')[1])];
  if (kind === 'layer') return layerDesign(id, randomDesign(seed).compilation);
  if (kind === 'network') return ofNetwork(id, randomNetworkDesign(seed).design);
  if (kind === 'convolution') return ofNetwork(id, randomNetworkDesign(seed, randomConvolutions).design);
  return ofNetwork(id, circulantDesign(seed).design);
}
