import { machineOf } from '../../machine/machine.ts';
import { GATES, tileRows } from '../../machine/tiles.ts';
import type { Tensor } from '../../model/graph.ts';
import type { Design } from '../../program/design.ts';
import { decodeMatrix } from '../../program/encode.ts';
import { cellsOfLane, createPartition, outputsOfLane } from '../../program/partition.ts';
import type { Program } from '../../program/program.ts';
import type { SegmentMatrix } from '../../program/segments.ts';
import type { Product, QuantizedGraph, QuantizedLstm, Sums } from '../quantized_graph.ts';
import { lower } from './lower.ts';

/** Names of the input, the node and the output of a design's program. */
export const DESIGN_INPUT = 'x';
export const DESIGN_NODE = 'lstm';
export const DESIGN_OUTPUT = 'y';

/**
 * The program of a design of one layer: its weights follow from the words of its memories, counts and relative indices of every
 * lane, and its tables are those of its memories.
 *
 * @throws EsegenError where the words are not what the encoder writes
 */
export function programOfDesign(design: Design): Program {
  const program = lower(graphOfDesign(design), machineOf(design.config));
  return { ...program, tables: { ...program.tables, ...design.tables } };
}

function graphOfDesign(design: Design): QuantizedGraph {
  const { dimensions: d, formats: f } = design;
  const tensor = (id: string, elements: number): [string, Tensor] => [
    id,
    { id, name: id, shape: [elements], time: [] },
  ];
  const port = (name: string) => ({ name, tensor: name, axes: ['time', 'shape'] as const });
  return {
    tensors: new Map([tensor(DESIGN_INPUT, d.inputs), tensor(DESIGN_OUTPUT, d.outputs)]),
    formats: new Map([
      [DESIGN_INPUT, { bits: f.vectorBits, frac: f.xFrac }],
      [DESIGN_OUTPUT, { bits: f.vectorBits, frac: f.yFrac }],
    ]),
    nodes: [{ id: DESIGN_NODE, name: DESIGN_NODE, layer: layerOfDesign(design), output: DESIGN_OUTPUT }],
    inputs: [port(DESIGN_INPUT)],
    outputs: [port(DESIGN_OUTPUT)],
    states: [],
    tables: { sigmoidRange: f.sigmoidRange, tanhRange: f.tanhRange },
  };
}

function layerOfDesign(design: Design): QuantizedLstm {
  const { dimensions: d, formats: f, cells } = design;
  const bias = Float64Array.from({ length: GATES * d.cells }, (_, row) => {
    return cells.bias[(row % GATES) * d.cells + Math.floor(row / GATES)]!;
  });
  const accumulators = { bits: f.accBits, saturate: f.saturate, spectral: null };
  const gates: Sums = {
    ...{ rows: GATES * d.cells, frac: f.accFrac, ...accumulators, bias },
    products: [
      { source: { tensor: DESIGN_INPUT }, ...matrixOf(design, 'x'), align: f.xAlign, window: null },
      { source: { own: 'y' }, ...matrixOf(design, 'r'), align: f.yAlign, window: null },
    ],
  };
  const projected: Sums | null = d.projection
    ? {
        ...{ rows: d.outputs, frac: f.weightPFrac + f.mFrac, ...accumulators, bias: new Float64Array(d.outputs) },
        products: [{ source: { own: 'm' }, ...matrixOf(design, 'p'), align: 0, window: null }],
      }
    : null;
  const { vectorBits: bits } = f;
  return {
    kind: 'lstm',
    ...{ cells: d.cells, gates, zShift: f.zShift, zClip: null, gate: 'sigmoid', cellClip: null },
    peepholes: cells.peepholes === null ? null : { ...cells.peepholes, frac: f.peepFrac, shift: f.peepShift },
    c: { bits, frac: f.cFrac },
    m: { bits, frac: f.mFrac },
    projection: projected === null ? null : { sums: projected, shift: f.yShift },
    y: { bits, frac: f.yFrac },
    ...{ reverse: false, initial: null },
  };
}

/** A matrix of a design, decoded: gate rows 4k + gate, or rows of the projection. */
function matrixOf(
  { dimensions: d, formats: f, matrices }: Design,
  matrix: SegmentMatrix,
): Pick<Product, 'matrix' | 'weights'> {
  const gates = matrix !== 'p';
  const columns = matrix === 'x' ? d.inputs : matrix === 'r' ? d.outputs : d.cells;
  const rows = gates ? GATES * d.cells : d.outputs;
  const values = new Int16Array(rows * columns);
  const partition = createPartition(d.lanes, d.cells, d.outputs);
  const period = gates ? GATES : 1;
  for (const [at, segment] of d.segments.entries()) {
    if (segment.matrix !== matrix) continue;
    const { from, to } = gates ? tileRows(d.tiles, segment.tile) : { from: 0, to: d.outRows };
    const rowsOfLane = Array.from({ length: d.groups * d.lanes }, (_, lane) => {
      if (!gates) return outputsOfLane(partition, lane % d.lanes);
      return Math.max(Math.min(GATES * cellsOfLane(partition, lane % d.lanes), to) - from, 0);
    });
    const where = gates ? `W_${matrix}, tile ${segment.tile}` : 'W_ym';
    for (const [number, lane] of decodeMatrix(matrices[at]!, rowsOfLane, where).entries()) {
      const group = Math.floor(number / d.lanes);
      for (let column = 0; column < lane.columnStart.length - 1; column++) {
        for (let entry = lane.columnStart[column]!; entry < lane.columnStart[column + 1]!; entry++) {
          const local = from + lane.rows[entry]!;
          const cell = (number % d.lanes) + d.lanes * Math.floor(local / period);
          values[(period * cell + (local % period)) * columns + column * d.groups + group] = lane.weights[entry]!;
        }
      }
    }
  }
  const frac = matrix === 'x' ? f.weightXFrac : matrix === 'r' ? f.weightRFrac : f.weightPFrac;
  return { matrix: { rows, columns, values, format: { bits: f.weightBits, frac } }, weights: values.length };
}
