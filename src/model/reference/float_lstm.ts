import { createFrames, type Frames, frameAt } from '../../data/frames.ts';
import { EsegenError } from '../../util/errors.ts';
import { type Activation, type CellRule, ESE_CELL, type Floats, type LstmLayer } from '../graph.ts';
import type { StackedLayer } from '../stacked_layer.ts';

/** State before the first frame of an utterance. */
type InitialState = NonNullable<LstmLayer['initial']>;

/** What one step computed. The arrays are the working memory of the layer: copy what must outlive the call. */
export interface FloatStep {
  /** Pre-activations as the activation functions see them, with bias and peephole terms; [4H] in the order i, f, g, o. */
  readonly z: Float64Array;
  /** New cell state, [H]. */
  readonly c: Float64Array;
  /** Cell outputs, [H]. */
  readonly m: Float64Array;
  /** Layer outputs, [P]. */
  readonly y: Float64Array;
}

/** Largest magnitudes seen over all steps, 0 before the first. */
export interface FloatPeaks {
  readonly z: number;
  readonly c: number;
  readonly m: number;
  readonly y: number;
}

/** Options of {@link FloatLstm.run}. */
export interface FloatRunOptions {
  /**
   * Frame numbers before which the state is reset, any order; numbers beyond the last frame have no effect. Default
   * `[0]`: the frames are one utterance. `[]` goes on from the present state.
   */
  readonly utteranceStarts?: readonly number[];
}

/** Settings of a {@link FloatLstm}. */
export interface FloatLstmOptions {
  /** Called after every step, e.g. to collect calibration data. */
  readonly observer?: (step: FloatStep) => void;
  /** How cells compute; default ESE's. */
  readonly cell?: CellRule;
  /** State at the start of an utterance; default zeros. */
  readonly initial?: InitialState | null;
  /** What becomes of every new cell state, e.g. to try a number format; default nothing. */
  readonly round?: (c: number) => number;
}

/** Non-zeros of a matrix by rows (CSR). */
interface SparseRows {
  /** Index into `columns` and `values` where each row starts, and the end of the last; [rows + 1]. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/**
 * Double-precision LSTMP layer, the reference for accuracy and for calibration (never for bit-exactness):
 *
 *     i = σ(Wix·x + Wir·y' + Wic⊙c' + bi)      f = σ(Wfx·x + Wfr·y' + Wfc⊙c' + bf)
 *     g = tanh(Wcx·x + Wcr·y' + bc)            c = f⊙c' + i⊙g
 *     o = σ(Wox·x + Wor·y' + Woc⊙c + bo)       m = o⊙tanh(c)         y = Wym·m  (or y = m)
 *
 * after Sak et al., "Long Short-Term Memory Recurrent Neural Network Architectures for Large Scale Acoustic Modeling",
 * Interspeech 2014, and, without peepholes, PyTorch's `nn.LSTM`; with another {@link CellRule}, ONNX's operator LSTM. Zero
 * weights cost nothing.
 */
export class FloatLstm {
  readonly layer: StackedLayer;
  readonly #observer: ((step: FloatStep) => void) | undefined;
  readonly #cell: CellRule;
  readonly #initial: InitialState | null;
  readonly #round: ((c: number) => number) | null;
  /** Activation functions of gates, g and c. */
  readonly #gate: (x: number) => number;
  readonly #candidate: (x: number) => number;
  readonly #output: (x: number) => number;
  /** [4H, I + P]: W_x and W_r side by side. */
  readonly #gates: SparseRows;
  /** [P, H]. */
  readonly #projection: SparseRows | null;
  /** x followed by y', [I + P]. */
  readonly #input: Float64Array;
  readonly #step: FloatStep;
  #peaks: FloatPeaks = { z: 0, c: 0, m: 0, y: 0 };

  /** @param layer the layer as trained; its weights are copied, later changes to them have no effect */
  constructor(layer: StackedLayer, options: FloatLstmOptions = {}) {
    const { inputs, cells, outputs } = layer;
    this.layer = layer;
    this.#observer = options.observer;
    this.#cell = options.cell ?? ESE_CELL;
    this.#initial = options.initial ?? null;
    this.#round = options.round ?? null;
    this.#gate = activation(this.#cell.gate);
    this.#candidate = activation(this.#cell.candidate);
    this.#output = activation(this.#cell.output);
    this.#gates = sparseRows(4 * cells, [
      { weights: layer.weightX, columns: inputs },
      { weights: layer.weightR, columns: outputs },
    ]);
    this.#projection =
      layer.weightP === null ? null : sparseRows(outputs, [{ weights: layer.weightP, columns: cells }]);
    this.#input = new Float64Array(inputs + outputs);
    this.#step = {
      z: new Float64Array(4 * cells),
      c: new Float64Array(cells),
      m: new Float64Array(cells),
      y: new Float64Array(outputs),
    };
    this.reset();
  }

  /** Largest magnitudes of all steps since construction; a reset of the state does not clear them. */
  get peaks(): FloatPeaks {
    return this.#peaks;
  }

  /**
   * Sets the cell state c and the outputs y to zero, or to the initial state, as at the start of an utterance.
   *
   * @param state state to start from instead
   */
  reset(state: InitialState | null = this.#initial): void {
    this.#step.c.fill(0);
    this.#step.y.fill(0);
    if (state === null) return;
    this.#step.c.set(state.c);
    this.#step.y.set(state.y);
  }

  /**
   * One time step.
   *
   * @param x input, [I]
   * @param y receives the output, [P]
   * @throws EsegenError if x or y has another length
   */
  step(x: Float64Array, y: Float64Array): void {
    const { inputs, cells, outputs, bias, peepholes } = this.layer;
    if (x.length !== inputs) throw new EsegenError('float LSTM', `x has ${x.length} values, expected ${inputs}`);
    if (y.length !== outputs) throw new EsegenError('float LSTM', `y has ${y.length} values, expected ${outputs}`);
    const { z, c, m, y: state } = this.#step;
    this.#input.set(x);
    this.#input.set(state, inputs);
    multiply(this.#gates, this.#input, z);
    const { clip, cellClip, couplesGates } = this.#cell;
    for (let h = 0; h < cells; h++) {
      const old = c[h]!;
      const zi = limit(z[h]! + bias[h]! + (peepholes === null ? 0 : peepholes.i[h]! * old), clip);
      const zf = limit(z[cells + h]! + bias[cells + h]! + (peepholes === null ? 0 : peepholes.f[h]! * old), clip);
      const zg = limit(z[2 * cells + h]! + bias[2 * cells + h]!, clip);
      const input = this.#gate(zi);
      const forget = couplesGates ? 1 - input : this.#gate(zf);
      const exact = limit(forget * old + input * this.#candidate(zg), cellClip);
      const cell = this.#round === null ? exact : this.#round(exact);
      const zo = limit(
        z[3 * cells + h]! + bias[3 * cells + h]! + (peepholes === null ? 0 : peepholes.o[h]! * cell),
        clip,
      );
      z[h] = zi;
      z[cells + h] = zf;
      z[2 * cells + h] = zg;
      z[3 * cells + h] = zo;
      c[h] = cell;
      m[h] = this.#gate(zo) * this.#output(cell);
    }
    if (this.#projection === null) state.set(m);
    else multiply(this.#projection, m, state);
    y.set(state);
    this.#peaks = {
      z: peak(this.#peaks.z, z),
      c: peak(this.#peaks.c, c),
      m: peak(this.#peaks.m, m),
      y: peak(this.#peaks.y, state),
    };
    this.#observer?.(this.#step);
  }

  /**
   * All frames in order, by default as one utterance that starts from the zero state.
   *
   * @param frames inputs, [T, I]
   * @returns outputs, [T, P]
   * @throws EsegenError if the frames are not I values wide
   */
  run(frames: Frames, options: FloatRunOptions = {}): Frames {
    const { inputs, outputs } = this.layer;
    if (frames.width !== inputs) {
      throw new EsegenError('float LSTM', `frames have ${frames.width} values, the layer takes ${inputs}`);
    }
    const starts = new Set(options.utteranceStarts ?? [0]);
    const result = createFrames(frames.frames, outputs);
    for (let t = 0; t < frames.frames; t++) {
      if (starts.has(t)) this.reset();
      this.step(frameAt(frames, t), frameAt(result, t));
    }
    return result;
  }
}

/** Non-zeros of matrices of the same height set side by side; each `weights` is [rows, columns] row-major. */
function sparseRows(rows: number, blocks: readonly { weights: Floats; columns: number }[]): SparseRows {
  let count = 0;
  for (const { weights } of blocks) for (let i = 0; i < weights.length; i++) if (weights[i] !== 0) count++;
  const starts = new Int32Array(rows + 1);
  const columns = new Int32Array(count);
  const values = new Float64Array(count);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    starts[row] = at;
    let first = 0;
    for (const block of blocks) {
      for (let column = 0; column < block.columns; column++) {
        const weight = block.weights[row * block.columns + column]!;
        if (weight === 0) continue;
        columns[at] = first + column;
        values[at] = weight;
        at++;
      }
      first += block.columns;
    }
  }
  starts[rows] = at;
  return { starts, columns, values };
}

/** result = matrix · vector. */
function multiply(matrix: SparseRows, vector: Float64Array, result: Float64Array): void {
  const { starts, columns, values } = matrix;
  for (let row = 0; row < result.length; row++) {
    const end = starts[row + 1]!;
    let sum = 0;
    for (let n = starts[row]!; n < end; n++) sum += values[n]! * vector[columns[n]!]!;
    result[row] = sum;
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function activation(given: Activation): (x: number) => number {
  switch (given.kind) {
    case 'sigmoid':
      return sigmoid;
    case 'tanh':
      return Math.tanh;
    case 'relu':
      return (x) => Math.max(0, x);
    case 'clip':
      return (x) => Math.max(given.low, Math.min(given.high, x));
    case 'leakyRelu':
      return (x) => (x < 0 ? given.alpha * x : x);
    case 'hardSigmoid':
      return (x) => Math.max(0, Math.min(1, given.alpha * x + given.beta));
  }
}

/** Keeps a value within ±bound. */
function limit(value: number, bound: number): number {
  return value > bound ? bound : value < -bound ? -bound : value;
}

function peak(before: number, values: Float64Array): number {
  let largest = before;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}
