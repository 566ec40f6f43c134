import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** An encoded TensorProto. */
export type TensorBytes = Uint8Array;

/** Integers, a float, a text, lists of these, or a tensor. */
export type Attribute =
  | { readonly i: number }
  | { readonly f: number }
  | { readonly s: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly t: TensorBytes };

export interface NodeSpec {
  readonly op: string;
  readonly inputs?: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** An input or output with its type; sizes that are only known at run time have names. */
export interface ValueSpec {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

export interface ModelSpec {
  /** Default 14; null writes none. */
  readonly opset?: number | null;
  readonly nodes: readonly NodeSpec[];
  readonly initializers?: readonly TensorBytes[];
  /** Default x; of F32 where the dimensions are given. */
  readonly inputs?: readonly (string | ValueSpec)[];
  /** Default y. */
  readonly outputs?: readonly (string | ValueSpec)[];
}

const TENSOR_TYPES = { F32: 1, I32: 6, I64: 7, F16: 10, F64: 11, BF16: 16, I8: 3 } as const;

export type TensorType = keyof typeof TENSOR_TYPES;

/** A tensor with raw data of 4-byte floats, as most exporters write. */
export function floats(name: string, dims: readonly number[], values: ArrayLike<number>): TensorBytes {
  return tensor(name, 'F32', dims, (w) => w.tag(9, WireType.LengthDelimited).bytes(bytesOf(Float32Array.from(values))));
}

/** A one-dimensional list of I64, or a scalar where one number is given. */
export function integers(name: string, values: readonly number[] | number): TensorBytes {
  const list = typeof values === 'number' ? [values] : values;
  return tensor(name, 'I64', typeof values === 'number' ? [] : [list.length], (w) => {
    w.tag(9, WireType.LengthDelimited).bytes(bytesOf(BigInt64Array.from(list, BigInt)));
  });
}

/** A tensor whose data fields `write` writes. */
export function tensor(
  name: string,
  type: TensorType,
  dims: readonly number[],
  write: (writer: BinaryWriter) => void,
): TensorBytes {
  const writer = new BinaryWriter();
  for (const size of dims) writer.tag(1, WireType.Varint).int64(size);
  writer.tag(2, WireType.Varint).int32(TENSOR_TYPES[type]);
  writer.tag(8, WireType.LengthDelimited).string(name);
  write(writer);
  return writer.finish();
}

/** Writes a packed list, for the typed data fields of a tensor. */
export function packed(writer: BinaryWriter, field: number, write: (list: BinaryWriter) => void): void {
  const list = new BinaryWriter();
  write(list);
  writer.tag(field, WireType.LengthDelimited).bytes(list.finish());
}

/** External data of a tensor. */
export function external(writer: BinaryWriter, entries: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(entries)) {
    message(writer, 13, (entry) => {
      entry.tag(1, WireType.LengthDelimited).string(key);
      entry.tag(2, WireType.LengthDelimited).string(value);
    });
  }
  writer.tag(14, WireType.Varint).int32(1);
}

/** The bytes of a ModelProto. */
export function onnxFile({
  opset = 14,
  nodes,
  initializers = [],
  inputs = ['x'],
  outputs = ['y'],
}: ModelSpec): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(8);
  writer.tag(2, WireType.LengthDelimited).string('test');
  message(writer, 7, (graph) => {
    for (const node of nodes) message(graph, 1, (w) => writeNode(w, node));
    graph.tag(2, WireType.LengthDelimited).string('graph');
    for (const initializer of initializers) graph.tag(5, WireType.LengthDelimited).bytes(initializer);
    for (const input of inputs) message(graph, 11, (w) => writeValue(w, input));
    for (const output of outputs) message(graph, 12, (w) => writeValue(w, output));
  });
  if (opset !== null) message(writer, 8, (set) => set.tag(2, WireType.Varint).int64(opset));
  return writer.finish();
}

function writeValue(writer: BinaryWriter, value: string | ValueSpec): void {
  if (typeof value === 'string') {
    writer.tag(1, WireType.LengthDelimited).string(value);
    return;
  }
  writer.tag(1, WireType.LengthDelimited).string(value.name);
  message(writer, 2, (type) =>
    message(type, 1, (tensorType) => {
      tensorType.tag(1, WireType.Varint).int32(TENSOR_TYPES.F32);
      message(tensorType, 2, (shape) => {
        for (const size of value.dims) {
          message(shape, 1, (dimension) => {
            if (typeof size === 'number') dimension.tag(1, WireType.Varint).int64(size);
            else dimension.tag(2, WireType.LengthDelimited).string(size);
          });
        }
      });
    }),
  );
}

function writeNode(
  writer: BinaryWriter,
  { op, inputs = [], outputs, name = '', domain = '', attributes = {} }: NodeSpec,
) {
  for (const input of inputs) writer.tag(1, WireType.LengthDelimited).string(input);
  for (const output of outputs) writer.tag(2, WireType.LengthDelimited).string(output);
  writer.tag(3, WireType.LengthDelimited).string(name);
  writer.tag(4, WireType.LengthDelimited).string(op);
  for (const [key, value] of Object.entries(attributes)) {
    message(writer, 5, (w) => {
      w.tag(1, WireType.LengthDelimited).string(key);
      writeAttribute(w, value);
    });
  }
  if (domain !== '') writer.tag(7, WireType.LengthDelimited).string(domain);
}

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPES = { f: 1, i: 2, s: 3, t: 4, floats: 6, ints: 7, strings: 8 };

function writeAttribute(writer: BinaryWriter, value: Attribute): void {
  if ('i' in value) writer.tag(3, WireType.Varint).int64(value.i);
  else if ('f' in value) writer.tag(2, WireType.Bit32).float(value.f);
  else if ('s' in value) writer.tag(4, WireType.LengthDelimited).string(value.s);
  else if ('t' in value) writer.tag(5, WireType.LengthDelimited).bytes(value.t);
  else if ('floats' in value) for (const f of value.floats) writer.tag(7, WireType.Bit32).float(f);
  else if ('ints' in value) for (const i of value.ints) writer.tag(8, WireType.Varint).int64(i);
  else for (const s of value.strings) writer.tag(9, WireType.LengthDelimited).string(s);
  const [kind] = Object.keys(value) as (keyof typeof ATTRIBUTE_TYPES)[];
  writer.tag(20, WireType.Varint).int32(ATTRIBUTE_TYPES[kind!]);
}

function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function bytesOf(values: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer);
}
