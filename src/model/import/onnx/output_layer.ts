import type { Floats, OutputLayer } from '../../lstm.ts';
import { checkSize } from '../limits.ts';
import type { Constants } from './constants.ts';
import type { Constant } from './folds.ts';
import { nodeAt } from './graph.ts';
import type { OnnxNode } from './proto.ts';
import type { Traced } from './trace.ts';

/** A linear layer, and the nodes that make it. */
export interface OnnxOutputLayer {
  readonly layer: OutputLayer;
  readonly nodes: readonly OnnxNode[];
  /** Name of its result. */
  readonly output: string;
}

/**
 * The linear layer that begins with this node: `Gemm`, or `MatMul` with an `Add` behind it or without, on constants.
 *
 * @param from value with the features on its last axis
 * @param size number of features
 * @returns null where the node is something else
 * @throws EsegenError where the layer has more classes than esegen takes
 */
export function readOutputLayer(
  constants: Constants,
  node: OnnxNode,
  from: Traced,
  size: number,
): OnnxOutputLayer | null {
  if (node.domain !== '' || from.axes.at(-1) !== 'features' || node.inputs[0] !== from.name) return null;
  if (node.opType === 'Gemm') return readGemm(constants, node, size);
  return node.opType === 'MatMul' ? readMatMul(constants, node, size) : null;
}

function readGemm(constants: Constants, node: OnnxNode, size: number): OnnxOutputLayer | null {
  const { attributes } = node;
  const weight = constants.find(node.inputs[1] ?? '');
  if (weight === null || (attributes.get('transA')?.i ?? 0) !== 0) return null;
  const transposed = (attributes.get('transB')?.i ?? 0) !== 0;
  const classes = classesOf(constants, node, weight, size, transposed);
  if (classes === null) return null;
  const biasName = node.inputs[2] ?? '';
  const bias = biasName === '' ? new Float64Array(classes) : vector(constants, biasName, classes);
  if (bias === null) return null;
  const alpha = attributes.get('alpha')?.f ?? 1;
  const beta = attributes.get('beta')?.f ?? 1;
  const values = transposed ? weight.values() : transpose(weight.values(), size, classes);
  const layer = { classes, weight: scaled(values, alpha), bias: Float64Array.from(scaled(bias, beta)) };
  return { layer, nodes: [node], output: node.outputs[0] ?? '' };
}

function readMatMul(constants: Constants, node: OnnxNode, size: number): OnnxOutputLayer | null {
  const weight = constants.find(node.inputs[1] ?? '');
  const classes = weight === null ? null : classesOf(constants, node, weight, size, false);
  if (classes === null) return null;
  const result = node.outputs[0] ?? '';
  const values = transpose(weight!.values(), size, classes);
  const next = constants.graph.consumers.get(result) ?? [];
  const [add] = next;
  if (next.length === 1 && add!.opType === 'Add' && add!.domain === '' && add!.inputs.length === 2) {
    const other = add!.inputs[0] === result ? add!.inputs[1]! : add!.inputs[0]!;
    const bias = vector(constants, other, classes);
    if (bias !== null)
      return {
        layer: { classes, weight: values, bias: Float64Array.from(bias) },
        nodes: [node, add!],
        output: add!.outputs[0] ?? '',
      };
  }
  return { layer: { classes, weight: values, bias: new Float64Array(classes) }, nodes: [node], output: result };
}

/** Classes of a weight matrix [P, classes], or [classes, P] where it is transposed; null where it is none. */
function classesOf(
  constants: Constants,
  node: OnnxNode,
  { shape, dtype }: Constant,
  size: number,
  transposed: boolean,
): number | null {
  const [rows, columns] = shape;
  if (shape.length !== 2 || dtype === 'I64' || (transposed ? columns : rows) !== size) return null;
  const classes = transposed ? rows! : columns!;
  checkSize(nodeAt(constants.graph.path, node), 'classes', classes);
  return classes;
}

/** A constant vector, whatever axes of size 1 it carries besides. */
function vector(constants: Constants, name: string, length: number): Floats | null {
  const constant = constants.find(name);
  if (constant === null || constant.dtype === 'I64') return null;
  const { shape } = constant;
  const fits = shape.at(-1) === length && shape.slice(0, -1).every((size) => size === 1);
  return fits ? constant.values() : null;
}

function transpose(values: Floats, rows: number, columns: number): Floats {
  const result = values.slice();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column]!;
  }
  return result;
}

function scaled(values: Floats, factor: number): Floats {
  return factor === 1 ? values : Float64Array.from(values, (value) => value * factor);
}
