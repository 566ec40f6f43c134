/**
 * What a field does:
 *
 * - `const`  a value of the design, decided when it is generated
 * - `ro`     what the hardware shows
 * - `low`    the lower half of a 64-bit counter; reading it keeps the upper half for the register behind it
 * - `high`   the upper half, as it was when the lower half was read last
 * - `rw`     storage
 * - `w1s`    writing 1 starts something; reads as 0
 * - `push`   every written word is taken; only writes of all four bytes count; reads as 0
 * - `w1c`    set by the hardware, and stays until 1 is written
 */
export type Access = 'const' | 'ro' | 'low' | 'high' | 'rw' | 'w1s' | 'push' | 'w1c';

/** Designs that have a register or a field: with weights in external memory, of one layer, of a network, with sequences in external memory. */
export type Only = 'dram' | 'layer' | 'network' | 'sequence';

/** What decides which registers a design has. */
export interface RegisterKind {
  /** Whether its weights are in external memory. */
  readonly dram: boolean;
  /** Whether it runs networks, and not one layer. */
  readonly network: boolean;
  /** Whether the sequence memory is in external memory. */
  readonly sequence: boolean;
}

/** Bits of a register. */
export interface RegisterField {
  /** Lower-case name. In the RTL it stands behind that of its register: `control_run`. */
  readonly name: string;
  readonly lsb: number;
  readonly bits: number;
  readonly access: Access;
  /** Whether the hardware can clear an `rw` field. */
  readonly cleared?: boolean;
  /** Designs that have it; all that have the register where left out. */
  readonly only?: Only;
  readonly what: string;
}

/** A 32-bit register. */
export interface Register {
  /** Upper-case name, as in the C header. */
  readonly name: string;
  /** Byte offset from the base of the register file, a multiple of 4. */
  readonly offset: number;
  /** Designs that have it; all where left out. */
  readonly only?: Only;
  readonly what: string;
  readonly fields: readonly RegisterField[];
}
