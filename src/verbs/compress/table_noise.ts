import { TABLE_FRAC } from '../../machine/formats.ts';
import type { NodeId } from '../../model/graph.ts';
import { SIGMOID, TANH, tableIndex, tableStepFrac } from '../../program/act_table.ts';
import type { Program } from '../../program/program.ts';

/** What an activation table does to its inputs over the calibration frames. */
export interface TableNoise {
  readonly layer: NodeId;
  /** z of gates or of a linear layer or convolution; c of an LSTM. */
  readonly name: 'sigmoid(z)' | 'tanh(z)' | 'tanh(c)';
  readonly range: number;
  readonly largestError: number;
  readonly rmsError: number;
  /** Share of inputs beyond the range. */
  readonly beyond: number;
}

/** A table as its inputs in one layer go by. */
export class TableTally {
  readonly #layer: NodeId;
  readonly #name: TableNoise['name'];
  readonly #words: Int16Array;
  readonly #range: number;
  readonly #exact: (v: number) => number;
  #count = 0;
  #squares = 0;
  #largest = 0;
  #beyond = 0;

  constructor(layer: NodeId, name: TableNoise['name'], tables: Program['tables']) {
    this.#layer = layer;
    this.#name = name;
    const isSigmoid = name === 'sigmoid(z)';
    this.#words = isSigmoid ? tables.sigmoid : tables.tanh;
    this.#range = isSigmoid ? tables.sigmoidRange : tables.tanhRange;
    this.#exact = isSigmoid ? SIGMOID.of : TANH.of;
  }

  add(inputs: Float64Array): void {
    const cells = 2 ** tableStepFrac(this.#range);
    for (const v of inputs) {
      const word = this.#words[tableIndex(Math.floor(v * cells))]!;
      const error = Math.abs(word / 2 ** TABLE_FRAC - this.#exact(v));
      this.#squares += error * error;
      if (error > this.#largest) this.#largest = error;
      if (Math.abs(v) >= this.#range) this.#beyond++;
    }
    this.#count += inputs.length;
  }

  report(): TableNoise {
    const count = Math.max(this.#count, 1);
    return {
      layer: this.#layer,
      name: this.#name,
      range: this.#range,
      largestError: this.#largest,
      rmsError: Math.sqrt(this.#squares / count),
      beyond: this.#beyond / count,
    };
  }
}
