import { type Compilation, compile } from '../../src/compiler/compile.ts';
import { randomCalibration } from '../../src/data/calibration_set.ts';
import { parseConfig } from '../../src/machine/read_config.ts';
import type { Peepholes, StackedLayer } from '../../src/model/stacked_layer.ts';
import { Rng } from '../../src/util/rng.ts';

/** A layer and an array, small enough for Icarus. */
export interface TinyShape {
  readonly seed: number;
  readonly inputs: number;
  readonly cells: number;
  /** Rows of the projection; null where y = m. */
  readonly outputs: number | null;
  readonly peepholes: boolean;
  readonly channels: number;
  readonly groups: number;
  readonly lanes: number;
  readonly elemLanes: number;
  readonly outputBeat: number;
  readonly fifoDepth: number;
  readonly indexBits: number;
  /** Mean share of the weights that are there; it varies between columns and lanes. */
  readonly density: number;
  /** Settings as in a config; its defaults where they are left out. */
  readonly weights?: 'onchip' | 'dram';
  readonly memoryBusBits?: number;
  readonly accumulatorMemory?: 'auto' | 'split';
  readonly activationQueue?: 'lane' | 'group';
}

/** A shape that depends on the seed only. Lanes may outnumber cells, and inputs may outweigh all other work. */
export function tinyShape(seed: number): TinyShape {
  const rng = new Rng(seed);
  const lanes = rng.pick([1, 2, 4, 8, 16]);
  const groups = rng.pick([1, 2, 4, 8].filter((columnGroups) => columnGroups * lanes <= 32));
  const elemLanes = rng.pick([1, 2, 4, 8, 16].filter((width) => width <= lanes));
  return {
    seed,
    lanes,
    elemLanes,
    channels: rng.pick([1, 2, 4].filter((channels) => channels * groups * lanes <= 32)),
    groups,
    outputBeat: rng.pick([1, 2, 4, 8]),
    fifoDepth: rng.pick([1, 2, 3, 4, 8, 16]),
    indexBits: rng.pick([2, 4, 6]),
    density: rng.pick([0.03, 0.1, 0.3, 1]),
    inputs: rng.pick([1, 2, 9, 24, 120]),
    cells: rng.integer(1, 48),
    outputs: rng.uniform() < 0.6 ? rng.integer(1, 30) : null,
    peepholes: rng.uniform() < 0.5,
  };
}

/** One line for a test's name. */
export function describeShape(shape: TinyShape): string {
  const { seed, inputs, cells, outputs, channels, groups, lanes, elemLanes, outputBeat, fifoDepth, density } = shape;
  const size = `${inputs}-${cells}${outputs === null ? '' : `-${outputs}`}`;
  const array = `${channels} x ${groups} x ${lanes}`;
  return `seed ${seed}: ${size}, ${array}, ${elemLanes} of ElemMul, beat ${outputBeat}, FIFO ${fifoDepth}, density ${density}`;
}

/** Compiles a seeded random layer of a shape. */
export function tinyDesign(shape: TinyShape): Compilation {
  const rng = new Rng(~shape.seed);
  const { inputs, cells, channels, groups, lanes, elemLanes, outputBeat, fifoDepth, indexBits } = shape;
  const { weights, memoryBusBits, accumulatorMemory, activationQueue } = shape;
  const outputs = shape.outputs ?? cells;
  const vector = () => Float64Array.from({ length: cells }, () => 0.1 * rng.normal());
  const peepholes: Peepholes | null = shape.peepholes ? { i: vector(), f: vector(), o: vector() } : null;
  const layer: StackedLayer = {
    inputs,
    cells,
    outputs,
    weightX: sparseMatrix(rng, 4 * cells, inputs, shape),
    weightR: sparseMatrix(rng, 4 * cells, outputs, shape),
    weightP: shape.outputs === null ? null : sparseMatrix(rng, outputs, cells, shape),
    bias: Float64Array.from({ length: 4 * cells }, () => 0.1 * rng.normal()),
    peepholes,
  };
  const config = parseConfig(
    {
      ...{ name: 'tiny', array: { channels, groups, lanes }, elemLanes, outputBeat, fifoDepth, indexBits },
      ...(weights === undefined ? {} : { weights }),
      ...(memoryBusBits === undefined ? {} : { memoryBusBits }),
      ...(accumulatorMemory === undefined ? {} : { accumulatorMemory }),
      ...(activationQueue === undefined ? {} : { activationQueue }),
    },
    'tiny',
  );
  return compile(layer, config, randomCalibration(inputs));
}

function sparseMatrix(rng: Rng, rows: number, columns: number, { density, lanes }: TinyShape): Float64Array {
  const matrix = new Float64Array(rows * columns);
  const laneShare = Array.from({ length: lanes }, () => 0.5 + rng.uniform());
  for (let column = 0; column < columns; column++) {
    const columnShare = rng.pick([0, 0.5, 1, 1, 2]);
    for (let row = 0; row < rows; row++) {
      const present = rng.uniform() < density * columnShare * laneShare[row % lanes]!;
      if (present) matrix[row * columns + column] = 0.2 * rng.normal();
    }
  }
  return matrix;
}
