import { spectralRows } from '../program/spectral_order.ts';
import { InverseSpectrum } from './inverse_spectrum.ts';

/** Transforms the rows of a tile back, block by block of every row of its period. */
export class TileInverse {
  readonly #inverse: InverseSpectrum;
  readonly #block: number;
  readonly #drop: number;
  readonly #order: Int32Array;
  readonly #packed: Float64Array;
  readonly #time: Float64Array;
  #rows = new Float64Array(0);

  /** @param drop right shift with rounding of a sum */
  constructor(block: number, drop: number, lanes: number, cells: number) {
    this.#inverse = new InverseSpectrum(block);
    this.#block = block;
    this.#drop = drop;
    this.#order = spectralRows(block, lanes, Math.ceil(cells / block) * block);
    this.#packed = new Float64Array(block);
    this.#time = new Float64Array(block);
  }

  /**
   * @param sums [rows] of whole blocks of cells
   * @returns [rows] in the order of the cells, valid until the next call
   */
  run(sums: Float64Array, rows: number): Float64Array {
    if (this.#rows.length < rows) this.#rows = new Float64Array(rows);
    const [block, order, packed, time, out] = [this.#block, this.#order, this.#packed, this.#time, this.#rows];
    const period = rows / order.length;
    for (let first = 0; first < order.length; first += block) {
      for (let row = 0; row < period; row++) {
        for (let cell = first; cell < first + block; cell++) packed[order[cell]! - first] = sums[period * cell + row]!;
        this.#inverse.run(packed, this.#drop, time);
        for (let n = 0; n < block; n++) out[period * (first + n) + row] = time[n]!;
      }
    }
    return out;
  }
}
