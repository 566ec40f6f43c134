import { roundShift, saturate } from '../util/fixed.ts';

/** Twin of assemble.v: a projection sum to an element of y. */
export function assemble(sum: number, shift: number, bits: number): number {
  return saturate(roundShift(sum, shift), bits);
}
