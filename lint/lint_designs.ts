import { type SampleLayer, sampleDesign } from '../fixtures/sample_design.ts';
import type { Compilation } from '../src/compiler/compile.ts';

/** A design whose Verilog is linted. */
export interface LintDesign {
  readonly title: string;
  readonly layer: SampleLayer;
  readonly config: Readonly<Record<string, unknown>>;
  /** Whether the lint script synthesizes it as well. */
  readonly mapped?: boolean;
}

/** Name of the top module of all of them. */
export const LINT_TOP = 'lint_lstm';

const SMALL: SampleLayer = { inputs: 9, cells: 20, density: 0.3 };
const FULL: SampleLayer = { inputs: 17, cells: 40, outputs: 24, peepholes: true, density: 0.2 };

/** Configs that differ in every branch of the templates, and the ends of the parameter ranges. */
export const LINT_DESIGNS: readonly LintDesign[] = [
  { title: 'plain', layer: SMALL, config: { array: { lanes: 4 } } },
  {
    title: '2 x 2 x 8, projection and peepholes, 8 elements a beat, 2 of ElemMul',
    layer: FULL,
    config: { array: { channels: 2, groups: 2, lanes: 8 }, elemLanes: 2, outputBeat: 8 },
    mapped: true,
  },
  {
    title: '2 channels without groups, 4 elements a beat',
    layer: { inputs: 8, cells: 16, outputs: 10, density: 0.5 },
    config: { array: { channels: 2, lanes: 4 }, outputBeat: 4, vectorBits: 14 },
  },
  {
    title: '4 groups of 4 lanes, more groups than ElemMul lanes',
    layer: { inputs: 9, cells: 21, outputs: 11, peepholes: true, density: 0.5 },
    config: { array: { groups: 4, lanes: 4 }, elemLanes: 2, fifoDepth: 3 },
  },
  {
    title: '4 x 2 x 2, block accumulators without projection',
    layer: SMALL,
    config: { array: { channels: 4, groups: 2, lanes: 2 }, accumulatorMemory: 'block' },
  },
  {
    title: 'projection, saturating narrow accumulators, queue of 1',
    layer: { inputs: 8, cells: 16, outputs: 12, density: 0.5 },
    config: { array: { lanes: 4 }, fifoDepth: 1, accumulatorBits: 12 },
  },
  {
    title: '16 channels, 8 elements a beat, peepholes, saturating wide accumulators, queue of 64',
    layer: { inputs: 8, cells: 16, peepholes: true, density: 0.5 },
    config: { array: { channels: 16, lanes: 4 }, outputBeat: 8, fifoDepth: 64, accumulatorBits: 40 },
  },
  {
    title: '8-bit vectors, 4-bit weights, one lane',
    layer: { inputs: 5, cells: 7, outputs: 3, peepholes: true },
    config: { array: { lanes: 1 }, vectorBits: 8, weightBits: 4, tables: { sigmoidRange: 4, tanhRange: 1 } },
  },
  {
    title: 'one of everything',
    layer: { inputs: 1, cells: 1, density: 1 },
    config: { array: { lanes: 1 }, fifoDepth: 2, weightBits: 16, tables: { sigmoidRange: 16, tanhRange: 16 } },
  },
  {
    title: 'as many ElemMul lanes as lanes, block accumulators',
    layer: FULL,
    config: { array: { lanes: 16 }, elemLanes: 16, accumulatorMemory: 'block', fifoDepth: 5 },
  },
  {
    title: 'index wider than rows, 12-bit vectors',
    layer: SMALL,
    config: { array: { lanes: 16 }, indexBits: 10, vectorBits: 12 },
  },
  {
    title: '128 lanes, more than there are cells',
    layer: { inputs: 30, cells: 60, outputs: 20, peepholes: true, density: 0.15 },
    config: { array: { lanes: 128 }, elemLanes: 32 },
  },
  {
    title: '8 groups, one lane each, no weights at all',
    layer: { inputs: 6, cells: 9, outputs: 4, peepholes: true, density: 0 },
    config: { array: { groups: 8, lanes: 1 }, elemLanes: 1, indexBits: 2, accumulatorMemory: 'distributed' },
  },
  {
    title: 'lanes that share their word counts',
    layer: { inputs: 6, cells: 8, outputs: 8, density: 1 },
    config: { array: { groups: 2, lanes: 4 } },
  },
  {
    title: 'lanes in step, split accumulators, 2 x 2 x 4',
    layer: FULL,
    config: {
      array: { channels: 2, groups: 2, lanes: 4 },
      activationQueue: 'group',
      accumulatorMemory: 'split',
      encoding: 'column-balanced',
      density: 0.4,
    },
    mapped: true,
  },
  {
    title: 'lanes in step with unbalanced weights, words of 17 bits',
    layer: { inputs: 9, cells: 12, outputs: 6, density: 0.4 },
    config: { array: { groups: 2, lanes: 2 }, activationQueue: 'group', indexBits: 5 },
  },
  {
    title: 'lanes in step, one lane a group',
    layer: { inputs: 9, cells: 12, outputs: 6, density: 0.4 },
    config: { array: { groups: 2, lanes: 1 }, activationQueue: 'group' },
  },
  {
    title: 'split accumulators without projection',
    layer: SMALL,
    config: { array: { channels: 2, lanes: 2 }, accumulatorMemory: 'split' },
  },
  {
    title: 'external memory, split accumulators',
    layer: FULL,
    config: { array: { channels: 2, lanes: 4 }, weights: 'dram', memoryBusBits: 128, accumulatorMemory: 'split' },
  },
  {
    title: 'external memory, bus wider than a row',
    layer: FULL,
    config: { array: { channels: 2, lanes: 4 }, weights: 'dram' },
  },
  {
    title: 'external memory, bus as wide as a row, shared word counts',
    layer: { inputs: 7, cells: 8, outputs: 4, density: 1 },
    config: { array: { lanes: 4 }, weights: 'dram', memoryBusBits: 64 },
  },
  {
    title: 'external memory, bus narrower than a row, words of 14 bits',
    layer: { ...SMALL, peepholes: true },
    config: { array: { groups: 2, lanes: 8 }, weightBits: 10, weights: 'dram', memoryBusBits: 64 },
  },
  {
    title: 'external memory, words of 6 bits, shared word counts',
    layer: { inputs: 9, cells: 16, density: 1 },
    config: { array: { channels: 4, lanes: 2 }, weightBits: 4, indexBits: 2, weights: 'dram', memoryBusBits: 1024 },
  },
];

/** Compiles a design of the list. */
export function lintDesign({ layer, config }: LintDesign): Compilation {
  return sampleDesign(layer, { name: LINT_TOP, ...config });
}
