/** Arrays that programs are made of. */
type TypedArray = Int16Array | Int32Array | Float64Array;

const KINDS = { int16: Int16Array, int32: Int32Array, float64: Float64Array } as const;

/** An array as base64, least significant byte first. */
export function encodeArray(values: TypedArray): string {
  const { BYTES_PER_ELEMENT: width, length } = values;
  const bytes = Buffer.alloc(width * length);
  for (let at = 0; at < length; at++) {
    if (values instanceof Float64Array) bytes.writeDoubleLE(values[at]!, at * width);
    else bytes.writeIntLE(values[at]!, at * width, width);
  }
  return bytes.toString('base64');
}

/** The array of a text; null where it is not one of whole elements. */
export function decodeArray(kind: keyof typeof KINDS, text: string): TypedArray | null {
  const bytes = Buffer.from(text, 'base64');
  const { BYTES_PER_ELEMENT: width } = KINDS[kind];
  if (bytes.length % width !== 0 || bytes.toString('base64') !== text) return null;
  const values = new KINDS[kind](bytes.length / width);
  for (let at = 0; at < values.length; at++) {
    values[at] = kind === 'float64' ? bytes.readDoubleLE(at * width) : bytes.readIntLE(at * width, width);
  }
  return values;
}
