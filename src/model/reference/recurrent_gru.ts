import { createFrames, type Frames } from '../../data/frames.ts';
import type { GruLayer } from '../graph.ts';
import { activationFunction, limit } from './activation.ts';
import { MatrixProduct } from './matrix_product.ts';
import {
  BLOCK_STEPS,
  blocksOf,
  checkWidth,
  type FloatRecurrent,
  type RecurrentOptions,
  type RecurrentResult,
  startState,
} from './recurrent.ts';

/**
 * A GRU layer in double precision, see {@link GruLayer}: after Cho et al., "Learning Phrase Representations using RNN
 * Encoder-Decoder for Statistical Machine Translation", EMNLP 2014 (reset before the product), and PyTorch's `nn.GRU` (after it).
 */
export class RecurrentGru implements FloatRecurrent {
  readonly layer: GruLayer;
  /** [3H, I], gates in the order r, z, n. */
  readonly #x: MatrixProduct;
  /** [3H, H] where the reset follows the product, else [2H, H]: r, z. */
  readonly #h: MatrixProduct;
  /** [H, H]: the candidate's, where the reset goes before it. */
  readonly #nh: MatrixProduct | null;
  readonly #gate: (x: number) => number;
  readonly #candidate: (x: number) => number;

  /** @param layer its weights are copied, later changes to them have no effect */
  constructor(layer: GruLayer) {
    const { rx, zx, nx, rh, zh, nh } = layer.weights;
    this.layer = layer;
    this.#x = new MatrixProduct(rx, zx, nx);
    this.#h = layer.resetAfter ? new MatrixProduct(rh, zh, nh) : new MatrixProduct(rh, zh);
    this.#nh = layer.resetAfter ? null : new MatrixProduct(nh);
    this.#gate = activationFunction(layer.gate);
    this.#candidate = activationFunction(layer.candidate);
  }

  run(x: Frames, { state, round, observe }: RecurrentOptions = {}): RecurrentResult {
    const { inputs, cells, reverse, initial, resetAfter } = this.layer;
    checkWidth('GRU', x, inputs);
    const h = startState('h', state?.h ?? initial?.h, cells);
    const zx = new Float64Array(BLOCK_STEPS * 3 * cells);
    /** Products with h', which become pre-activations. */
    const z = new Float64Array(3 * cells);
    /** nh or rh, whichever the layer has. */
    const hidden = new Float64Array(cells);
    const result = createFrames(x.frames, cells);
    const inner =
      observe === undefined ? null : { z: createFrames(x.frames, 3 * cells), hidden: createFrames(x.frames, cells) };
    for (const { first, count } of blocksOf(x.frames, reverse)) {
      this.#x.apply(x.data, first * inputs, count, zx);
      for (let n = 0; n < count; n++) {
        const step = reverse ? count - 1 - n : n;
        const t = first + step;
        this.#step(zx.subarray(step * 3 * cells, (step + 1) * 3 * cells), z, hidden, h);
        if (round !== undefined) for (let i = 0; i < cells; i++) h[i] = round(h[i]!);
        result.data.set(h, t * cells);
        inner?.z.data.set(z, t * 3 * cells);
        inner?.hidden.data.set(hidden, t * cells);
      }
    }
    if (inner !== null) {
      observe?.('z', inner.z);
      observe?.(resetAfter ? 'nh' : 'rh', inner.hidden);
    }
    return { y: result, state: { h } };
  }

  /** Cells of a step; h comes in as h' and goes out as h. */
  #step(zx: Float64Array, z: Float64Array, hidden: Float64Array, h: Float64Array): void {
    const { cells, bias, clip, resetAfter } = this.layer;
    const atN = 2 * cells;
    this.#h.apply(h, 0, 1, z);
    for (let i = 0; i < cells; i++) {
      z[i] = limit(zx[i]! + z[i]! + bias.r[i]!, clip);
      z[cells + i] = limit(zx[cells + i]! + z[cells + i]! + bias.z[i]!, clip);
      const reset = this.#gate(z[i]!);
      if (resetAfter) {
        hidden[i] = z[atN + i]! + bias.nh[i]!;
        z[atN + i] = limit(zx[atN + i]! + bias.n[i]! + reset * hidden[i]!, clip);
      } else {
        hidden[i] = reset * h[i]!;
      }
    }
    if (this.#nh !== null) {
      const product = z.subarray(atN);
      this.#nh.apply(hidden, 0, 1, product);
      for (let i = 0; i < cells; i++) {
        product[i] = limit(zx[atN + i]! + bias.n[i]! + product[i]! + bias.nh[i]!, clip);
      }
    }
    for (let i = 0; i < cells; i++) {
      const update = this.#gate(z[cells + i]!);
      h[i] = (1 - update) * this.#candidate(z[atN + i]!) + update * h[i]!;
    }
  }
}
