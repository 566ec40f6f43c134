/** What the directory of an archive says of a file in it. */
export interface ZipEntry {
  readonly name: string;
  readonly crc32: number;
  /** Bytes, unpacked. */
  readonly size: number;
}

const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
/** Set where names are in UTF-8. */
const UTF8_FLAG = 1 << 11;

/**
 * The directory at the end of a zip archive, entry by entry, two of one name too. Archives of 4 GiB and more have another one.
 *
 * @returns null where there is none, or it is damaged
 */
export function zipDirectory(bytes: Uint8Array): readonly ZipEntry[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END_MARK) end--;
  if (end < 0) return null;
  const entries: ZipEntry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY_MARK) return null;
    const names = at + ENTRY_BYTES;
    const length = view.getUint16(at + 28, true);
    const encoding = (view.getUint16(at + 8, true) & UTF8_FLAG) === 0 ? 'latin1' : 'utf8';
    const name = Buffer.from(bytes.subarray(names, names + length)).toString(encoding);
    entries.push({ name, crc32: view.getUint32(at + 16, true), size: view.getUint32(at + 24, true) });
    at = names + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}
