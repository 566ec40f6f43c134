import { quoteName } from '../../util/quote_name.ts';
import { graphOf } from './graph_of_trained.ts';
import type { ImportedModel } from './imported_model.ts';
import { type ReadRange, withFile } from './model_file.ts';
import { lstmFromTensors } from './pytorch_lstm.ts';
import { headerLength, LENGTH_BYTES, parseHeader } from './safetensors_header.ts';
import type { SourceTensor } from './source_tensor.ts';
import { widenFloats } from './widen_floats.ts';

/** The tensors and texts of a safetensors file. */
export interface Safetensors {
  /** By name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, SourceTensor>;
  /** The `__metadata__` texts; empty where the file has none. */
  readonly metadata: ReadonlyMap<string, string>;
}

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
  return withFile(path, ({ size, read }) => use(parse(path, size, read)));
}

/**
 * Reads a trained LSTM, and the linear layer `fc` behind it, from a safetensors file with PyTorch's names.
 *
 * @param path file of any size; only the tensors of the model are loaded
 * @throws EsegenError where the file cannot be read, is damaged, or holds no LSTM
 */
export function importSafetensors(path: string): ImportedModel {
  return withSafetensors(path, ({ tensors }) => {
    const model = lstmFromTensors(path, tensors);
    const summaries = [...tensors.values()].map(({ name, dtype, shape }) => ({ name, dtype, shape }));
    return { graph: graphOf(model), model, tensors: summaries };
  });
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
