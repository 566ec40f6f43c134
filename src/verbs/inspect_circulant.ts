import { blocksOf, paddedColumns } from '../model/circulant.ts';
import type { Layer, Matrix } from '../model/graph.ts';
import { type MatrixName, matricesOf } from '../model/matrices.ts';
import { MAX_BLOCK } from '../program/twiddles.ts';

/** The block-circulant matrices of a layer. */
export interface CirculantInspection {
  /** Of those that are block-circulant, by name. */
  readonly matrices: ReadonlyMap<MatrixName, CirculantMatrix>;
  /** Why some of them cannot be stored as spectra. */
  readonly reasons: readonly string[];
}

/** A matrix that is block-circulant within float rounding. */
export interface CirculantMatrix {
  /** The largest block of which it is; of a sum with a block in common, that one. */
  readonly block: number;
  /** Words of its spectra, those of padded rows and columns included; null where it is stored as it is. */
  readonly words: number | null;
}

/**
 * Finds the matrices of a layer that are block-circulant. All matrices whose products are added into a sum are stored as spectra with one block, or
 * none is: the tile holds spectra of it, or the sums themselves.
 *
 * @param spansOf elements of the vectors side by side that a matrix multiplies; default one vector
 * @param largest block that hardware transforms; 0: none
 */
export function inspectCirculant(
  layer: Layer,
  spansOf: (name: MatrixName) => readonly number[] | null = () => null,
  largest: number = MAX_BLOCK,
): CirculantInspection {
  const all = new Map(matricesOf(layer));
  const spans = new Map([...all].map(([name, { columns }]) => [name, spansOf(name) ?? [columns]]));
  const matrices = new Map<MatrixName, CirculantMatrix>();
  const reasons: string[] = [];
  for (const sum of sumsOf(layer)) {
    // A matrix of zeros has any block, and says nothing of the others.
    const members = sum.filter((name) => all.get(name)!.values.some((value) => value !== 0));
    const blocks = new Map(members.map((name) => [name, blocksOf(all.get(name)!, 1, spans.get(name)!)]));
    const [first = []] = blocks.values();
    const shared = first.filter((block) => [...blocks.values()].every((own) => own.includes(block)));
    const common = shared.find((block) => block <= largest) ?? null;
    for (const [name, own] of blocks) {
      const block = common ?? own[0];
      if (block === undefined) continue;
      matrices.set(name, {
        block,
        words: common === null ? null : spectralWords(all.get(name)!, spans.get(name)!, block),
      });
    }
    if (shared.length === 0 && [...blocks.values()].some((own) => own.length > 0)) reasons.push(reasonOf(blocks));
  }
  return { matrices, reasons };
}

/** Names of the matrices of each sum of a layer. Convolutions are never spectra. */
function sumsOf(layer: Layer): readonly (readonly MatrixName[])[] {
  const names = matricesOf(layer).map(([name]) => name);
  switch (layer.kind) {
    case 'lstm':
      return [names.filter((name) => name !== 'ym'), names.filter((name) => name === 'ym')];
    case 'gru':
    case 'linear':
      return [names];
    default:
      return [];
  }
}

/** A block of k rows and columns has k words. */
function spectralWords({ rows }: Matrix, spans: readonly number[], block: number): number {
  return Math.ceil(rows / block) * paddedColumns(spans, block);
}

function reasonOf(blocks: ReadonlyMap<MatrixName, readonly number[]>): string {
  const byBlock = new Map<number | null, MatrixName[]>();
  for (const [name, [block = null]] of blocks) byBlock.set(block, [...(byBlock.get(block) ?? []), name]);
  const parts = [...byBlock].map(([block, names]) => {
    const what = block === null ? 'no block' : `blocks of ${block}`;
    return `${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} ${what}`;
  });
  return `${parts.join(', ')}; matrices of one sum need one block, so all of them are stored as they are`;
}
