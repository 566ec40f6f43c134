import { EsegenError } from '../../util/errors.ts';
import type { Floats } from '../graph.ts';

/** A value of a 16-bit float: `bits` 0 to 65,535. */
type Widen = (bits: number) => number;

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. Exact in double precision. */
export const fromF16: Widen = (bits) => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
};

const word = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a binary32. Exact in single precision. */
export const fromBF16: Widen = (bits) => {
  word.setUint32(0, bits * 65536);
  return word.getFloat32(0);
};

/**
 * Decodes little-endian float bytes of any alignment.
 *
 * @param where file and tensor, for messages
 * @param dtype `F64` (gives Float64Array), `F32`, `F16` or `BF16` (give Float32Array, exactly)
 * @param bytes the whole tensor, a multiple of its element size
 * @throws EsegenError where the dtype is another one, or at the first NaN or infinity, with its flat index
 */
export function widenFloats(where: string, dtype: string, bytes: Uint8Array): Floats {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = decode(where, dtype, view);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new EsegenError(
        where,
        `value ${i} (row-major) is ${values[i]}, expected only finite values`,
        'Check the training run for divergence and export the model again',
      );
    }
  }
  return values;
}

function decode(where: string, dtype: string, view: DataView): Floats {
  switch (dtype) {
    case 'F64': {
      const out = new Float64Array(view.byteLength / 8);
      for (let i = 0; i < out.length; i++) out[i] = view.getFloat64(8 * i, true);
      return out;
    }
    case 'F32': {
      const out = new Float32Array(view.byteLength / 4);
      for (let i = 0; i < out.length; i++) out[i] = view.getFloat32(4 * i, true);
      return out;
    }
    case 'F16':
    case 'BF16': {
      const widen = dtype === 'F16' ? fromF16 : fromBF16;
      const out = new Float32Array(view.byteLength / 2);
      for (let i = 0; i < out.length; i++) out[i] = widen(view.getUint16(2 * i, true));
      return out;
    }
    default:
      throw new EsegenError(
        where,
        `expected dtype F32, F64, F16 or BF16, got ${dtype}`,
        'Export the model with floating-point weights; esegen quantizes them itself',
      );
  }
}
