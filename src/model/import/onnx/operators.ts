import { type Call, describe, type Operator, sizesInput, uniformOf } from './call.ts';
import { conv, pad } from './convolution.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { Fault } from './fault.ts';
import { LAYOUT } from './layout.ts';
import { gemm, matMul } from './products.ts';
import { AXIS_OPERATORS, reaxisPadded } from './reaxis.ts';
import { gru, lstm } from './recurrent.ts';
import { batchNorm, choice, reduction } from './reductions.ts';
import { isTime } from './sizes.ts';
import type { Axis, Value } from './values.ts';

/** Element types that a cast leaves an activation in: FLOAT, FLOAT16, DOUBLE and BFLOAT16. */
const FLOAT_TYPES = [1, 10, 11, 16];

/** What the operators make of activations. */
const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ...ELEMENTWISE,
  ['LSTM', lstm],
  ['GRU', gru],
  ['Gemm', gemm],
  ['MatMul', matMul],
  ['Conv', conv],
  ['Pad', pad],
  ['BatchNormalization', batchNorm],
  ['ReduceMean', reduction('mean')],
  ['ReduceSum', reduction('sum')],
  ['ReduceMax', reduction('max')],
  ['Softmax', choice('softmax')],
  ['LogSoftmax', choice('logSoftmax')],
  ['ArgMax', choice('argMax')],
  ['Cast', cast],
  ['CastLike', ({ inputs }) => [inputs[0]!]],
  ['Dropout', dropout],
  ['ConstantOfShape', constantOfShape],
]);

/** Whether a kind of node is read where it has activations as operands. */
export function isOperator(opType: string): boolean {
  return OPERATORS.has(opType) || LAYOUT.has(opType);
}

/** What a node makes of its operands, at least one of which is no constant. */
export function apply(call: Call): readonly Value[] {
  const { node, inputs } = call;
  if (inputs.length === 0 || inputs[0] === null) throw new Fault('expected an operand as input 1, got none');
  if (inputs[0]!.kind === 'padded' && AXIS_OPERATORS.has(node.opType)) return reaxisPadded(call, inputs[0]!);
  const layout = LAYOUT.get(node.opType);
  if (layout !== undefined) {
    const first = node.opType === 'Concat' ? inputs.find((input) => input?.kind === 'view') : inputs[0];
    const value = first ?? inputs.find((input) => input?.kind === 'filled') ?? inputs[0] ?? null;
    if (value?.kind === 'view' || value?.kind === 'filled') return layout(call, value);
    if (node.opType === 'Expand' && uniformOf(value) !== null) {
      return layout(call, { kind: 'filled', value: uniformOf(value)!, axes: constantAxes(value) });
    }
    throw new Fault(`expected an activation, got ${describe(value)}`);
  }
  const operator = OPERATORS.get(node.opType);
  if (operator === undefined) throw new Fault(`expected constants, got ${inputs.map(describe).join(' and ')}`);
  return operator(call);
}

function constantAxes(value: Value | null): Axis[] {
  return value?.kind === 'known' ? [...value.constant.shape] : [];
}

function cast(call: Call): Value[] {
  const to = call.node.attributes.get('to')?.i ?? 0;
  const value = call.inputs[0]!;
  if (value.kind !== 'view' && value.kind !== 'filled')
    throw new Fault(`expected an activation, got ${describe(value)}`);
  const isWhole = value.kind === 'filled' && Number.isInteger(value.value);
  if (FLOAT_TYPES.includes(to) || isWhole) return [value];
  throw new Fault(`rounds an activation to the element type ${to}`);
}

function dropout(call: Call): Value[] {
  const mode = call.inputs[2] ?? null;
  if (mode !== null && uniformOf(mode) !== 0) {
    throw new Fault('is in training mode', 'Export the model in evaluation mode');
  }
  return [call.inputs[0]!];
}

/** A constant of as many steps as the input has. */
function constantOfShape(call: Call): Value[] {
  const fill = call.node.attributes.get('value')?.t ?? null;
  const value = fill === null ? 0 : uniformOf(call.pool.initializer({ ...fill, name: call.name }));
  if (value === null) throw new Fault('expected one number as value');
  const axes = sizesInput(call, 0, 'the shape').map((size): Axis => {
    if (typeof size === 'number') return size;
    if (isTime(size) && size.factor === 1 && size.offset === 0) return 'time';
    throw new Fault('has a size that is not known before it runs');
  });
  return [{ kind: 'filled', value, axes }];
}
