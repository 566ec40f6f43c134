import { randomCalibration } from '../../src/compiler/calibrate.ts';
import { type Compilation, compile } from '../../src/compiler/compile.ts';
import { parseConfig } from '../../src/config.ts';
import type { LstmLayer } from '../../src/model.ts';
import { Rng } from '../../src/rng.ts';

/** A layer of even random sparsity, for tests that are about something else than the weights. */
export interface SampleLayer {
  readonly inputs: number;
  readonly cells: number;
  /** Length of the projection; without it y = m. */
  readonly outputs?: number;
  readonly peepholes?: boolean;
  /** Share of the weights that are not zero. Default 0.4. */
  readonly density?: number;
  readonly seed?: number;
}

/** Makes the layer; the same arguments give the same weights. */
export function sampleLayer({
  inputs,
  cells,
  outputs,
  peepholes = false,
  density = 0.4,
  seed = 1,
}: SampleLayer): LstmLayer {
  const rng = new Rng(seed);
  const dense = (length: number) => Float64Array.from({ length }, () => 0.5 * rng.normal());
  const sparse = (length: number) => dense(length).map((weight) => (rng.uniform() < density ? weight : 0));
  return {
    inputs,
    cells,
    outputs: outputs ?? cells,
    weightX: sparse(4 * cells * inputs),
    weightR: sparse(4 * cells * (outputs ?? cells)),
    weightP: outputs === undefined ? null : sparse(outputs * cells),
    bias: dense(4 * cells),
    peepholes: peepholes ? { i: dense(cells), f: dense(cells), o: dense(cells) } : null,
  };
}

/** Compiles a sample layer with a config as a user writes it. */
export function sampleDesign(layer: SampleLayer, config: Readonly<Record<string, unknown>>): Compilation {
  return compile(sampleLayer(layer), parseConfig(config, 'sample config'), randomCalibration(layer.inputs));
}

/** Frames of full-scale random integers. */
export function sampleFrames(frames: number, width: number, vectorBits = 16, seed = 1) {
  const rng = new Rng(seed);
  const limit = 2 ** (vectorBits - 1);
  return { frames, width, data: Int16Array.from({ length: frames * width }, () => rng.integer(-limit, limit - 1)) };
}
