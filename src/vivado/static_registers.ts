import type { NetworkSizes } from '../machine/network_sizes.ts';

/** Paths between registers that have more than a cycle. */
export interface StaticPath {
  /** Cells of both ends by the names that Vivado gives them: `u_core/last_reg` of the RTL is `u_core/last_reg_reg[*]`. */
  readonly from: string;
  readonly to: string;
  /** What the constraint says of them. */
  readonly what: string;
}

/** Registers of one-layer designs that stand still while the core runs. */
export function layerStatics({ dram }: { readonly dram: boolean }): StaticPath[] {
  const sizes = {
    from: 'u_image_loader/inputs_reg_reg[*]',
    to: 'u_core/last_reg_reg[*]',
    what: 'Inputs of the model, to the number of the last element of a frame',
  };
  return dram ? [sizes, weightBase('u_core/u_weight_reader/u_burst_reader')] : [sizes];
}

/** Registers of network designs that stand still while the core runs. */
export function networkStatics({
  external,
  sequenceStream,
}: Pick<NetworkSizes, 'external' | 'sequenceStream'>): StaticPath[] {
  const ends = ['u_sequence_writer', 'u_sequence_reader/u_sequence_fetch'];
  return [
    ...(external === null ? [] : [weightBase('u_network_core/u_weight_reader/u_burst_reader')]),
    ...(sequenceStream === null ? [] : ends.map((end) => sequenceBase(`u_network_core/${end}`))),
  ];
}

function sequenceBase(end: string): StaticPath {
  return {
    from: 'u_control_registers/sequence_base_*_address_reg_reg[*]',
    to: `${end}/base_reg_reg[*]`,
    what: 'SEQUENCE_BASE, to a master of the sequence memory',
  };
}

function weightBase(reader: string): StaticPath {
  return {
    from: 'u_control_registers/base_*_address_reg_reg[*]',
    to: `${reader}/image_reg_reg[*]`,
    what: 'BASE, to the reader of the weights',
  };
}
