import { createFrames, type Frames } from '../../data/frames.ts';
import { LSTM_GATES, type LstmLayer } from '../graph.ts';
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
 * An LSTM layer in double precision, see {@link LstmLayer}: after Sak et al., "Long Short-Term Memory Recurrent Neural Network
 * Architectures for Large Scale Acoustic Modeling", Interspeech 2014, and, without peepholes, PyTorch's `nn.LSTM`; with other cell
 * rules, ONNX's operator LSTM.
 */
export class RecurrentLstm implements FloatRecurrent {
  readonly layer: LstmLayer;
  /** [4H, I] and [4H, P], gates in the order i, f, c, o. */
  readonly #x: MatrixProduct;
  readonly #r: MatrixProduct;
  /** [P, H]. */
  readonly #projection: MatrixProduct | null;
  readonly #gate: (x: number) => number;
  readonly #candidate: (x: number) => number;
  readonly #output: (x: number) => number;

  /** @param layer its weights are copied, later changes to them have no effect */
  constructor(layer: LstmLayer) {
    this.layer = layer;
    this.#x = new MatrixProduct(...LSTM_GATES.map((gate) => layer.weights[`${gate}x`]));
    this.#r = new MatrixProduct(...LSTM_GATES.map((gate) => layer.weights[`${gate}r`]));
    this.#projection = layer.projection === null ? null : new MatrixProduct(layer.projection);
    this.#gate = activationFunction(layer.cell.gate);
    this.#candidate = activationFunction(layer.cell.candidate);
    this.#output = activationFunction(layer.cell.output);
  }

  run(x: Frames, { state, round, observe }: RecurrentOptions = {}): RecurrentResult {
    const { inputs, cells, outputs, reverse, initial } = this.layer;
    checkWidth('LSTM', x, inputs);
    const y = startState('y', state?.y ?? initial?.y, outputs);
    const c = startState('c', state?.c ?? initial?.c, cells);
    const m = new Float64Array(cells);
    const zx = new Float64Array(BLOCK_STEPS * 4 * cells);
    const z = new Float64Array(4 * cells);
    const result = createFrames(x.frames, outputs);
    const inner =
      observe === undefined
        ? null
        : {
            z: createFrames(x.frames, 4 * cells),
            c: createFrames(x.frames, cells),
            m: createFrames(x.frames, cells),
          };
    for (const { first, count } of blocksOf(x.frames, reverse)) {
      this.#x.apply(x.data, first * inputs, count, zx);
      for (let n = 0; n < count; n++) {
        const step = reverse ? count - 1 - n : n;
        const t = first + step;
        this.#r.apply(y, 0, 1, z);
        this.#step(zx.subarray(step * 4 * cells, (step + 1) * 4 * cells), z, c, m, round);
        if (this.#projection === null) y.set(m);
        else this.#projection.apply(m, 0, 1, y);
        result.data.set(y, t * outputs);
        inner?.z.data.set(z, t * 4 * cells);
        inner?.c.data.set(c, t * cells);
        inner?.m.data.set(m, t * cells);
      }
    }
    if (inner !== null) for (const part of ['z', 'c', 'm'] as const) observe?.(part, inner[part]);
    return { y: result, state: { y, c } };
  }

  /** Cells of a step; `z` comes in as Wr·y' and goes out as pre-activations. */
  #step(
    zx: Float64Array,
    z: Float64Array,
    c: Float64Array,
    m: Float64Array,
    round: ((value: number) => number) | undefined,
  ): void {
    const { cells, bias, peepholes } = this.layer;
    const { clip, cellClip, couplesGates } = this.layer.cell;
    const [atF, atC, atO] = [cells, 2 * cells, 3 * cells];
    for (let h = 0; h < cells; h++) {
      const old = c[h]!;
      let zi = zx[h]! + z[h]! + bias.i[h]!;
      let zf = zx[atF + h]! + z[atF + h]! + bias.f[h]!;
      if (peepholes !== null) {
        zi += peepholes.i[h]! * old;
        zf += peepholes.f[h]! * old;
      }
      zi = limit(zi, clip);
      zf = limit(zf, clip);
      const zc = limit(zx[atC + h]! + z[atC + h]! + bias.c[h]!, clip);
      const input = this.#gate(zi);
      const forget = couplesGates ? 1 - input : this.#gate(zf);
      const exact = limit(forget * old + input * this.#candidate(zc), cellClip);
      const cell = round === undefined ? exact : round(exact);
      const zo = zx[atO + h]! + z[atO + h]! + bias.o[h]! + (peepholes === null ? 0 : peepholes.o[h]! * cell);
      z[h] = zi;
      z[atF + h] = zf;
      z[atC + h] = zc;
      z[atO + h] = limit(zo, clip);
      c[h] = cell;
      m[h] = this.#gate(z[atO + h]!) * this.#output(cell);
    }
  }
}
