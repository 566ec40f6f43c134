import { batches, type Stimuli } from '../../sim-verilator/stimuli.ts';
import { type Compilation, compile } from '../../src/compiler/compile.ts';
import type { CalibrationSet } from '../../src/data/calibration_set.ts';
import { createFrames } from '../../src/data/frames.ts';
import type { Config } from '../../src/machine/config.ts';
import type { Dimensions } from '../../src/program/dimensions.ts';
import { Rng } from '../../src/util/rng.ts';
import { randomConfig, randomDensities, randomMaximum } from './random_config.ts';
import { randomLayer } from './random_layer.ts';
import { type RandomRun, randomRun } from './random_stimuli.ts';

/** A compiled random layer and what to run it with. */
export interface RandomDesign {
  readonly seed: number;
  readonly config: Config;
  readonly compilation: Compilation;
  readonly run: RandomRun;
}

const CALIBRATION_FRAMES = 8;

/** A vector length: 1 and small numbers often, seldom a large one. */
function randomLength(rng: Rng): number {
  const kind = rng.uniform();
  if (kind < 0.15) return 1;
  if (kind < 0.4) return rng.integer(2, 9);
  if (kind < 0.97) return rng.integer(1, 40);
  return rng.integer(41, 300);
}

/** Calibration frames of another scale than the stimuli, so that vectors saturate, or leave their upper bits unused. */
function randomCalibration(rng: Rng, inputs: number): CalibrationSet {
  const frames = createFrames(CALIBRATION_FRAMES, inputs);
  const scale = rng.pick([0, 0.01, 1, 1, 30]);
  for (let i = 0; i < frames.data.length; i++) frames.data[i] = scale * rng.normal();
  // States that never grow during calibration leave the ranges too small for the run.
  const reset = rng.uniform() < 0.6;
  const utteranceStarts = Array.from({ length: CALIBRATION_FRAMES }, (_, t) => t).filter((t) => t === 0 || reset);
  return { frames, utteranceStarts, origin: 'random frames' };
}

/**
 * The random design of a seed: layer, config and stimuli. The layers fit the widths of their configs (none of the first 700 seeds is refused),
 * so a refusal is a fault of the compiler, or of this generator.
 */
export function randomDesign(seed: number): RandomDesign {
  const rng = new Rng(seed);
  const drawn = randomConfig(rng);
  const projection = rng.uniform() < 0.5;
  const balanced = drawn.encoding === 'column-balanced';
  // Lanes with equally many rows can share their word counts.
  const whole = balanced && rng.uniform() < 0.6;
  const rows = () => (whole ? drawn.array.lanes * rng.integer(1, 4) : randomLength(rng));
  const cells = rows();
  const shape = {
    inputs: randomLength(rng),
    cells,
    outputs: projection ? rows() : cells,
    projection,
    peepholes: rng.uniform() < 0.5,
    lanes: drawn.array.lanes,
    dense: rng.uniform() < (balanced ? 0.7 : 0.3),
  };
  // By numbers of their own, so that a seed keeps its layer and array.
  const more = new Rng(~seed);
  const density = more.uniform() < 0.5 ? randomDensities(more) : drawn.density;
  const config = { ...drawn, density, maximum: randomMaximum(more, shape) };
  const layer = randomLayer(rng, shape);
  const calibration = randomCalibration(rng, shape.inputs);
  const run = randomRun(rng, shape.inputs, config);
  return { seed, config, compilation: compile(layer, config, calibration), run };
}

/** Channels of each batch, as they came, a star at the start of an utterance: "0* 2 | 2 0". */
function describeBatches(stimuli: Stimuli): string {
  let at = 0;
  return batches(stimuli)
    .map(({ length }) => {
      const sent = stimuli.order.slice(at, at + length);
      at += length;
      return sent.map(({ channel, first }) => `${channel}${first ? '*' : ''}`).join(' ');
    })
    .join(' | ');
}

function describeMemory({ latency, bandwidth, stalls }: RandomRun['memory'], d: Dimensions): string {
  const rows = `rows of ${d.rowStreamBits} bits over a bus of ${d.busBits}`;
  return `${rows}, latency ${latency}, ${bandwidth.toFixed(3)} beats a cycle, memory stalls ${stalls}`;
}

/** What the design is, in one line, for a message about it. */
export function describeDesign({ seed, config, compilation, run }: RandomDesign): string {
  const { dimensions: d, formats: f } = compilation.design;
  const { report } = compilation;
  return [
    `seed ${seed}: ${d.inputs}→${d.cells}→${d.outputs}`,
    Object.values(config.maximum).some((size) => size > 0)
      ? `made for ${d.maxInputs}→${d.maxCells}→${d.maxOutputs}`
      : '',
    d.projection ? 'projection' : '',
    d.peepholes ? 'peepholes' : '',
    `${d.channels} channels, ${d.groups} groups, ${d.lanes}/${d.elemLanes} lanes, ${d.beat} a beat`,
    `queue ${config.fifoDepth} a ${config.activationQueue}`,
    `index ${config.indexBits}, weights ${f.weightBits}, vectors ${f.vectorBits}`,
    `accumulators ${f.accBits}${f.saturate ? ' saturating' : ''} ${config.accumulatorMemory}`,
    `tables ±${f.sigmoidRange} ±${f.tanhRange}`,
    `${config.encoding}${report.pruned ? ' pruned' : ''}, ${report.nonZeros} of ${report.weights} weights, ${report.padding} padding`,
    d.sharedCounts ? 'shared counts' : '',
    d.dram ? describeMemory(run.memory, d) : '',
    `batches ${describeBatches(run.stimuli)}, stalls ${run.stalls}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}
