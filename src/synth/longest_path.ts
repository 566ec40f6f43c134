import { timingArcs } from './cell_timing.ts';
import { instancesOf, primitivesOf } from './hierarchy.ts';
import { type Bit, type Cell, type Module, type Netlist, sourceName } from './netlist.ts';
import {
  cellSpan,
  endSpan,
  inside,
  join,
  joinPlace,
  keepJoined,
  keepLongest,
  NONE,
  type RegisterPath,
  readSpan,
  type Span,
} from './span.ts';

/** The longest paths of a design. */
export interface LongestPaths {
  /** The longest one that belongs to each module: those inside the modules below it left out. Longest first. */
  readonly paths: readonly (RegisterPath & { readonly module: string })[];
  /** Bits at which combinational logic reads itself; paths over them are not followed. */
  readonly loops: number;
}

interface Edge {
  readonly to: number;
  readonly span: Span;
}

/** What of the paths in a module matters outside it; keys are bits of ports, `name:index`. */
interface Summary {
  /** Longest way from a register to an output. */
  readonly starts: ReadonlyMap<string, Span>;
  /** Longest way from an input to a register. */
  readonly ends: ReadonlyMap<string, Span>;
  /** Longest ways from an input to outputs without a register. */
  readonly through: ReadonlyMap<string, ReadonlyMap<string, Span>>;
  /** Longest path that belongs to the module; null where it has none. */
  readonly longest: Span | null;
  readonly loops: number;
}

/**
 * Finds the longest paths between registers, across all modules: each module is reduced to what its ports show of it, and that is
 * used wherever it is instantiated. Ports of the top module count as registers. Whether a path can ever be used is not known.
 */
export function longestPaths(netlist: Netlist, top: string): LongestPaths {
  const summaries = new Map<string, Summary>();
  const places = new Map<string, string>([[top, '']]);
  const summarize = (module: string): void => {
    for (const [name, { type }] of instancesOf(netlist, module)) {
      if (summaries.has(type)) continue;
      places.set(type, joinPlace(places.get(module)!, name));
      summarize(type);
    }
    summaries.set(module, new ModuleGraph(netlist, module, summaries, module === top).summary());
  };
  summarize(top);
  const paths = [...summaries].flatMap(([module, { longest }]) => {
    return longest === null
      ? []
      : [{ module: sourceName(module), ...readSpan(longest, places.get(module)!), weight: longest.weight }];
  });
  paths.sort((a, b) => b.weight - a.weight);
  return {
    paths: paths.map(({ weight: _, ...path }) => path),
    loops: [...summaries.values()].reduce((sum, { loops }) => sum + loops, 0),
  };
}

/** The bits of one module, and what is between them. */
class ModuleGraph {
  readonly #module: Module;
  readonly #edges = new Map<number, Edge[]>();
  readonly #starts = new Map<number, Span>();
  readonly #ends = new Map<number, Span>();
  readonly #names: ReadonlyMap<number, string>;
  readonly #order: readonly number[];
  readonly #position: ReadonlyMap<number, number>;

  constructor(netlist: Netlist, module: string, summaries: ReadonlyMap<string, Summary>, isTop: boolean) {
    this.#module = netlist.get(module)!;
    this.#names = bitNames(this.#module);
    for (const [name, cell] of primitivesOf(netlist, module)) this.#addPrimitive(name, cell, sourceName(module));
    for (const [name, cell] of instancesOf(netlist, module)) {
      this.#addInstance(name, cell.connections, summaries.get(cell.type)!);
    }
    if (isTop) this.#addPorts();
    this.#order = this.#sort();
    this.#position = new Map(this.#order.map((bit, at) => [bit, at]));
  }

  #addPrimitive(name: string, cell: Cell, module: string): void {
    const { arcs, starts, ends } = timingArcs(cell);
    const register = this.#registerName(name, cell.connections);
    const end = endSpan(register);
    for (const bit of starts) keepLongest(this.#starts, bit, end);
    for (const bit of ends) keepLongest(this.#ends, bit, end);
    const level = cellSpan(cell.type, module, false);
    const fast = cellSpan(cell.type, module, true);
    for (const arc of arcs) this.#addEdge(arc.from, { to: arc.to, span: arc.fast ? fast : level });
  }

  /** Name of the register's output, which the source has given it, else of the cell. */
  #registerName(cell: string, { Q }: Readonly<Record<string, readonly Bit[]>>): string {
    const bit = Q?.[0];
    return (typeof bit === 'number' ? this.#names.get(bit) : undefined) ?? cell;
  }

  #addInstance(
    name: string,
    connections: Readonly<Record<string, readonly Bit[]>>,
    { starts, ends, through }: Summary,
  ): void {
    const bitAt = (key: string): number | null => {
      const colon = key.lastIndexOf(':');
      const bit = connections[key.slice(0, colon)]?.[Number(key.slice(colon + 1))];
      return typeof bit === 'number' ? bit : null;
    };
    for (const [key, span] of starts) keepLongest(this.#starts, bitAt(key), inside(name, span));
    for (const [key, span] of ends) keepLongest(this.#ends, bitAt(key), inside(name, span));
    for (const [input, outputs] of through) {
      const from = bitAt(input);
      if (from === null) continue;
      for (const [output, span] of outputs) {
        const to = bitAt(output);
        if (to !== null) this.#addEdge(from, { to, span: span === NONE ? NONE : inside(name, span) });
      }
    }
  }

  #addPorts(): void {
    for (const [name, { direction, bits }] of Object.entries(this.#module.ports)) {
      const end = endSpan(`port ${name}`);
      for (const bit of bits) {
        if (typeof bit !== 'number') continue;
        keepLongest(direction === 'input' ? this.#starts : this.#ends, bit, end);
      }
    }
  }

  #addEdge(from: number, edge: Edge): void {
    const edges = this.#edges.get(from);
    if (edges === undefined) this.#edges.set(from, [edge]);
    else edges.push(edge);
  }

  /** Bits in topological order; where there are loops, some edges lead backwards. */
  #sort(): number[] {
    const finished: number[] = [];
    const seen = new Set<number>();
    for (const root of new Set([...this.#edges.keys(), ...this.#starts.keys(), ...this.#ends.keys()])) {
      if (seen.has(root)) continue;
      seen.add(root);
      const stack = [{ bit: root, next: 0 }];
      for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
        const edge = this.#edges.get(top.bit)?.[top.next++];
        if (edge === undefined) {
          finished.push(top.bit);
          stack.pop();
        } else if (!seen.has(edge.to)) {
          seen.add(edge.to);
          stack.push({ bit: edge.to, next: 0 });
        }
      }
    }
    return finished.reverse();
  }

  /** Edges of a bit that lead forwards in the order. */
  #forward(bit: number): Edge[] {
    const at = this.#position.get(bit)!;
    return (this.#edges.get(bit) ?? []).filter(({ to }) => this.#position.get(to)! > at);
  }

  summary(): Summary {
    const arrival = new Map(this.#starts);
    for (const bit of this.#order) {
      const span = arrival.get(bit);
      if (span === undefined) continue;
      for (const edge of this.#forward(bit)) keepJoined(arrival, edge.to, span, edge.span);
    }
    const departure = new Map(this.#ends);
    for (let at = this.#order.length - 1; at >= 0; at--) {
      const bit = this.#order[at]!;
      for (const { to, span } of this.#forward(bit)) {
        const rest = departure.get(to);
        if (rest !== undefined) keepJoined(departure, bit, span, rest);
      }
    }
    const inputs = this.#portBits('input');
    const outputs = this.#portBits('output');
    return {
      starts: pick(arrival, outputs),
      ends: pick(departure, inputs),
      through: this.#through(inputs, outputs),
      longest: this.#longest(departure),
      loops: this.#loops(),
    };
  }

  /** The longest path, from the longest ways of all bits to a register. */
  #longest(departure: ReadonlyMap<number, Span>): Span | null {
    let longest: Span | null = null;
    for (const [bit, start] of this.#starts) {
      const rest = departure.get(bit);
      if (rest === undefined) continue;
      if (longest === null || start.weight + rest.weight > longest.weight) longest = join(start, rest);
    }
    return longest;
  }

  #portBits(direction: 'input' | 'output'): [key: string, bit: number][] {
    return Object.entries(this.#module.ports).flatMap(([name, port]) =>
      port.direction === direction
        ? port.bits.flatMap((bit, at): [string, number][] => (typeof bit === 'number' ? [[`${name}:${at}`, bit]] : []))
        : [],
    );
  }

  #through(
    inputs: readonly (readonly [string, number])[],
    outputs: readonly (readonly [string, number])[],
  ): Map<string, Map<string, Span>> {
    const reaches = new Set(outputs.map(([, bit]) => bit));
    for (let at = this.#order.length - 1; at >= 0; at--) {
      const bit = this.#order[at]!;
      if (this.#forward(bit).some(({ to }) => reaches.has(to))) reaches.add(bit);
    }
    const through = new Map<string, Map<string, Span>>();
    for (const [key, input] of inputs) {
      if (!reaches.has(input)) continue;
      const spans = this.#spansFrom(input, reaches);
      through.set(key, pick(spans, outputs));
    }
    return through;
  }

  /** Longest ways from a bit to all others, over bits of a set only. */
  #spansFrom(bit: number, within: ReadonlySet<number>): Map<number, Span> {
    const found = new Set([bit]);
    for (const next of found) {
      if (!this.#position.has(next)) continue;
      for (const { to } of this.#forward(next)) if (within.has(to)) found.add(to);
    }
    const spans = new Map<number, Span>([[bit, NONE]]);
    const ordered = [...found].filter((at) => this.#position.has(at));
    ordered.sort((a, b) => this.#position.get(a)! - this.#position.get(b)!);
    for (const at of ordered) {
      const span = spans.get(at)!;
      for (const edge of this.#forward(at)) if (found.has(edge.to)) keepJoined(spans, edge.to, span, edge.span);
    }
    return spans;
  }

  #loops(): number {
    let loops = 0;
    for (const [bit, edges] of this.#edges) {
      const at = this.#position.get(bit)!;
      if (edges.some(({ to }) => this.#position.get(to)! <= at)) loops++;
    }
    return loops;
  }
}

function pick(spans: ReadonlyMap<number, Span>, bits: readonly (readonly [string, number])[]): Map<string, Span> {
  const picked = new Map<string, Span>();
  for (const [key, bit] of bits) {
    const span = spans.get(bit);
    if (span !== undefined) picked.set(key, span);
  }
  return picked;
}

/** Names that the source gives to bits, `name[index]` in a vector; registers before other nets. */
function bitNames({ netnames }: Module): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, { hide_name: hidden, bits }] of Object.entries(netnames)) {
    if (hidden !== 0) continue;
    for (const [at, bit] of bits.entries()) {
      if (typeof bit !== 'number') continue;
      const known = names.get(bit);
      if (known === undefined || (/_reg\b/.test(name) && !/_reg\b/.test(known))) {
        names.set(bit, bits.length === 1 ? name : `${name}[${at}]`);
      }
    }
  }
  return names;
}
