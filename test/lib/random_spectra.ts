import type { Segment } from '../../src/program/program.ts';
import { kindTurn, spectralColumns, spectralRows } from '../../src/program/spectral_order.ts';
import type { Rng } from '../../src/util/rng.ts';

/** A spectral segment as a program has it, of random spectra; kinds of rows may be absent, and pairs zero. */
export function randomSpectra(
  rng: Rng,
  {
    block,
    groups,
    lanes,
    cells,
    period,
    bits,
    kindsTurned = false,
  }: {
    block: number;
    groups: number;
    lanes: number;
    cells: number;
    period: number;
    bits: number;
    kindsTurned?: boolean;
  },
): Pick<Segment, 'rows' | 'period' | 'columns' | 'values' | 'format' | 'block' | 'kindsTurned'> {
  const blocks = rng.integer(1, 4);
  const rowParts = Array.from({ length: period }, (_, kind) => {
    return spectralRows(block, lanes, cells, kindTurn(block, kindsTurned, kind));
  });
  const columnParts = spectralColumns(block, groups, blocks * block);
  const columns = columnParts.length;
  const rows = cells * period;
  const values = new Int16Array(rows * columns);
  const limit = 2 ** (bits - 1) - 1;
  const there = Array.from({ length: period }, () => rng.uniform() < 0.8);
  const density = rng.pick([0.1, 0.9, 1]);
  // Both parts of every pair, [kind][block of rows][block of columns][part].
  const blocksDown = cells / block;
  const spectra = Int16Array.from({ length: period * blocksDown * blocks * block }, () => {
    return rng.uniform() < density ? rng.integer(-limit, limit) : 0;
  });
  for (let cell = 0; cell < cells; cell++) {
    for (let kind = 0; kind < period; kind++) {
      if (!there[kind]) continue;
      const own = rowParts[kind]![cell]!;
      for (let column = 0; column < columns; column++) {
        const other = columnParts[column]!;
        const pair = Math.floor((own % block) / 2);
        if (other < 0 || Math.floor((other % block) / 2) !== pair) continue;
        const from =
          ((kind * blocksDown + Math.floor(own / block)) * blocks + Math.floor(other / block)) * block + 2 * pair;
        const [a, b] = [spectra[from]!, spectra[from + 1]!];
        const [down, across] = [own % 2, other % 2];
        const real = down !== across ? 0 : down === 0 ? a : b;
        const complex = down === across ? a : down === 1 ? b : -b;
        values[(cell * period + kind) * columns + column] = pair === 0 ? real : complex;
      }
    }
  }
  return { rows, period, columns, values, format: { bits, frac: 0 }, block, kindsTurned };
}
