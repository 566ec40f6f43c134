import type { CellInstruction } from '../program/instruction.ts';
import { kindTurn, spectralRows } from '../program/spectral_order.ts';
import { InverseSpectrum } from './inverse_spectrum.ts';

/** What a tile of spectra holds, and the right shift with rounding of its sums. */
interface TileShape extends Pick<CellInstruction, 'drop' | 'kindsTurned' | 'cells'> {
  readonly block: number;
  readonly lanes: number;
  readonly period: number;
}

/** Transforms the rows of a tile back, block by block of every row of its period. */
export class TileInverse {
  readonly #inverse: InverseSpectrum;
  readonly #block: number;
  readonly #drop: number;
  /** Of the rows of each kind. */
  readonly #orders: readonly Int32Array[];
  readonly #packed: Float64Array;
  readonly #time: Float64Array;
  #rows = new Float64Array(0);

  constructor({ block, drop, kindsTurned, cells, lanes, period }: TileShape) {
    this.#inverse = new InverseSpectrum(block);
    this.#block = block;
    this.#drop = drop;
    const whole = Math.ceil(cells / block) * block;
    this.#orders = Array.from({ length: period }, (_, kind) => {
      return spectralRows(block, lanes, whole, kindTurn(block, kindsTurned, kind));
    });
    this.#packed = new Float64Array(block);
    this.#time = new Float64Array(block);
  }

  /**
   * @param sums [rows] of whole blocks of cells
   * @returns [rows] in the order of the cells, valid until the next call
   */
  run(sums: Float64Array, rows: number): Float64Array {
    if (this.#rows.length < rows) this.#rows = new Float64Array(rows);
    const [block, packed, time, out] = [this.#block, this.#packed, this.#time, this.#rows];
    const period = this.#orders.length;
    for (let first = 0; first < rows / period; first += block) {
      for (const [row, order] of this.#orders.entries()) {
        for (let cell = first; cell < first + block; cell++) packed[order[cell]! - first] = sums[period * cell + row]!;
        this.#inverse.run(packed, this.#drop, time);
        for (let n = 0; n < block; n++) out[period * (first + n) + row] = time[n]!;
      }
    }
    return out;
  }
}
