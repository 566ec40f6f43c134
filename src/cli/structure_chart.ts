import type { WordErrors } from '../speech/ctc.ts';
import { lineChart, type Series } from './chart.ts';

/** A structure at a pair of widths. */
export interface StructurePoint {
  /** Letters, digits and blanks. */
  readonly structure: string;
  readonly weightBits: number;
  readonly vectorBits: number;
  /** null where nothing is lost. */
  readonly sqnrDb: number | null;
  readonly words: WordErrors | null;
}

/**
 * Word error rate over the weight bits where there are words, else SQNR of fixed point; a line a structure and vector width.
 *
 * @param points not empty
 */
export function structureChart(points: readonly StructurePoint[], hasWords: boolean): string {
  const nameOf = ({ structure, vectorBits }: StructurePoint) => `${structure}, ${vectorBits} bits`;
  const series = [...new Set(points.map(nameOf))].map((name): Series => {
    const own = points.filter((point) => nameOf(point) === name).toSorted((a, b) => a.weightBits - b.weightBits);
    return {
      name,
      points: own.map(({ weightBits, sqnrDb, words }) => [weightBits, hasWords ? 100 * words!.rate : (sqnrDb ?? 0)]),
    };
  });
  return lineChart(series, 'bits of a weight', hasWords ? 'word error rate, %' : 'SQNR of fixed point, dB');
}
