import { createHash } from 'node:crypto';
import type { DesignFiles } from '../../../src/design/files.ts';
import type { Family } from '../../../src/machine/parts.ts';
import { addResources, NO_RESOURCES, type Resources } from '../../../src/machine/resources/counts.ts';
import { sourceName } from '../../../src/synth/netlist.ts';
import { primitiveResources } from '../../../src/synth/primitives.ts';
import { designScript, isRead, OUTPUTS } from '../../../src/synth/script.ts';
import { nativeYosys } from '../../../src/synth/yosys.ts';

/** A module of a design as it was mapped. */
export interface MappedModule {
  readonly module: string;
  /** Instances in the design. */
  readonly count: number;
  readonly parameters: Readonly<Record<string, number | string>>;
  /** Of one instance, without what is below it. */
  readonly own: Resources;
  readonly cells: Readonly<Record<string, number>>;
}

export interface Known extends Omit<MappedModule, 'count'> {
  readonly below: Readonly<Record<string, number>>;
}

/** Maps a design directory; a row for every module and set of parameters. `known`: modules that were mapped before, by name and text. */
export async function mapDesign(
  all: DesignFiles,
  top: string,
  family: Family,
  known: Map<string, Known>,
): Promise<MappedModule[]> {
  const sources = String(all.get('files.f')).trim().split('\n');
  const files = new Map([...all].filter(([path]) => isRead(path, top)).map(([path, text]) => [path, String(text)]));
  const script = designScript(sources, [...files.keys()], top, family);
  const begin = script.indexOf(`synth_xilinx`);
  const read = script.slice(0, begin);
  const [list] = await nativeYosys(`${read}tee -q -o list.txt ls\n`, files, ['list.txt']);
  const names = list!
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes(top) && !line.includes('modules:'));
  // A module is known with all that is below it.
  const texts = new Map<string, Set<string>>();
  const below = (source: string): Set<string> => {
    const known = texts.get(source);
    if (known !== undefined) return known;
    const found = new Set([source]);
    texts.set(source, found);
    const text = files.get(`rtl/${source}.v`)!;
    for (const [, name] of text.matchAll(new RegExp(`^\\s*(${top}_\\w+)\\s+(?:#|u_)`, 'gm'))) {
      if (name !== source && files.has(`rtl/${name}.v`)) for (const own of below(name!)) found.add(own);
    }
    return found;
  };
  const textOf = (module: string) =>
    [...below(sourceName(module))]
      .toSorted()
      .map((source) => files.get(`rtl/${source}.v`)!.replace(/^\s*\/\/.*$/gm, ''))
      .join('');
  const keys = new Map(
    names.map((name) => [
      name,
      `${family} ${name} ${createHash('sha256').update(textOf(name)).digest('hex').slice(0, 16)}`,
    ]),
  );
  const cached = names.filter((name) => known.has(keys.get(name)!) && name !== top);
  const boxes = cached.map((name) => `blackbox ${name}\n`).join('');
  const [text] = await nativeYosys(`${read}${boxes}${script.slice(begin)}`, files, [OUTPUTS.mapped]);
  interface Raw {
    cells: Record<string, { type: string }>;
    parameter_default_values?: Record<string, string>;
  }
  const modules = (JSON.parse(text!) as { modules: Record<string, Raw> }).modules;
  const blockOf = (module: string) => module.replace(`${top}_`, '');
  for (const name of names) {
    const module = name === top ? top : blockOf(name);
    if (known.has(keys.get(name)!) && name !== top) continue;
    const cells: Record<string, number> = {};
    let own: Resources = NO_RESOURCES;
    const below: Record<string, number> = {};
    const raw = modules[name]!;
    for (const { type } of Object.values(raw.cells)) {
      if (keys.has(type)) {
        below[type] = (below[type] ?? 0) + 1;
        continue;
      }
      cells[type] = (cells[type] ?? 0) + 1;
      const one = primitiveResources(type);
      if (one === null) throw new Error(`cell ${type} in ${name}`);
      own = addResources(own, one);
    }
    const parameters = Object.fromEntries(
      Object.entries(raw.parameter_default_values ?? {}).map(([key, value]) => [
        key,
        /^[01]+$/.test(value) ? Number.parseInt(value, 2) : value,
      ]),
    );
    known.set(keys.get(name)!, { module: name === top ? 'top' : sourceName(module), parameters, own, cells, below });
  }
  const counts = new Map<string, number>();
  const visit = (name: string, count: number) => {
    counts.set(name, (counts.get(name) ?? 0) + count);
    for (const [child, times] of Object.entries(known.get(keys.get(name)!)!.below)) visit(child, count * times);
  };
  visit(top, 1);
  return [...counts].map(([name, count]) => {
    const { below: _, ...rest } = known.get(keys.get(name)!)!;
    return { ...rest, count };
  });
}
