import { ForwardSpectrum } from './forward_spectrum.ts';
import { spectralColumns } from './spectral_order.ts';

/**
 * What the spectra of a state start from, as STORE writes them, see {@link spectralColumns}.
 *
 * @param initial of the state
 * @param bits of an element of either
 * @param groups a power of two
 */
export function startSpectrum(initial: Int32Array, block: number, bits: number, groups: number): Int32Array {
  const forward = new ForwardSpectrum(block);
  const frame = new Int32Array(Math.ceil(initial.length / block) * block);
  frame.set(initial);
  const packed = new Int16Array(frame.length);
  for (let at = 0; at < frame.length; at += block) {
    forward.run(bits, frame.subarray(at, at + block), packed.subarray(at, at + block));
  }
  return Int32Array.from(spectralColumns(block, groups, initial.length), (own) => (own < 0 ? 0 : packed[own]!));
}
