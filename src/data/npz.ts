import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { unzipSync, zipSync } from 'fflate';
import { EsegenError } from '../util/errors.ts';
import { causeOf } from '../util/file_error.ts';
import { encodeNpy, type NpyArray, parseNpy } from '../util/npy.ts';
import { quoteName } from '../util/quote_name.ts';
import { statPath } from '../util/stat_path.ts';
import { zipDirectory } from './zip_directory.ts';

/** Largest archive, and largest sum of what is in one, in bytes. */
const BYTES_LIMIT = 2 ** 30;
const FIX = 'Save it with np.savez(path, x=x, lengths=lengths)';
/** Days before 1980 do not exist in an archive; a fixed one makes equal arrays equal bytes. */
const DATE = new Date(1980, 0, 1);

/**
 * Reads an archive of arrays as `np.savez` and `np.savez_compressed` write it.
 *
 * @returns arrays by name, without the `.npy` behind it
 * @throws EsegenError where it cannot be read, is damaged, larger than 1 GiB packed or unpacked, or an array is not as `parseNpy` takes it
 */
export function readNpz(path: string): ReadonlyMap<string, NpyArray> {
  const size = statPath(path)?.size ?? 0;
  if (size > BYTES_LIMIT) throw tooLarge(path, size);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new EsegenError(path, `cannot be read (${causeOf(error)})`, 'Check the path and its permissions');
  }
  const arrays = new Map<string, NpyArray>();
  const contents = unzip(path, bytes);
  const entries = zipDirectory(bytes);
  if (entries === null) throw new EsegenError(path, 'its directory of files is damaged', 'Save or copy it again');
  for (const { name, crc32: sum, size: length } of entries) {
    if (!name.endsWith('.npy')) throw new EsegenError(path, `holds ${quoteName(name)}, expected only .npy files`, FIX);
    const key = name.slice(0, -'.npy'.length);
    if (arrays.has(key)) throw new EsegenError(path, `holds ${quoteName(name)} twice`, FIX);
    const content = contents[name];
    const where = `${path}: ${quoteName(name)}`;
    if (content?.length !== length || crc32(content) !== sum) {
      throw new EsegenError(where, 'its checksum is another one', 'The file is damaged; save or copy it again');
    }
    arrays.set(key, parseNpy(content, where));
  }
  if (arrays.size === 0) throw new EsegenError(path, 'holds no arrays', FIX);
  return arrays;
}

/** Lays out an archive of arrays, compressed, as `np.savez_compressed` does. */
export function encodeNpz(arrays: ReadonlyMap<string, NpyArray>, where = 'npz'): Uint8Array {
  const files = [...arrays].map(([name, array]) => [`${name}.npy`, encodeNpy(array, `${where}: ${quoteName(name)}`)]);
  return zipSync(Object.fromEntries(files) as Record<string, Uint8Array>, { mtime: DATE });
}

function unzip(path: string, bytes: Uint8Array): Record<string, Uint8Array> {
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ originalSize }) => {
        total += originalSize;
        if (total > BYTES_LIMIT) throw tooLarge(path, total);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof EsegenError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new EsegenError(path, `expected an archive of NumPy (.npz), got a file that is none (${cause})`, FIX);
  }
}

function tooLarge(path: string, size: number): EsegenError {
  return new EsegenError(path, `expected at most ${BYTES_LIMIT} bytes, got ${size}`, 'Split the arrays');
}
