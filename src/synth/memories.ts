import { type Place, primitivesOf } from './hierarchy.ts';
import { binaryNumber, type Netlist } from './netlist.ts';
import { memoryKind } from './primitives.ts';

/** What became of a memory of the RTL. */
export interface MemoryUse {
  /** Blocks from below the top module to the memory, e.g. `array/weight_mem`. */
  readonly path: string;
  /** Source name of the module that holds it. */
  readonly module: string;
  readonly instances: number;
  readonly words: number;
  /** Bits of a word; constant ones left out. */
  readonly bits: number;
  readonly readOnly: boolean;
  /** What the RTL asks for with `ram_style` or `rom_style`; null where it leaves the choice. */
  readonly style: string | null;
  /** Block RAM, UltraRAM, distributed RAM, or look-up tables and flip-flops. */
  readonly kind: 'block' | 'ultra' | 'distributed' | 'logic';
  /** Primitives of one instance, by type; none for `logic`. */
  readonly primitives: Readonly<Record<string, number>>;
}

/** Memories of more bits than this belong into block RAM, unless the RTL asks for something else. */
const SMALL = 2048;

/**
 * Finds every memory of a design and where synthesis put it.
 *
 * @param before the modules that have memories, in which these are still cells of type `$mem_v2`
 * @param mapped netlist after mapping; its primitives are named after the memory
 */
export function memoriesOf(before: Netlist, mapped: Netlist, places: readonly Place[]): MemoryUse[] {
  const uses = new Map<string, MemoryUse>();
  for (const { module, path, count } of places) {
    if (!before.has(module)) continue;
    for (const [name, cell] of primitivesOf(before, module)) {
      if (cell.type !== '$mem_v2') continue;
      const { kind, primitives } = primitivesAt(mapped, module, name);
      const use: Omit<MemoryUse, 'instances'> = {
        path: path
          .slice(1)
          .map((block) => block.name)
          .join('/'),
        module: path.at(-1)!.module,
        words: binaryNumber(cell.parameters.SIZE),
        bits: binaryNumber(cell.parameters.WIDTH),
        readOnly: binaryNumber(cell.parameters.WR_PORTS) === 0,
        style: cell.attributes.ram_style ?? cell.attributes.rom_style ?? null,
        kind,
        primitives,
      };
      const key = JSON.stringify(use);
      uses.set(key, { ...use, instances: (uses.get(key)?.instances ?? 0) + count });
    }
  }
  return [...uses.values()];
}

function primitivesAt(mapped: Netlist, module: string, memory: string): Pick<MemoryUse, 'kind' | 'primitives'> {
  const primitives: Record<string, number> = {};
  let kind: MemoryUse['kind'] = 'logic';
  for (const [name, { type }] of primitivesOf(mapped, module)) {
    const found = name.startsWith(`${memory}.`) ? memoryKind(type) : null;
    if (found === null) continue;
    kind = found;
    primitives[type] = (primitives[type] ?? 0) + 1;
  }
  return { kind, primitives };
}

/** Memories that are in look-up tables or flip-flops though they are large and the RTL does not ask for it; a line each. */
export function memoryFindings(memories: readonly MemoryUse[]): string[] {
  return memories
    .filter(({ kind, words, bits, style }) => {
      const outside = kind === 'distributed' || kind === 'logic';
      return outside && words * bits > SMALL && style !== 'distributed' && style !== 'registers';
    })
    .map(({ path, words, bits, kind }) => {
      const where = kind === 'distributed' ? 'distributed RAM' : 'look-up tables and flip-flops';
      return `memory ${path} of ${words} x ${bits} bits is in ${where}, and the RTL does not ask for that`;
    });
}
