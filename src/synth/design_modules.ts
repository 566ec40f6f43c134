import { createHash } from 'node:crypto';
import type { Family } from '../machine/parts.ts';
import { EsegenError } from '../util/errors.ts';
import { ownText, type RtlilDesign, splitRtlil } from './rtlil.ts';
import { isRead, OUTPUTS, readScript } from './script.ts';
import type { Files, Yosys } from './yosys.ts';

/** A design to map. */
export interface MappedSource {
  /** Those that synthesis reads, or more, and `files.f`. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** Its name, that of its top module. */
  readonly top: string;
  readonly family: Family;
}

/**
 * The modules of a design by their names in Yosys, one for each set of parameters, with their keys: family and own text as Yosys read it, contents
 * of memories included. The hierarchy is kept, so that a module is mapped alike whatever the modules in it and around it are, and
 * modules with the same key are mapped once.
 */
export interface DesignModules extends RtlilDesign {
  readonly top: string;
  readonly family: Family;
  readonly keys: ReadonlyMap<string, string>;
}

/**
 * Reads a design, up to where synthesis begins.
 *
 * @throws EsegenError where Yosys is missing or fails
 */
export async function modulesOf({ files: all, top, family }: MappedSource, yosys: Yosys): Promise<DesignModules> {
  const sources = String(all.get('files.f')).trim().split('\n');
  const files: Files = new Map(
    [...all].filter(([path]) => isRead(path, top)).map(([path, text]) => [path, String(text)]),
  );
  const [text] = await yosys(readScript(sources, [...files.keys()], top), files, [OUTPUTS.modules]);
  const { modules, ...rest } = splitRtlil(text!);
  if (!modules.has(top)) throw new EsegenError('yosys', `wrote no netlist of ${top}`, 'Report this');
  const keys = [...modules].map(([name, lines]): [string, string] => {
    const hash = createHash('sha256').update(ownText(lines)).digest('hex').slice(0, 16);
    return [name, `${family} ${name} ${hash}`];
  });
  return { ...rest, modules, top, family, keys: new Map(keys) };
}
