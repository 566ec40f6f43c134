import { quoteNames } from '../../../util/quote_name.ts';
import type { Draft } from './draft.ts';
import { Fault } from './fault.ts';
import { type Constant, shortList } from './folds.ts';
import type { ConstantPool } from './pool.ts';
import type { OnnxNode } from './proto_types.ts';
import type { Size, Value, View } from './values.ts';

/** A node with the values that it takes. */
export interface Call {
  readonly node: OnnxNode;
  /** null where an optional operand is left out. */
  readonly inputs: readonly (Value | null)[];
  readonly opset: number;
  readonly draft: Draft;
  readonly pool: ConstantPool;
  /** For the tensors and nodes that it makes. */
  readonly name: string;
  /** Steps that the file's sizes are for; null where it leaves them open. */
  readonly steps: number | null;
  /** Fixed lengths of the utterances of a batch, as recurrent nodes give them. */
  readonly noteLengths: (lengths: readonly number[]) => void;
}

/** What a kind of node makes of its operands: a value for each output, or fewer where the rest cannot be used. */
export type Operator = (call: Call) => readonly Value[];

/** An integer attribute. */
export function integer({ node }: Call, name: string, usual: number): number {
  return node.attributes.get(name)?.i ?? usual;
}

/** An operand that must be an activation. */
export function viewInput(call: Call, n: number): View {
  const value = call.inputs[n] ?? null;
  if (value?.kind === 'view') return value;
  throw new Fault(`expected an activation as input ${n + 1}, got ${describe(value)}`);
}

/** An operand that must be a constant; null where it is left out. */
export function optionalConstant(call: Call, n: number, what: string): Constant | null {
  const value = call.inputs[n] ?? null;
  if (value === null) return null;
  if (value.kind === 'known') return value.constant;
  throw new Fault(`expected constant ${what}, got ${describe(value)}`, adviceFor(value));
}

export function constantInput(call: Call, n: number, what: string): Constant {
  const constant = optionalConstant(call, n, what);
  if (constant === null) throw new Fault(`expected constant ${what} as input ${n + 1}, got none`);
  return constant;
}

/** A list of integers from an operand, or in older operator sets from an attribute; null where there is none. */
export function listInput(call: Call, n: number, attribute: string): readonly number[] | null {
  const constant = optionalConstant(call, n, attribute);
  if (constant === null) return call.node.attributes.get(attribute)?.ints ?? null;
  const list = shortList(constant);
  if (list === null) throw new Fault(`expected a short list of integers as ${attribute}`);
  return list;
}

/** A list of sizes, some of which may depend on the number of steps. */
export function sizesInput(call: Call, n: number, what: string): readonly Size[] {
  const value = call.inputs[n] ?? null;
  const items = value === null ? null : itemsOf(value);
  if (items !== null) return items;
  throw new Fault(`expected known sizes as ${what}, got ${describe(value)}`, adviceFor(value));
}

/** Items of a list of sizes; null where the value is none. */
export function itemsOf(value: Value): readonly Size[] | null {
  if (value.kind === 'sizes') return value.items;
  return value.kind === 'known' ? shortList(value.constant) : null;
}

/** The one number of a constant; null where it has several different ones. */
export function uniformOf(value: Value | null): number | null {
  if (value?.kind === 'filled') return value.value;
  if (value?.kind !== 'known') return null;
  const values = value.constant.values();
  const [first = 0] = values;
  return values.every((v) => v === first) ? first : null;
}

export function describe(value: Value | null): string {
  switch (value?.kind) {
    case undefined:
      return 'none';
    case 'view':
      return 'an activation';
    case 'padded':
      return 'an activation padded with zeros that no convolution follows';
    case 'known':
      return 'a constant';
    case 'filled':
      return 'a constant of as many steps as the input has';
    case 'sizes':
      return 'sizes that depend on the number of steps';
    case 'opaque':
      return value.inputs.length === 0
        ? 'a value that is not known before it runs'
        : `a value that depends on the input ${quoteNames(value.inputs)}`;
    default:
      return 'the result of a node that was refused';
  }
}

/** What to do about a value that is no constant but should be. */
export function adviceFor(value: Value | null): string {
  return value?.kind === 'opaque' && value.inputs.length > 0 ? 'Give the value of that input with --assume' : '';
}

/** What to do about a node that takes the axis of time for one of another kind: sizes help where the file leaves them open. */
export function stepsAdvice({ steps }: Call): string {
  return steps === null ? 'Give the sizes of the input with --shape' : 'Leave that part to the host with --to';
}
