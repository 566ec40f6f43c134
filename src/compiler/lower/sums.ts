import { countNonZeros } from '../../util/non_zeros.ts';
import type { Product, Sums } from '../quantized_graph.ts';
import { vectorPart, windowParts } from './layout.ts';
import type { TilePart } from './order.ts';
import { type RowPiece, segmentOf } from './product.ts';
import type { Source } from './source.ts';
import type { Stage } from './stage.ts';
import type { Happening, Need } from './stream_draft.ts';
import type { OpenTile } from './tile_numbers.ts';

/** Sums of a node, and the slot program that they are drained through. */
export interface SumsSpec {
  readonly name: string;
  readonly sums: Sums;
  readonly pieces: readonly RowPiece[];
  /** Output positions by axis, at each of which the sums are computed anew. */
  readonly positions: readonly number[];
  readonly sourceOf: (product: Product) => Source;
  /** Numbers of the slot program, of the parameters of a piece, of its state's view and its destination's view. */
  readonly slotProgram: number;
  readonly parametersOf: (piece: RowPiece) => number;
  readonly stateOf: (piece: RowPiece) => number | null;
  readonly toOf: (piece: RowPiece) => number;
  /** What CELL waits for before it writes. */
  readonly free: readonly Need[];
  /** What has happened when all is written. */
  readonly done: readonly Happening[];
}

/** MAC and CELL instructions of sums: piece by piece into the next tile, at every position. */
export function emitSums(stage: Stage, spec: SumsSpec): void {
  const { pieces, positions, sums } = spec;
  const { cell } = stage.body;
  const p = positions.at(-1) ?? 1;
  const q = positions.length > 1 ? positions[0]! : 1;
  for (const { happening, stepsBefore } of spec.free) cell.need(happening, stepsBefore);
  const looped = p * q > 1;
  const tiles = pieces.map((): OpenTile => {
    return { base: 0, t: 0, p: p > 1 ? pieces.length % 2 : 0, q: q > 1 ? (pieces.length * p) % 2 : 0 };
  });
  const parts = pieces.map((piece) => partsOf(stage, spec, piece, looped));
  cell.loop('q', q, () =>
    cell.loop('p', p, () => {
      for (const [at, piece] of pieces.entries()) {
        const cells = (piece.to - piece.from) / piece.period;
        cell.work(
          {
            op: 'cell',
            slotProgram: spec.slotProgram,
            parameters: spec.parametersOf(piece),
            tile: tiles[at]!,
            cells,
            state: spec.stateOf(piece),
            to: spec.toOf(piece),
            block: sums.spectral?.block ?? null,
            kindsTurned: piece.kindsTurned,
            drop: sums.spectral?.drop ?? 0,
          },
          [{ semaphore: 'tileFull0', count: 1 }],
          [{ semaphore: 'tileFree0', count: 1 }],
        );
        if (!looped) stage.spectra.written(...writtenBy(stage, spec.toOf(piece)));
      }
    }),
  );
  for (const happening of spec.done) cell.happen(happening);
  if (looped) {
    const emit = () => emitLoops(stage, spec, parts, tiles, p, q);
    stage.addLoop({ tiles, uses: pieces.length * p * q, input: parts.flat().some(({ input }) => input), emit });
    return;
  }
  for (const [at, { from, to, period }] of pieces.entries()) {
    const words = Math.ceil((to - from) / period / stage.builder.machine.elemLanes);
    const done = at === pieces.length - 1 ? spec.done : [];
    const ordered = spec.sums.saturate;
    const [vector, end] = writtenBy(stage, spec.toOf(pieces[at]!));
    const writes = { vector, to: end };
    stage.addJob({ tile: tiles[at]!, parts: parts[at]!, ordered, drain: words * period, done, writes });
  }
}

/** Vector that a view writes to, and the element up to which it does. */
function writtenBy({ builder }: Stage, to: number): [number, number] {
  const { vector, offset, run } = builder.views[to]!;
  return [vector, offset - builder.vectors[vector]!.origin + run];
}

/** Loops over positions, in which nothing is waited for but tiles. */
function emitLoops(
  { body: { mac } }: Stage,
  spec: SumsSpec,
  parts: TilePart[][],
  tiles: OpenTile[],
  p: number,
  q: number,
): void {
  for (const product of spec.sums.products) {
    const { happening, stepsBefore } = spec.sourceOf(product);
    if (happening !== null) mac.need(happening, stepsBefore);
  }
  mac.loop('q', q, () =>
    mac.loop('p', p, () => {
      for (const [at, own] of parts.entries()) {
        for (const [number, { make, columns }] of own.entries()) {
          mac.work(
            { ...make(0, columns), tile: tiles[at]!, turn: 'always' },
            number === 0 ? [{ semaphore: 'tileFree0', count: 1 }] : [],
            number === own.length - 1 ? [{ semaphore: 'tileFull0', count: 1 }] : [],
          );
        }
      }
    }),
  );
}

/** Products that go into the tile of a piece. */
function partsOf(stage: Stage, spec: SumsSpec, piece: RowPiece, looped: boolean): TilePart[] {
  const { name, sums, pieces } = spec;
  const { builder } = stage;
  const { machine } = builder;
  const { groups, lanes } = machine;
  const { spectral } = sums;
  const pieceNumber = pieces.length > 1 ? pieces.indexOf(piece) : null;
  return sums.products.flatMap((product, number) => {
    const found = spec.sourceOf(product);
    const own = spectral === null ? null : stage.spectra.of(found, spectral.block);
    const source = own?.source ?? found;
    const { stepsBefore } = source;
    const vector = builder.vectors[source.vector]!;
    const nextSlot = { ...source.slot, offset: source.slot.offset + 1 };
    const density = densityOf(product, piece);
    // Parts of a vector of spectra are there one after the other.
    const whole = windowParts(vector, product.window, name);
    const reads =
      own === null
        ? whole.map((part) => ({ part, happening: source.happening, after: null, inTurn: false }))
        : own.parts.map(({ from, to, ...rest }) => ({ part: vectorPart(whole[0]!, from, to), ...rest }));
    return reads.map(({ part, happening, after, inTurn }, partNumber): TilePart => {
      const { rows, run } = part.runs;
      const columns = source.taps * Math.ceil(run / groups) * rows;
      // A product has its segment once, in this step and ahead of the next one.
      const segments = new Map<string, number>();
      const make = (from: number, to: number, slot: Source['slot']) => {
        const own = plain ? vectorPart(part, from, to) : part;
        const key = `${from} ${to}`;
        const label = labelOf(name, product, number, pieceNumber, spectral === null ? partNumber : 0, own.firstChannel);
        const made = segments.get(key) ?? builder.segment(segmentOf(label, product, sums, vector, own, piece, machine));
        segments.set(key, made);
        const view = builder.view(source.vector, own.runs, slot, source.taps);
        return { op: 'mac', segment: made, source: view, previous: stepsBefore > 0, align: product.align } as const;
      };
      const plain = vector.positions.length === 0 && source.taps === 1;
      return {
        needs: happening === null || looped ? [] : [{ happening, stepsBefore }],
        after,
        early: inTurn && stepsBefore > 0 && partNumber < pieces.indexOf(piece),
        input: source.input,
        columns: plain ? run : columns,
        grain: plain ? (spectral === null ? 1 : 2) * groups : null,
        cycles: Math.max(columns, (density * (piece.to - piece.from) * columns) / lanes),
        make: (from, to) => make(from, to, source.slot),
        ahead: happening === null && source.taps === 1 ? (from, to) => make(from, to, nextSlot) : null,
      };
    });
  });
}

/** Share of the weights of a piece that are not zero. */
function densityOf({ matrix: { values, columns } }: Product, { from, to, order }: RowPiece): number {
  const own = order === null ? values.subarray(from * columns, to * columns) : values;
  return own.length === 0 ? 0 : countNonZeros(own) / own.length;
}

function labelOf(
  name: string,
  { source }: Product,
  number: number,
  piece: number | null,
  part: number,
  from: number,
): string {
  const read = 'own' in source ? source.own : `x${number}`;
  const rows = piece === null ? '' : `.rows${piece}`;
  return `${name}.${read}${rows}${part === 0 ? '' : `.part${part}`}${from === 0 ? '' : `.from${from}`}`;
}
