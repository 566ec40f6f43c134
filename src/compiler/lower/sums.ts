import type { Product, Sums } from '../quantized_graph.ts';
import { windowParts } from './layout.ts';
import { type RowPiece, segmentOf } from './product.ts';
import type { Source, Stage } from './stage.ts';
import type { Happening } from './stream_draft.ts';

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
  /** What CELL waits for before it writes: happenings of the step before. */
  readonly free: readonly Happening[];
  /** What has happened when all is written. */
  readonly done: readonly Happening[];
}

/** MAC and CELL instructions of sums: piece by piece into the next tile, at every position. */
export function emitSums(stage: Stage, spec: SumsSpec): void {
  const { name, sums, pieces, positions } = spec;
  const { builder, body } = stage;
  const { mac, cell } = body;
  const p = positions.at(-1) ?? 1;
  const q = positions.length > 1 ? positions[0]! : 1;
  const tiles = stage.tiles(pieces.length, p, q);
  const looped = p * q > 1;

  const sources = sums.products.map((product) => ({ product, source: spec.sourceOf(product) }));
  const need = ({ happening, stepsBefore }: Source) => {
    if (happening !== null) mac.need(happening, stepsBefore);
  };
  // Within loops over positions nothing is waited for but tiles.
  if (looped) for (const { source } of sources) need(source);
  mac.loop('q', q, () =>
    mac.loop('p', p, () => {
      for (const [at, piece] of pieces.entries()) {
        const works = sources.flatMap(({ product, source }, number) => {
          const vector = builder.vectors[source.vector]!;
          const parts = windowParts(vector, product.window, name);
          return parts.map((part, partNumber) => {
            const label = labelOf(name, product, number, pieces.length > 1 ? at : null, partNumber);
            const segment = segmentOf(label, product, sums, vector, part, piece, builder.machine.groups);
            return { source, part, product, segment: builder.segment(segment), first: partNumber === 0 };
          });
        });
        for (const [number, { source, part, product, segment, first }] of works.entries()) {
          if (first && !looped) need(source);
          mac.work(
            {
              op: 'mac',
              segment,
              source: builder.view(source.vector, part.runs, source.slot, source.taps),
              previous: source.stepsBefore > 0,
              tile: tiles[at]!,
              align: product.align,
            },
            number === 0 ? [{ semaphore: 'tileFree0', count: 1 }] : [],
            number === works.length - 1 ? [{ semaphore: 'tileFull0', count: 1 }] : [],
          );
        }
      }
    }),
  );

  for (const happening of spec.free) cell.need(happening, 1);
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
          },
          [{ semaphore: 'tileFull0', count: 1 }],
          [{ semaphore: 'tileFree0', count: 1 }],
        );
      }
    }),
  );
  for (const happening of spec.done) cell.happen(happening);
}

function labelOf(name: string, { source }: Product, number: number, piece: number | null, part: number): string {
  const read = 'own' in source ? source.own : `x${number}`;
  return `${name}.${read}${piece === null ? '' : `.rows${piece}`}${part === 0 ? '' : `.part${part}`}`;
}
