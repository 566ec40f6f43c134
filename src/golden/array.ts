import { GATES, tileRows } from '../machine/tiles.ts';
import type { Design } from '../program/design.ts';
import { cellsOfLane, createPartition, outputsOfLane } from '../program/partition.ts';
import { Op, Source, type Step, When } from '../program/schedule.ts';
import { roundShift } from '../util/fixed.ts';
import { type Accumulators, type ArithUnit, arithUnit } from './arith_unit.ts';
import { assemble } from './assemble.ts';
import { type CellTrace, ElemLane } from './elem_lane.ts';
import { Saturation } from './saturation.ts';
import { type DecodedMatrix, spmatRead } from './spmat_read.ts';

/** Called for every cell of every frame with what is inside ElemMul. */
export type CellObserver = (cell: number, trace: CellTrace) => void;

/**
 * The golden model: executes the schedule of a design on the contents of its memories, in integers, frame by frame. Its y equals
 * the hardware's to the bit.
 */
export class GoldenModel {
  readonly #design: Design;
  readonly #observer: CellObserver | null;
  readonly #arith: ArithUnit;
  readonly #elemLane: ElemLane;
  /** Matrices by segment. */
  readonly #matrices: readonly DecodedMatrix[];
  /** Accumulators of the gate sums by tile, and of the projection: (group * lanes + lane) * rows + local row. */
  readonly #gateSums: readonly Accumulators[];
  readonly #outSums: Accumulators;
  readonly #c: Int16Array;
  readonly #m: Int16Array;
  readonly #y: Int16Array;
  #first = true;

  /**
   * @param observer is told every cell of every frame
   * @param saturation counts what saturates
   */
  constructor(
    design: Design,
    observer: CellObserver | null = null,
    readonly saturation: Saturation = new Saturation(),
  ) {
    const { dimensions: d, formats, matrices } = design;
    this.#design = design;
    this.#observer = observer;
    this.#arith = arithUnit(formats.accBits, formats.saturate);
    this.#elemLane = new ElemLane(formats, design.cells, design.tables, saturation);
    const partition = createPartition(d.lanes, d.cells, d.outputs);
    const lanes = Array.from({ length: d.groups * d.lanes }, (_, lane) => lane % d.lanes);
    this.#matrices = d.segments.map(({ matrix, tile }, at) => {
      if (matrix === 'p') {
        const rows = lanes.map((lane) => outputsOfLane(partition, lane));
        return spmatRead(matrices[at]!, rows, d.groups, d.outRows, 'W_ym');
      }
      const { from, to } = tileRows(d.tiles, tile);
      const rows = lanes.map((lane) => Math.max(Math.min(GATES * cellsOfLane(partition, lane), to) - from, 0));
      return spmatRead(matrices[at]!, rows, d.groups, to - from, `W_${matrix}, tile ${tile}`);
    });
    this.#gateSums = d.tiles.map((cells) => this.#arith.accumulators(d.groups * d.lanes * GATES * cells));
    this.#outSums = this.#arith.accumulators(d.groups * d.lanes * d.outRows);
    this.#c = new Int16Array(d.cells);
    this.#m = new Int16Array(d.cells);
    this.#y = new Int16Array(d.outputs);
  }

  /** Multiply-accumulates of a frame that is not the first of an utterance. */
  get macsPerFrame(): number {
    return this.#matrices.reduce((sum, { entries }) => sum + entries.length, 0);
  }

  /** Starts an utterance: c and y are zero. */
  reset(): void {
    this.#first = true;
  }

  /**
   * One frame.
   *
   * @param x [I], integers of vectorBits bits
   * @returns y, [P]; valid until the next call
   */
  step(x: ArrayLike<number>): Int16Array {
    if (this.#first) {
      this.#c.fill(0);
      this.#y.fill(0);
    }
    for (const step of this.#design.schedule) {
      if (step.op === Op.cells) this.#cells(step.bank);
      else if (step.op === Op.outputs) this.#outputs(step.shift);
      else if (step.when === When.recurrent && this.#first) continue;
      // The step that runs ahead for the next frame is the same as the one at the head of a frame.
      else if (step.when === When.next) continue;
      else this.#spmv(step, x);
    }
    this.#first = false;
    return this.#y;
  }

  #spmv({ pointer, source, shift }: Step, x: ArrayLike<number>): void {
    const at = this.#design.dimensions.segments.findIndex((segment) => segment.pointer === pointer);
    const { matrix, tile } = this.#design.dimensions.segments[at]!;
    const vector = source === Source.x ? x : source === Source.y ? this.#y : this.#m;
    this.#arith.spmv(this.#matrices[at]!, vector, shift, matrix === 'p' ? this.#outSums : this.#gateSums[tile]!);
  }

  /** ElemMul over the cells of a tile; drained accumulators are zero again. */
  #cells(tile: number): void {
    const { lanes, tiles, cells, projection } = this.#design.dimensions;
    const sums = this.#sumOverGroups(this.#gateSums[tile]!);
    const lane = this.#elemLane;
    const { from, to } = tileRows(tiles, tile);
    const end = Math.min((lanes * to) / GATES, cells);
    for (let cell = (lanes * from) / GATES; cell < end; cell++) {
      const row = (cell % lanes) * (to - from) + GATES * Math.floor(cell / lanes) - from;
      lane.step(cell, sums, row, this.#c[cell]!);
      this.#c[cell] = lane.c;
      this.#m[cell] = lane.m;
      if (!projection && lane.mSaturated) this.saturation.y.outside++;
      this.#observer?.(cell, lane);
    }
    this.#count(end - (lanes * from) / GATES);
    if (!projection) this.#y.set(this.#m);
    this.#gateSums[tile]!.fill(0);
  }

  /** Counts the values of cells. */
  #count(cells: number): void {
    const { z, c, y, gates, candidates } = this.saturation;
    z.values += GATES * cells;
    gates.values += (GATES - 1) * cells;
    candidates.values += cells;
    c.values += cells;
    if (!this.#design.dimensions.projection) y.values += cells;
  }

  /** Twin of adder_tree.v: the sums of group 0, with those of the other groups added. */
  #sumOverGroups(sums: Accumulators): Accumulators {
    const { groups } = this.#design.dimensions;
    if (groups === 1) return sums;
    const total = Float64Array.from(sums.subarray(0, sums.length / groups));
    for (let at = total.length; at < sums.length; at++) total[at % total.length]! += sums[at]!;
    return total;
  }

  /** Assemble over all outputs. */
  #outputs(shift: number): void {
    const { lanes, outRows, outputs } = this.#design.dimensions;
    const sums = this.#sumOverGroups(this.#outSums);
    const bits = this.#design.formats.vectorBits;
    const highest = 2 ** (bits - 1) - 1;
    const lowest = -highest - 1;
    for (let r = 0; r < outputs; r++) {
      const sum = sums[(r % lanes) * outRows + Math.floor(r / lanes)]!;
      const y = assemble(sum, shift, bits);
      this.#y[r] = y;
      if ((y === highest || y === lowest) && roundShift(sum, shift) !== y) this.saturation.y.outside++;
    }
    this.saturation.y.values += outputs;
    this.#outSums.fill(0);
  }
}
