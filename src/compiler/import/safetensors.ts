import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { EsegenError } from '../../errors.ts';
import type { LstmModel } from '../../model.ts';
import { lstmFromTensors } from './pytorch_lstm.ts';
import { quoteName } from './quote_name.ts';
import { headerLength, LENGTH_BYTES, parseHeader } from './safetensors_header.ts';
import type { SourceTensor } from './source_tensor.ts';
import { widenFloats } from './widen_floats.ts';

/** Largest single read, in bytes: the system calls below take signed 32-bit lengths. */
const READ_CHUNK = 1 << 30;

/** The tensors and texts of a safetensors file. */
export interface Safetensors {
  /** By name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, SourceTensor>;
  /** The `__metadata__` texts; empty where the file has none. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes `begin` to `end` (exclusive) of a file. */
type ReadRange = (begin: number, end: number) => Uint8Array;

/**
 * Parses a safetensors file that is in memory. Checks the whole container; values are checked when they are read.
 *
 * @param bytes the whole file
 * @param where file name for messages
 * @throws EsegenError at the first fault of the container, see `headerLength` and `parseHeader`
 */
export function parseSafetensors(bytes: Uint8Array, where: string): Safetensors {
  return parse(where, bytes.length, (begin, end) => bytes.subarray(begin, end));
}

/**
 * Opens a safetensors file for the time of `use`. Only the header is read at once; tensors are read where `use` asks for
 * their values, which it must do before it returns.
 *
 * @returns what `use` returns
 * @throws EsegenError where the file cannot be read or its container is faulty
 */
export function withSafetensors<T>(path: string, use: (file: Safetensors) => T): T {
  const fd = open(path);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new EsegenError(path, 'expected a file', 'Name a .safetensors file');
    return use(parse(path, stat.size, (begin, end) => readRange(path, fd, begin, end)));
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads a trained LSTM, and the linear layer `fc` behind it, from a safetensors file with PyTorch's names.
 *
 * @param path file of any size; only the tensors of the model are loaded
 * @throws EsegenError where the file cannot be read, is damaged, or holds a model that esegen cannot build
 */
export function readSafetensorsModel(path: string): LstmModel {
  return withSafetensors(path, (file) => lstmFromTensors(path, file.tensors));
}

function parse(where: string, fileBytes: number, read: ReadRange): Safetensors {
  const length = headerLength(where, read(0, Math.min(LENGTH_BYTES, fileBytes)), fileBytes);
  const dataAt = LENGTH_BYTES + length;
  const header = parseHeader(where, read(LENGTH_BYTES, dataAt), fileBytes - dataAt);

  const tensors = new Map<string, SourceTensor>();
  for (const { name, dtype, shape, begin, end } of header.entries.values()) {
    const floats = () => widenFloats(`${where}: ${quoteName(name)}`, dtype, read(dataAt + begin, dataAt + end));
    tensors.set(name, { name, dtype, shape, floats });
  }
  return { tensors, metadata: header.metadata };
}

function open(path: string): number {
  try {
    // Not blocking: a named pipe without a writer would wait for ever instead of being refused.
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new EsegenError(path, `cannot be opened (${code})`, 'Check the path and its permissions');
  }
}

function readRange(path: string, fd: number, begin: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - begin);
  let done = 0;
  while (done < bytes.length) {
    const got = readSync(fd, bytes, done, Math.min(READ_CHUNK, bytes.length - done), begin + done);
    if (got === 0) {
      throw new EsegenError(path, `ended at byte ${begin + done} while it was read, expected byte ${end}`, 'Try again');
    }
    done += got;
  }
  return bytes;
}
