import { ForwardSpectrum } from './forward_spectrum.ts';
import { spectralColumns } from './spectral_order.ts';

/**
 * What the spectra of a state start from, as STORE writes them, see {@link spectralColumns}.
 *
 * @param initial of the state
 * @param inner elements with which a part begins whose order is its own, rising, each a multiple of the block and the groups
 * @param bits of an element of either
 * @param groups a power of two
 */
export function startSpectrum(
  initial: Int32Array,
  inner: readonly number[],
  block: number,
  bits: number,
  groups: number,
): Int32Array {
  const forward = new ForwardSpectrum(block);
  const parts = [0, ...inner].map((from, part) => {
    const elements = initial.subarray(from, inner[part] ?? initial.length);
    const frame = new Int32Array(Math.ceil(elements.length / block) * block);
    frame.set(elements);
    const packed = new Int16Array(frame.length);
    for (let at = 0; at < frame.length; at += block) {
      forward.run(bits, frame.subarray(at, at + block), packed.subarray(at, at + block));
    }
    return Array.from(spectralColumns(block, groups, elements.length), (own) => (own < 0 ? 0 : packed[own]!));
  });
  return Int32Array.from(parts.flat());
}
