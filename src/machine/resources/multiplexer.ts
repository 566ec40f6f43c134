/**
 * LUTs of a multiplexer of n inputs, a bit: one of two or four in a LUT of six inputs, and wider ones of several of these behind the wide
 * multiplexers F7 to F9 of a slice (UG574, "Wide Multiplexers").
 */
export function multiplexer(inputs: number): number {
  return inputs < 2 ? 0 : Math.ceil(inputs / 4);
}
