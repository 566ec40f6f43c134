import { join } from 'node:path';
import { encodeNpz } from '../../data/npz.ts';
import type { Graph, Port } from '../../model/graph.ts';
import { EsegenError } from '../../util/errors.ts';
import { encodeNpy, type NpyArray } from '../../util/npy.ts';
import { quoteNames } from '../../util/quote_name.ts';
import { checkFileTarget, checkFolderTarget } from '../../util/write_files.ts';
import { matchNames, type NamedPath } from './named_path.ts';

/** Where outputs go: each to a file or folder of its own, or all into one archive. */
export type OutputTargets =
  | { readonly kind: 'archive'; readonly path: string }
  | { readonly kind: 'files' | 'folders'; readonly paths: ReadonlyMap<Port, string> };

/**
 * Checks where outputs are to go.
 *
 * @param folders whether the inputs are the files of a folder, so that each output is one
 * @param sources files and folders that must not be replaced
 * @throws EsegenError where an output is unknown, or a target cannot be written
 */
export function outputTargets(
  graph: Graph,
  out: readonly NamedPath[],
  folders: boolean,
  sources: readonly string[],
): OutputTargets {
  const [first] = out;
  const { outputs } = graph;
  if (!folders && out.length === 1 && first!.name === null && first!.path.toLowerCase().endsWith('.npz')) {
    checkFileTarget(first!.path, sources);
    return { kind: 'archive', path: first!.path };
  }
  if (out.length === 1 && first!.name === null && outputs.length > 1) {
    const names = quoteNames(outputs.map(({ name }) => name));
    const fix = `Write --out name=file for those that you want${folders ? '' : ', or name an .npz for all'}`;
    throw new EsegenError(first!.path, `the model has several outputs: ${names}`, fix);
  }
  const paths = matchNames('--out', 'an output', out, outputs);
  for (const path of paths.values()) {
    if (folders) checkFolderTarget(path, sources);
    else checkArrayTarget(path, sources);
  }
  return { kind: folders ? 'folders' : 'files', paths };
}

/** @throws EsegenError where a file to write an array to is not called `.npy`, or cannot be written */
export function checkArrayTarget(path: string, sources: readonly string[]): void {
  checkFileTarget(path, sources);
  if (!/\.npy$/i.test(path)) throw new EsegenError(path, 'expected a name that ends in .npy');
}

/** Files or folders of the outputs. */
export function targetPaths(targets: OutputTargets): readonly string[] {
  return targets.kind === 'archive' ? [targets.path] : [...targets.paths.values()];
}

/**
 * Files of the outputs of a set.
 *
 * @param file name of the set's file in its folder
 * @param lengths steps of utterances, for an archive
 */
export function outputFiles(
  targets: OutputTargets,
  arrays: ReadonlyMap<string, NpyArray>,
  file: string | null,
  lengths: readonly number[] | null,
): ReadonlyMap<string, Uint8Array> {
  if (targets.kind === 'archive') {
    const all = new Map(arrays);
    if (lengths !== null && !all.has('lengths')) {
      all.set('lengths', { dtype: 'int32', shape: [lengths.length], data: Int32Array.from(lengths) });
    }
    return new Map([[targets.path, encodeNpz(all, targets.path)]]);
  }
  return new Map(
    [...targets.paths].map(([{ name }, target]) => {
      const path = file === null ? target : join(target, file);
      return [path, encodeNpy(arrays.get(name)!, path)];
    }),
  );
}
