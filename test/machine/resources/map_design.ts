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
import type { ModuleCache } from './module_cache.ts';

/** Top module of a run: an instance, without connections, of each module to map. */
const BENCH = 'modules_to_map';

/** A name as RTLIL writes it: public ones behind a backslash. */
const rtlilName = (name: string) => (name.startsWith('$') ? name : `\\${name}`);

function benchOf(modules: readonly string[]): string {
  const cells = modules.map((name, i) => `attribute \\keep 1\ncell ${rtlilName(name)} \\u${i}\nend\n`);
  return `module \\${BENCH}\n${cells.join('')}end\n`;
}

/** Keys of modules. That of a memory has all contents too, of which look-up tables may be made. */
export function keysOf(files: Files, family: Family, names: readonly string[]): ReadonlyMap<string, string> {
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
  const contents = [...files]
    .filter(([path]) => path.startsWith('mem/'))
    .flat()
    .join('\n');
  return new Map(
    names.map((name) => {
      const text = files.get(`rtl/${sourceName(name)}.v`)!;
      const code = text.replace(/\/\/.*$/gm, '').replace(/\s+/g, ' ');
      return [name, `${family} ${name} ${hashOf(text.includes('$readmem') ? code + contents : code)}`];
    }),
  );
}

/**
 * Maps a design as `esegen synth` does; of modules that were mapped before only the ports are read.
 *
 * @returns a row for every module, in the order of their names
 */
export async function mapDesign(all: DesignFiles, family: Family, known: ModuleCache): Promise<MappedUnit[]> {
  const sources = String(all.get('files.f')).trim().split('\n');
  const files = new Map([...all].filter(([path]) => isRead(path, TOP)).map(([path, text]) => [path, String(text)]));
  const script = designScript(sources, [...files.keys()], TOP, family);
  const read = script.slice(0, script.indexOf('synth_xilinx'));
  const [list] = await anyYosys(`${read}tee -q -o list.txt ls\n`, files, ['list.txt']);
  const names = list!
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes(TOP) && !line.includes(' '));
  const keys = keysOf(files, family, names);
  const boxes = names.filter((name) => known.get(keys.get(name)!) !== undefined);
  const mapped = names.filter((name) => !boxes.includes(name));
  if (mapped.length > 0) {
    const boxed = boxes.map((name) => `blackbox ${rtlilName(name)}\n`).join('');
    const rest = script.slice(read.length).replaceAll(`-top ${TOP} `, `-top ${BENCH} `);
    const [text] = await anyYosys(
      `${read}${boxed}read_rtlil bench.il\n${rest}`,
      new Map([...files, ['bench.il', benchOf(mapped)]]),
      [OUTPUTS.mapped],
    );
    for (const [name, module] of parseNetlist(text!, '', BENCH)) {
      if (!mapped.includes(name)) continue;
      const below: Record<string, number> = {};
      let own: Resources = NO_RESOURCES;
      for (const { type } of Object.values(module.cells)) {
        if (keys.has(type)) below[type] = (below[type] ?? 0) + 1;
        else own = addResources(own, primitiveResources(type)!);
      }
      known.set(keys.get(name)!, { own, below });
    }
  }

  const units = new Map<string, MappedUnit>();
  const visit = (name: string, count: number): void => {
    const { own, below } = known.get(keys.get(name)!)!;
    const unit = name === TOP ? 'top' : sourceName(name).slice(TOP.length + 1);
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
