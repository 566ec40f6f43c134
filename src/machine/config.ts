/**
 * Sub-matrices of the stacked matrices W_x, W_r and W_ym, in the order of their rows, by ESE's names: input to gate, recurrent to gate (c is the
 * cell gate g), m to projection.
 */
export const STACKS = { x: ['ix', 'fx', 'cx', 'ox'], r: ['ir', 'fr', 'cr', 'or'], p: ['ym'] } as const;

/** Sub-matrices of a layer, those of {@link STACKS} one after the other. */
export const MATRICES = [...STACKS.x, ...STACKS.r, ...STACKS.p] as const;

/** Name of a sub-matrix. */
export type Matrix = (typeof MATRICES)[number];

/**
 * How dense weights are pruned: load-balance-aware as in ESE, the same without padding words, or with equally many weights per
 * lane in every column.
 */
export const ENCODINGS = ['ese', 'ese-padding-aware', 'column-balanced'] as const;

/** Name of an encoding. */
export type Encoding = (typeof ENCODINGS)[number];

/** Settings of a layer of a network that differ from those of the others. */
export interface LayerConfig {
  /** Bits of its weights, 4 to 16. */
  readonly weightBits?: number | undefined;
  /** Share of the weights of each of its matrices that pruning keeps, 0 to 1. */
  readonly density?: number | undefined;
  /** Block of which all of its matrices must be block-circulant, to be kept as spectra: 2 to 64, a power of two. */
  readonly block?: number | undefined;
}

/** What other networks may have that are loaded into network hardware: layers, peepholes of LSTMs, windows that begin anywhere in a group. */
export const ROOM_FEATURES = ['lstm', 'peepholes', 'gru', 'linear', 'windows', 'initialStates'] as const;

/** Least sizes of the memories of network hardware, so that other networks can be loaded. */
export interface NetworkRoom {
  /** Words of a lane, over all matrices. */
  readonly words: number;
  /** Columns of a group, over all matrices. */
  readonly columns: number;
  /** Rows of an ElemMul lane, over all layers: biases and peepholes. */
  readonly parameters: number;
  /** Elements of a group in the vector memory of a voice. */
  readonly elements: number;
  /** Accumulators of a PE in a tile. */
  readonly rows: number;
  /** Instructions of each unit. */
  readonly instructions: number;
  /** Words of the sequence memory of a network that runs by utterance, elemLanes elements each. */
  readonly sequence: number;
  /** Bits of sums, biases and aligned elements beyond those that the network needs. Default 2. */
  readonly bits: number;
  /** What the hardware has beside that of the network. */
  readonly features: readonly (typeof ROOM_FEATURES)[number][];
}

/** What the user chooses. A value of this type comes out of {@link parseConfig} and is valid throughout. */
export interface Config {
  /** Name of the top module: a Verilog identifier of lower-case letters, digits and underscores. Default `ese_lstm`. */
  readonly name: string;
  readonly array: {
    /** B: voices that share the weights: power of two; channels x groups x lanes is at most 2,048. */
    readonly channels: number;
    /** G: column groups of a voice, each with weights of its own: power of two. */
    readonly groups: number;
    /** PEs that split the rows: power of two, 1 to 128. */
    readonly lanes: number;
  };
  /** Element-wise units: power of two, 1 to `array.lanes`. Default 4, or `array.lanes` where that is less. */
  readonly elemLanes: number;
  /** Networks: elements of an input beat: power of two, 1 to 8. Default 1. */
  readonly inputBeat: number;
  /** Elements of an output beat: power of two, 1 to 8. Default 1. */
  readonly outputBeat: number;
  /** Activations that a PE's queue holds, 1 to 64. Default 8. */
  readonly fifoDepth: number;
  /** Bits of a relative row index, 2 to 10. Default 4. */
  readonly indexBits: number;
  /** Bits of a signed weight, 4 to 16. Default 12. */
  readonly weightBits: number;
  /** Bits of the elements of x, y, m and c, signed, 8 to 16. Default 16. */
  readonly vectorBits: number;
  /** Bits of an accumulator, 12 to 48, saturating; or as many as the model's worst case needs. Default `exact`. */
  readonly accumulatorBits: number | 'exact';
  /**
   * Sizes for which the memories are made, beyond those of the model: other models of at most these sizes can be loaded
   * then. Inputs, cells and outputs as the model has them, words a lane for all matrices together. Default: the model's.
   */
  readonly maximum: {
    readonly inputs: number;
    readonly cells: number;
    readonly outputs: number;
    readonly words: number;
  };
  /** Rule that chooses the weights to keep. A model that is pruned already keeps its own. Default `ese`. */
  readonly encoding: Encoding;
  /**
   * Where the weights are: in block RAM; of networks in UltraRAM, which is loaded before the start; or in external memory, read over AXI once a
   * time step. Default `onchip`.
   */
  readonly weights: 'onchip' | 'uram' | 'dram';
  /** Bits of the ports to external memory: power of two, 64 to 1,024. Default 512. */
  readonly memoryBusBits: number;
  /** Share of weights that pruning keeps, by sub-matrix, 0 to 1. Default 1. */
  readonly density: Readonly<Record<Matrix, number>>;
  /**
   * Networks that run by utterance: steps of the input for which the sequence memory has room, 1 to 65,535, default 16,384; and where it is: in
   * memories of the design, or in external memory, over a port of its own of `memoryBusBits`. Default `onchip`.
   */
  readonly sequence?: { readonly maxSteps: number; readonly memory: 'onchip' | 'dram' } | undefined;
  /**
   * Networks: hardware with room for others, which are loaded through the registers: least sizes of the memories, and what else they
   * may need. Default: as small as the network allows.
   */
  readonly room?: NetworkRoom | undefined;
  /** Settings of single layers of a network, by their names as `inspect` prints them; what is left out is as for all. */
  readonly layers?: Readonly<Record<string, LayerConfig>> | undefined;
  /** Inputs that the tables cover, ±range: powers of two, 1 to 16. Defaults 8 and 4. */
  readonly tables: { readonly sigmoidRange: number; readonly tanhRange: number };
  /**
   * Memory that holds the accumulators. `block`, `distributed`: each bank is a RAM of that kind; `auto` leaves that to the generator;
   * `split`: the rows are in two tiles, one in block RAM and one in distributed RAM, that take turns in being added to and drained:
   * half as many accumulators. Default `auto`.
   */
  readonly accumulatorMemory: 'auto' | 'block' | 'distributed' | 'split';
  /**
   * Activation queues: one a `lane`, so that a lane can run ahead of a slower one, or one a `group`, whose lanes then work in step and share
   * pointers, queue and weight address; weights on chip only. Default `lane`.
   */
  readonly activationQueue: 'lane' | 'group';
  /** Clock that constraints and printed times assume, MHz, above 0. Default 200. */
  readonly clockMHz: number;
  /** Xilinx part of the Vivado project. Default `xcku060-ffva1156-2-e`. */
  readonly part: string;
}

/** Share of the weights of `matrix` that pruning keeps, 0 to 1. */
export function densityOf(config: Config, matrix: Matrix): number {
  return config.density[matrix];
}
