/** Fields of a WAV file built for tests; the defaults make a legal one. */
export interface WavFields {
  readonly format?: number;
  readonly channels?: number;
  readonly rate?: number;
  readonly bits?: number;
  readonly blockAlign?: number;
  readonly samples?: readonly number[];
  /** Extension after the first 16 bytes of the `fmt ` chunk. */
  readonly formatExtension?: readonly number[];
  /** Chunks between `fmt ` and `data`. */
  readonly before?: readonly number[];
  /** Bytes after the `data` chunk. */
  readonly after?: readonly number[];
}

/** One chunk: tag, length, content, padded to an even length. */
export function chunk(tag: string, content: readonly number[]): number[] {
  return [...text(tag), ...u32(content.length), ...content, ...(content.length % 2 === 0 ? [] : [0])];
}

export function text(value: string): number[] {
  return [...value].map((char) => char.charCodeAt(0));
}

export function u16(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff];
}

export function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

export function riff(chunks: readonly number[]): Uint8Array {
  return Uint8Array.from([...text('RIFF'), ...u32(4 + chunks.length), ...text('WAVE'), ...chunks]);
}

export function wavBytes(fields: WavFields = {}): Uint8Array {
  const { format = 1, channels = 1, rate = 8000, bits = 16, samples = [] } = fields;
  const blockAlign = fields.blockAlign ?? (channels * bits) / 8;
  const fmt = [
    ...u16(format),
    ...u16(channels),
    ...u32(rate),
    ...u32(rate * blockAlign),
    ...u16(blockAlign),
    ...u16(bits),
  ];
  return riff([
    ...chunk('fmt ', [...fmt, ...(fields.formatExtension ?? [])]),
    ...(fields.before ?? []),
    ...chunk('data', samples.flatMap(u16)),
    ...(fields.after ?? []),
  ]);
}
