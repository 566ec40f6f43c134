import { registersOf } from '../control/registers.ts';
import type { Design } from '../program/design.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import type { VivadoDesign } from './files.ts';
import { busInterfaces } from './interfaces.ts';
import { layerStatics, networkStatics } from './static_registers.ts';

/** What Vivado and FuseSoC are told of the design of one layer. */
export function layerIp({ config, dimensions: d }: Pick<Design, 'config' | 'dimensions'>): VivadoDesign {
  return {
    config,
    library: 'lstm',
    description: `Sparse LSTM: ${d.inputs} inputs, ${d.cells} cells, ${d.outputs} outputs`,
    interfaces: busInterfaces({ channels: d.channels, memory: d.dram ? d : null, sequence: null, numbered: false }),
    registers: registersOf({ dram: d.dram, network: false, sequence: false }),
    statics: layerStatics(d),
  };
}

/** What Vivado and FuseSoC are told of the design of a network. Names of its ports come from a model file, so they are not told. */
export function networkIp({ config, program, sizes }: NetworkDesign): VivadoDesign {
  const elements = (ports: readonly { readonly elements: number }[]) => ports.map((port) => port.elements).join(' + ');
  return {
    config,
    library: 'network',
    description: `Sparse neural network: ${elements(program.inputs)} elements in, ${elements(program.outputs)} elements out`,
    interfaces: busInterfaces({
      channels: sizes.channels,
      memory: sizes.external,
      sequence: sizes.sequenceStream,
      numbered: true,
    }),
    registers: registersOf({
      dram: sizes.external !== null,
      network: true,
      sequence: sizes.sequenceStream !== null,
    }),
    statics: networkStatics(sizes),
  };
}
