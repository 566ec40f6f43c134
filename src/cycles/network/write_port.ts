import type { CellWrite } from './cell_twin.ts';

/** Writes of VMEM that go to all groups, part by part: CELL first, then a copy, then LOAD. */
export class WritePort {
  readonly #parts: number;
  #cellPart = 0;
  #cellMore = false;
  #loadPart = 0;

  constructor(parts: number) {
    this.#parts = parts;
  }

  /** No part of a word is left. */
  get still(): boolean {
    return !this.#cellMore && this.#loadPart === 0;
  }

  /** CELL has the port, in this cycle. */
  byCell(cell: CellWrite | null): boolean {
    return cell !== null || this.#cellMore;
  }

  /** LOAD has the port, and with it the last part of its word. */
  loadReady(cell: CellWrite | null, copy: boolean, load: boolean | undefined): boolean {
    return this.#loadGoes(cell, copy, load) && (!load || this.#loadPart === this.#parts - 1);
  }

  #loadGoes(cell: CellWrite | null, copy: boolean, load: boolean | undefined): boolean {
    return load !== undefined && !this.byCell(cell) && !copy;
  }

  tick(cell: CellWrite | null, copy: boolean, load: boolean | undefined): void {
    if (this.#parts === 1) return;
    if (this.#loadGoes(cell, copy, load)) {
      this.#loadPart = this.loadReady(cell, copy, load) ? 0 : this.#loadPart + 1;
    }
    if (cell !== null) {
      this.#cellMore = cell.replicated;
      this.#cellPart = 1;
    } else {
      if (this.#cellPart === this.#parts - 1) this.#cellMore = false;
      this.#cellPart++;
    }
  }
}
