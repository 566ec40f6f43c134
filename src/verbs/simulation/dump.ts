import { join } from 'node:path';
import type { Frames } from '../../data/frames.ts';
import { encodeNpz } from '../../data/npz.ts';
import { encodeNpy, type NpyArray } from '../../util/npy.ts';
import { makeFolderTarget, writeFiles } from '../../util/write_files.ts';
import type { HardwarePort } from '../opened/opened_design.ts';
import { layOutUtterances } from '../run/utterances.ts';
import type { InputUtterances } from './input_frames.ts';

/** One output of all utterances, from one source. */
export interface DumpedOutput {
  /** Of the file: `rtl_y`, `golden_y` or `float_y`; with the number of the output behind it where there are several. */
  readonly name: string;
  readonly output: HardwarePort;
  /** int16 for integers in the format of the output. */
  readonly dtype: 'int16' | 'float64';
  /** Utterance by utterance, over all sets. */
  readonly utterances: readonly Frames[];
}

/**
 * Writes outputs, laid out as the frames were: a file for each source; an archive with `y` and `lengths` where the frames came from
 * one with lengths; a folder with a file for each that was read, where they came from a folder.
 *
 * @throws EsegenError where they cannot be written
 */
export function dumpOutputs(dir: string, sets: readonly InputUtterances[], sources: readonly DumpedOutput[]): void {
  makeFolderTarget(dir);
  const files = new Map<string, Uint8Array>();
  for (const { name, output, dtype, utterances } of sources) {
    if (sets.some(({ file }) => file !== null)) makeFolderTarget(join(dir, name));
    let next = 0;
    for (const set of sets) {
      const own = utterances.slice(next, next + set.utterances.length);
      next += own.length;
      const array = asArray(output, set, own, dtype);
      const path = join(dir, set.file === null ? `${name}.${set.hasLengths ? 'npz' : 'npy'}` : join(name, set.file));
      files.set(path, set.hasLengths ? encodeNpz(withLengths(array, own), path) : encodeNpy(array, path));
    }
  }
  writeFiles(files);
}

function asArray(
  { port: { name }, model, tensor }: HardwarePort,
  set: InputUtterances,
  own: readonly Frames[],
  dtype: DumpedOutput['dtype'],
): NpyArray {
  const plain = { ...set, reading: { ...set.reading, style: 'plain' as const } };
  const { shape, data } =
    model === null
      ? layOutUtterances(plain, own, { name, tensor: tensor.id, axes: [] }, tensor)
      : layOutUtterances(set, own, model, tensor);
  return dtype === 'int16'
    ? { dtype, shape, data: Int16Array.from(data) }
    : { dtype, shape, data: data as Float64Array };
}

function withLengths(y: NpyArray, own: readonly Frames[]): ReadonlyMap<string, NpyArray> {
  const lengths = Int32Array.from(own, ({ frames }) => frames);
  return new Map<string, NpyArray>([
    ['y', y],
    ['lengths', { dtype: 'int32', shape: [own.length], data: lengths }],
  ]);
}
