import type { Formats } from '../formats.ts';
import type { NetworkSizes } from '../network_sizes.ts';
import type { MachineSizes } from '../sizes.ts';

/** Hardware of one layer. */
export interface LayerHardware {
  readonly kind: 'layer';
  readonly sizes: MachineSizes;
  readonly formats: Formats;
  /** Bits of a relative row index. */
  readonly indexBits: number;
  /** Activations that a PE's queue holds. */
  readonly fifoDepth: number;
}

/** Hardware of networks. */
export interface NetworkHardware {
  readonly kind: 'network';
  readonly sizes: NetworkSizes;
}

/** Hardware whose resources are counted: its sizes, and nothing of a model. */
export type Hardware = LayerHardware | NetworkHardware;
