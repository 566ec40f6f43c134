/**
 * Fixed-point formats of a layer. A value v is stored as the integer v * 2^fraction; `*Frac` counts fraction bits (they may
 * be negative for a matrix of large weights). Chosen once by `quantizeLayer`, printed into the RTL and used by the golden model.
 */
export interface Formats {
  /** Bits of x, y, m and c. */
  readonly vectorBits: number;
  readonly xFrac: number;
  readonly yFrac: number;
  /** m lies in (-1, 1): vectorBits - 1. */
  readonly mFrac: number;
  readonly cFrac: number;
  /** Bits of a weight, and the scale of each matrix. */
  readonly weightBits: number;
  readonly weightXFrac: number;
  readonly weightRFrac: number;
  /** 0 without a projection. */
  readonly weightPFrac: number;
  /** Left shifts that bring x and y to the common fraction bits of the gate sums: weightFrac + vectorFrac + align = accFrac. */
  readonly xAlign: number;
  readonly yAlign: number;
  /** Bits of an aligned activation, vectorBits + the larger alignment. */
  readonly actBits: number;
  /** Fraction bits of the gate sums and of the biases. */
  readonly accFrac: number;
  /** Bits of an accumulator, and whether it saturates because the config forces its width. */
  readonly accBits: number;
  readonly saturate: boolean;
  /** Bits of a bias. */
  readonly biasBits: number;
  /** Bits and fraction bits of a peephole weight; its product with c is shifted left by `peepShift` to accFrac. */
  readonly peepBits: number;
  readonly peepFrac: number;
  readonly peepShift: number;
  /** Bits of the exact gate sum: accumulators of all groups + bias + peephole product. */
  readonly sumBits: number;
  /** Right shift of a gate sum to z, which has 16 bits and Z_FRAC fraction bits. */
  readonly zShift: number;
  /** Right shift of a projection sum to y; 0 without a projection. */
  readonly yShift: number;
  /** Half the input range of the tables, powers of two. */
  readonly sigmoidRange: number;
  readonly tanhRange: number;
}

/** Gate pre-activations: 16 bits with 11 fraction bits, range [-16, 16); they saturate by design (the tables end earlier). */
export const Z_BITS = 16;
export const Z_FRAC = 11;

/** Bits of an element of a vector at most, and of the state of an LSTM that needs more of them. */
export const VALUE_BITS = 16;
export const WIDE_STATE_BITS = 24;

/** Table words, and with them sigmoid, tanh and their products: 16 bits with 15 fraction bits. */
export const TABLE_BITS = 16;
export const TABLE_FRAC = 15;
export const TABLE_ENTRIES = 2048;

/** Fraction bits of f*c' + i*g before rounding: two table words make 30. */
export const PRODUCT_FRAC = 2 * TABLE_FRAC;

/** Bits of a peephole weight. */
export const PEEP_BITS = 16;

/** Widest activation operand of a DSP48E2 (27 bits signed), less one for the sign of the alignment's headroom. */
export const MAX_ACT_BITS = 26;
