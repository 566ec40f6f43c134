import { createHash } from 'node:crypto';
import type { MappedUnit } from '../../../fixtures/mapped_resources.ts';
import type { DesignFiles } from '../../../src/design/files.ts';
import type { Family } from '../../../src/machine/parts.ts';
import { addResources, NO_RESOURCES, type Resources } from '../../../src/machine/resources/counts.ts';
import { parseNetlist, sourceName } from '../../../src/synth/netlist.ts';
import { primitiveResources } from '../../../src/synth/primitives.ts';
import { designScript, isRead, OUTPUTS } from '../../../src/synth/script.ts';
import { anyYosys, type Files } from '../../../src/synth/yosys.ts';
import { TOP } from './designs.ts';

/** A module as it was mapped: its own cells, and how often it has others. */
export interface MappedModule {
  readonly own: Resources;
  readonly below: Readonly<Record<string, number>>;
}

/** What modules were mapped to before, by family, name with parameters, and text with that of all modules below. */
export type KnownModules = Map<string, MappedModule>;

/** The Verilog of a module and of all modules below it. */
function textsOf(files: Files): (module: string) => string {
  const texts = new Map<string, ReadonlySet<string>>();
  const below = (source: string): ReadonlySet<string> => {
    const found = new Set([source]);
    const text = files.get(`rtl/${source}.v`)!;
    for (const [, name] of text.matchAll(new RegExp(`^\\s*(${TOP}_\\w+)\\s+(?:#|u_)`, 'gm'))) {
      if (name === source || !files.has(`rtl/${name}.v`)) continue;
      if (!texts.has(name!)) texts.set(name!, below(name!));
      for (const own of texts.get(name!)!) found.add(own);
    }
    return found;
  };
  return (module) =>
    [...below(sourceName(module))]
      .toSorted()
      .map((source) => files.get(`rtl/${source}.v`)!.replace(/^\s*\/\/.*$/gm, ''))
      .join('');
}

/**
 * Maps a design as `esegen synth` does; modules that were mapped before are boxes.
 *
 * @param skip names of modules that are left out, with all that is below them
 * @returns a row for every module, in the order of their names
 */
export async function mapDesign(
  all: DesignFiles,
  family: Family,
  known: KnownModules,
  skip: RegExp | null,
): Promise<MappedUnit[]> {
  const sources = String(all.get('files.f')).trim().split('\n');
  const files = new Map([...all].filter(([path]) => isRead(path, TOP)).map(([path, text]) => [path, String(text)]));
  const script = designScript(sources, [...files.keys()], TOP, family);
  const read = script.slice(0, script.indexOf('synth_xilinx'));
  const [list] = await anyYosys(`${read}tee -q -o list.txt ls\n`, files, ['list.txt']);
  const names = list!
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes(TOP) && !line.includes(' '));
  const unitOf = (name: string) => (name === TOP ? 'top' : sourceName(name).slice(TOP.length + 1));
  const textOf = textsOf(files);
  const keyOf = (name: string) =>
    `${family} ${name} ${createHash('sha256').update(textOf(name)).digest('hex').slice(0, 16)}`;
  const keys = new Map(names.map((name) => [name, keyOf(name)]));
  const skipped = new Set(names.filter((name) => name !== TOP && skip?.test(unitOf(name))));
  const boxes = names.filter((name) => name !== TOP && (skipped.has(name) || known.has(keys.get(name)!)));
  const boxed = boxes.map((name) => `blackbox ${name}\n`).join('');
  const [text] = await anyYosys(`${read}${boxed}${script.slice(read.length)}`, files, [OUTPUTS.mapped]);

  for (const [name, module] of parseNetlist(text!, '', TOP)) {
    if (!keys.has(name) || boxes.includes(name)) continue;
    const below: Record<string, number> = {};
    let own: Resources = NO_RESOURCES;
    for (const { type } of Object.values(module.cells)) {
      if (keys.has(type)) below[type] = (below[type] ?? 0) + 1;
      else own = addResources(own, primitiveResources(type)!);
    }
    known.set(keys.get(name)!, { own, below });
  }

  const units = new Map<string, MappedUnit>();
  const visit = (name: string, count: number): void => {
    if (skipped.has(name)) return;
    const { own, below } = known.get(keys.get(name)!)!;
    const unit = unitOf(name);
    const before = units.get(unit) ?? { name: unit, instances: 0, all: NO_RESOURCES };
    units.set(unit, {
      name: unit,
      instances: before.instances + count,
      all: addResources(before.all, own, count),
    });
    for (const [child, times] of Object.entries(below)) visit(child, count * times);
  };
  visit(TOP, 1);
  return [...units.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
