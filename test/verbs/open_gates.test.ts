import { expect, test } from 'vitest';
import { compile } from '../../src/compiler/compile.ts';
import { createFrames, type Frames } from '../../src/data/frames.ts';
import { SignalNoise } from '../../src/data/signal_noise.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import { FloatLstm } from '../../src/model/reference/float_lstm.ts';
import type { StackedLayer } from '../../src/model/stacked_layer.ts';
import { Rng } from '../../src/util/rng.ts';
import { goldenOutputs } from '../../src/verbs/compress/outputs.ts';

const INPUTS = 4;
const CELLS = 8;
const FRAMES = 4000;
/** Frames with inputs; then the cells must keep what they have added up. */
const SPOKEN = 50;
/** Far beyond the table of the sigmoid: open by all but e^-12. */
const OPEN = 12;

/** A layer that adds up what it hears while input 0 is positive: forget gates open, input gates open or shut. */
function integrator(rng: Rng): StackedLayer {
  const weightX = new Float64Array(4 * CELLS * INPUTS);
  for (let cell = 0; cell < CELLS; cell++) {
    weightX[cell * INPUTS] = 1;
    for (let input = 1; input < INPUTS; input++) weightX[(2 * CELLS + cell) * INPUTS + input] = 0.2 * rng.normal();
  }
  return {
    inputs: INPUTS,
    cells: CELLS,
    outputs: CELLS,
    weightX,
    weightR: new Float64Array(4 * CELLS * CELLS),
    weightP: null,
    bias: Float64Array.from({ length: 4 * CELLS }, (_, row) => (Math.floor(row / CELLS) === 1 ? OPEN : 0)),
    peepholes: null,
  };
}

/** Frames of a burst, and of silence behind it. */
function burst(rng: Rng): Frames {
  const frames = createFrames(FRAMES, INPUTS);
  for (let i = 0; i < SPOKEN * INPUTS; i++) frames.data[i] = rng.normal();
  for (let t = 0; t < FRAMES; t++) frames.data[t * INPUTS] = t < SPOKEN ? OPEN : -OPEN;
  return frames;
}

// With the last computed words in place of 0 and 1 beyond the range it was 15.2 dB at every width: the forget gates leaked.
test.each([8, 12, 16])('open forget gates keep the state over 4,000 frames, %i-bit weights', (weightBits) => {
  const rng = new Rng(5);
  const layer = integrator(rng);
  const frames = burst(rng);
  const set = { frames, utteranceStarts: [0], origin: 'a burst' };
  const config = parseConfig({ name: 'integrator', array: { lanes: 2 }, elemLanes: 1, weightBits }, 'config');
  const noise = new SignalNoise();
  const { design } = compile(layer, config, set);
  noise.add(new FloatLstm(layer).run(frames).data, goldenOutputs(design, set).data);

  expect(noise.db).toBeGreaterThan(25);
});
