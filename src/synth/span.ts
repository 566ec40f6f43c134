/** A cell on a path. */
export interface PathCell {
  /** Instances from the top module to the cell, with dots between them; empty in the top module. */
  readonly place: string;
  /** Source name of the module that holds the cell. */
  readonly module: string;
  readonly type: string;
}

/** A path from a register to a register. */
export interface RegisterPath {
  /** Look-up tables, memory reads and multipliers on it: cells that are reached over general wires. */
  readonly levels: number;
  /** Blocks of carry chains and wide multiplexers on it: cells on dedicated wires. */
  readonly fast: number;
  readonly from: string;
  readonly to: string;
  readonly cells: readonly PathCell[];
}

/**
 * A part of a path. Its weight is what paths are compared by: 4 for a level, 1 for a cell on dedicated wires. It is a tree, so
 * that joining two is one step however long they are.
 */
export interface Span {
  readonly weight: number;
  readonly levels: number;
  readonly fast: number;
  readonly content:
    | { readonly kind: 'none' }
    | { readonly kind: 'end'; readonly name: string }
    | { readonly kind: 'cell'; readonly type: string; readonly module: string }
    | { readonly kind: 'join'; readonly first: Span; readonly second: Span }
    | { readonly kind: 'inside'; readonly instance: string; readonly span: Span };
}

/** No way at all: a port that leads to another one. */
export const NONE: Span = { weight: 0, levels: 0, fast: 0, content: { kind: 'none' } };

const LEVEL_WEIGHT = 4;

/** The register, or port, at which a path begins or ends. */
export function endSpan(name: string): Span {
  return { ...NONE, content: { kind: 'end', name } };
}

/**
 * A cell on a path.
 *
 * @param fast whether it is on dedicated wires
 */
export function cellSpan(type: string, module: string, fast: boolean): Span {
  const content = { kind: 'cell', type, module } as const;
  return fast ? { weight: 1, levels: 0, fast: 1, content } : { weight: LEVEL_WEIGHT, levels: 1, fast: 0, content };
}

/** A place within a place. */
export function joinPlace(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

/** One part of a path behind another. */
export function join(first: Span, second: Span): Span {
  if (first.content.kind === 'none') return second;
  if (second.content.kind === 'none') return first;
  return {
    weight: first.weight + second.weight,
    levels: first.levels + second.levels,
    fast: first.fast + second.fast,
    content: { kind: 'join', first, second },
  };
}

/** A part of a path of an instance, as seen from outside. */
export function inside(instance: string, span: Span): Span {
  return { ...span, content: { kind: 'inside', instance, span } };
}

/**
 * A whole path, from the register at its beginning to that at its end.
 *
 * @param top place of the module that the path belongs to
 */
export function readSpan(span: Span, top: string): RegisterPath {
  const ends: string[] = [];
  const cells: PathCell[] = [];
  const read = ({ content }: Span, place: string): void => {
    if (content.kind === 'end') ends.push(joinPlace(place, content.name));
    if (content.kind === 'cell') cells.push({ place, module: content.module, type: content.type });
    if (content.kind === 'inside') read(content.span, joinPlace(place, content.instance));
    if (content.kind === 'join') {
      // A loop, since joins are nested as deep as the path is long.
      const pending: Span[] = [content.second, content.first];
      for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
        if (next.content.kind === 'join') pending.push(next.content.second, next.content.first);
        else read(next, place);
      }
    }
  };
  read(span, top);
  return { levels: span.levels, fast: span.fast, from: ends[0]!, to: ends.at(-1)!, cells };
}

/** Keeps the longer of a part and what is there. */
export function keepLongest(spans: Map<number, Span>, bit: number | null, span: Span): void {
  if (bit === null) return;
  const known = spans.get(bit);
  if (known === undefined || span.weight > known.weight) spans.set(bit, span);
}

/** Keeps the longer of two parts joined and what is there. */
export function keepJoined(spans: Map<number, Span>, bit: number, first: Span, second: Span): void {
  const known = spans.get(bit);
  if (known === undefined || first.weight + second.weight > known.weight) spans.set(bit, join(first, second));
}
