import { NO_RESOURCES, type Resources } from '../machine/resources/counts.ts';

/**
 * What a cell is to the longest path.
 * - `logic`: a look-up table; every input reaches every output
 * - `fast`: a wide multiplexer on dedicated wires
 * - `carry`: a block of a carry chain
 * - `memory`: distributed RAM or shift register: clocked, but its address reaches the output at once
 * - `dsp`: depends on its registers
 * - `register`: everything that is clocked only
 */
export type CellKind = 'logic' | 'fast' | 'carry' | 'memory' | 'dsp' | 'register';

/** LUTs of a distributed RAM or shift register (UG474, UG574: "Distributed RAM Configuration"). */
const LUTRAM: Readonly<Record<string, number>> = {
  RAM16X1S: 1,
  RAM16X1D: 2,
  RAM32X1S: 1,
  RAM32X1D: 2,
  RAM32M: 4,
  RAM32M16: 8,
  RAM64X1S: 1,
  RAM64X1D: 2,
  RAM64M: 4,
  RAM64M8: 8,
  RAM64X8SW: 8,
  RAM32X16DR8: 8,
  RAM128X1S: 2,
  RAM128X1D: 4,
  RAM256X1S: 4,
  RAM256X1D: 8,
  RAM512X1S: 8,
  SRL16E: 1,
  SRLC16E: 1,
  SRLC32E: 1,
};

const LOGIC = /^(LUT[1-6]|INV)$/;
const FLIP_FLOP = /^FD[A-Z]+(_1)?$/;
const BLOCK_RAM = /^RAMB(18|36)E[12]$/;
const DSP = /^DSP48E[12]$/;

/** Resources of one primitive of the 7 series, UltraScale or UltraScale+; null where it is none that is known. */
export function primitiveResources(type: string): Resources | null {
  const lutram = LUTRAM[type];
  if (lutram !== undefined) return { ...NO_RESOURCES, lut: lutram, lutram };
  if (LOGIC.test(type)) return { ...NO_RESOURCES, lut: 1 };
  if (FLIP_FLOP.test(type)) return { ...NO_RESOURCES, ff: 1 };
  const bram = BLOCK_RAM.exec(type);
  if (bram !== null) return { ...NO_RESOURCES, bram: bram[1] === '18' ? 0.5 : 1 };
  if (DSP.test(type)) return { ...NO_RESOURCES, dsp: 1 };
  if (type === 'URAM288') return { ...NO_RESOURCES, uram: 1 };
  return /^(CARRY[48]|MUXF[789]|BUFG|IBUF|OBUF|VCC|GND)$/.test(type) ? NO_RESOURCES : null;
}

/** What a primitive is to the longest path. */
export function cellKind(type: string): CellKind {
  if (LOGIC.test(type)) return 'logic';
  if (/^(MUXF[789]|BUFG|IBUF|OBUF)$/.test(type)) return 'fast';
  if (/^CARRY[48]$/.test(type)) return 'carry';
  if (type in LUTRAM) return 'memory';
  return DSP.test(type) ? 'dsp' : 'register';
}

/** Where a memory went, by one of its primitives; null for other cells. */
export function memoryKind(type: string): 'block' | 'ultra' | 'distributed' | null {
  if (BLOCK_RAM.test(type)) return 'block';
  if (type === 'URAM288') return 'ultra';
  return type.startsWith('RAM') && type in LUTRAM ? 'distributed' : null;
}
