import { createHash } from 'node:crypto';
import type { Family } from '../src/machine/parts.ts';
import { type Module, type Netlist, parseNetlist, sourceName } from '../src/synth/netlist.ts';
import { designScript, isRead, OUTPUTS } from '../src/synth/script.ts';
import { anyYosys, type Files } from '../src/synth/yosys.ts';

/** A design to map: all of its files, and the name of its top module. */
export interface MappedSource {
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  readonly top: string;
  readonly family: Family;
}

/**
 * The modules of a design by their names in Yosys, with their keys: family, name with parameters, and own text. The hierarchy is kept, so that a
 * module is mapped alike whatever the modules in it and around it are, and modules with the same key are mapped once.
 */
export interface DesignModules {
  readonly source: MappedSource;
  readonly keys: ReadonlyMap<string, string>;
}

/** Top module of a run: an instance, without connections, of each module to map. */
const BENCH = 'modules_to_map';

/** A name as RTLIL writes it: public ones behind a backslash. */
const rtlilName = (name: string) => (name.startsWith('$') ? name : `\\${name}`);

function benchOf(modules: readonly string[]): string {
  const cells = modules.map((name, i) => `attribute \\keep 1\ncell ${rtlilName(name)} \\u${i}\nend\n`);
  return `module \\${BENCH}\n${cells.join('')}end\n`;
}

/** Files that Yosys reads, its script, and the part of that which reads them. */
function inputs({ files: all, top, family }: MappedSource) {
  const sources = String(all.get('files.f')).trim().split('\n');
  const files = new Map([...all].filter(([path]) => isRead(path, top)).map(([path, text]) => [path, String(text)]));
  const script = designScript(sources, [...files.keys()], top, family);
  return { files, script, read: script.slice(0, script.indexOf('synth_xilinx')) };
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

/** Reads a design as `esegen synth` does. */
export async function modulesOf(source: MappedSource): Promise<DesignModules> {
  const { files, read } = inputs(source);
  const [list] = await anyYosys(`${read}tee -q -o list.txt ls\n`, files, ['list.txt']);
  const names = list!
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes(source.top) && !line.includes(' '));
  return { source, keys: keysOf(files, source.family, names) };
}

/** Maps modules of a design as `esegen synth` does; of the others only the ports are read. */
export async function mapModules(
  { source, keys }: DesignModules,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Module>> {
  if (wanted.size === 0) return new Map();
  const { files, script, read } = inputs(source);
  const boxes = [...keys.keys()].filter((name) => !wanted.has(name)).map((name) => `blackbox ${rtlilName(name)}\n`);
  const rest = script.slice(read.length).replaceAll(`-top ${source.top} `, `-top ${BENCH} `);
  const [text] = await anyYosys(
    `${read}${boxes.join('')}read_rtlil bench.il\n${rest}`,
    new Map([...files, ['bench.il', benchOf([...wanted])]]),
    [OUTPUTS.mapped],
  );
  const netlist: Netlist = parseNetlist(text!, '', BENCH);
  return new Map([...netlist].filter(([name]) => wanted.has(name)));
}
