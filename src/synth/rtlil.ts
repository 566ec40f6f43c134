/** Modules of a design as Yosys reads them from its sources. */
export interface RtlilDesign {
  /** First number that no name made up by Yosys has. */
  readonly head: string;
  /** Lines of each module, by name as Yosys has it without a backslash in front; attributes first. */
  readonly modules: ReadonlyMap<string, readonly string[]>;
  /** Those that hold, or a module in them, what synthesis must keep though nobody reads it. */
  readonly kept: ReadonlySet<string>;
}

/** Takes a text of `write_rtlil` apart. */
export function splitRtlil(text: string): RtlilDesign {
  const modules = new Map<string, readonly string[]>();
  let head = '';
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('autoidx ')) head = `${line}\n`;
    else if (line.startsWith('#') || line === '') continue;
    else lines.push(line);
    if (line !== 'end') continue;
    const module = lines.find((own) => own.startsWith('module '))!;
    modules.set(netlistName(module.slice('module '.length)), lines);
    lines = [];
  }
  return { head, modules, kept: keptModules(modules) };
}

function keptModules(modules: RtlilDesign['modules']): ReadonlySet<string> {
  const known = new Map<string, boolean>();
  const keeps = (name: string): boolean => {
    const lines = modules.get(name)!;
    const found =
      known.get(name) ??
      (lines.some((line) => /^ +attribute \\keep 1$/.test(line)) || modulesBelow(modules, name).some(keeps));
    known.set(name, found);
    return found;
  };
  return new Set([...modules.keys()].filter(keeps));
}

/** A name as netlists have it: `\top` → `top`, `$paramod\lane` as it is. */
function netlistName(name: string): string {
  return name.startsWith('\\') ? name.slice(1) : name;
}

function rtlilName(name: string): string {
  return name.startsWith('$') ? name : `\\${name}`;
}

/** Names of the modules of which a module has instances, each once. */
function modulesBelow(modules: RtlilDesign['modules'], name: string): readonly string[] {
  const types = modules.get(name)!.flatMap((line) => {
    const type = /^ {2}cell (\S+) /.exec(line)?.[1];
    return type === undefined ? [] : [netlistName(type)];
  });
  return [...new Set(types)].filter((type) => modules.has(type));
}

/** A module by its ports alone; it is kept where it would be for what is in it. */
function boxOf({ modules, kept }: RtlilDesign, name: string): string {
  const ports = modules.get(name)!.filter((line) => /^ {2}wire .*\b(input|output|inout) \d+ /.test(line));
  const attributes = ['blackbox', ...(kept.has(name) ? ['keep'] : [])].map((own) => `attribute \\${own} 1`);
  return [...attributes, `module ${rtlilName(name)}`, ...ports, 'end', ''].join('\n');
}

/** Some modules, of those in them only the ports, and a top module with an instance of each, of which nothing is connected. */
export function benchOf(design: RtlilDesign, wanted: readonly string[], top: string): string {
  const { head, modules } = design;
  const own = new Set(wanted);
  const below = new Set(wanted.flatMap((name) => modulesBelow(modules, name)).filter((name) => !own.has(name)));
  const cells = wanted.map((name, at) => `attribute \\keep 1\ncell ${rtlilName(name)} \\u${at}\nend\n`);
  return [
    head,
    ...[...below].map((name) => boxOf(design, name)),
    ...wanted.map((name) => `${modules.get(name)!.join('\n')}\n`),
    `module \\${top}\n${cells.join('')}end\n`,
  ].join('');
}

/**
 * A module without what says where its text stands, and with the numbers of made-up names in the order in which they come: alike
 * whatever the modules in it and around it are.
 */
export function ownText(lines: readonly string[]): string {
  const numbers = new Map<string, number>();
  const numberOf = (digits: string) => {
    if (!numbers.has(digits)) numbers.set(digits, numbers.size);
    return `$${numbers.get(digits)}`;
  };
  return lines
    .filter((line) => !/^\s*attribute \\(src|top|hdlname) /.test(line))
    .map((line) =>
      line.replace(/\.v:\d+/g, '.v').replace(/\$(\d+)(?![\da-f]*\\)/g, (_, digits: string) => numberOf(digits)),
    )
    .join('\n');
}
