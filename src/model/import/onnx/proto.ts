import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { EsegenError } from '../../../util/errors.ts';
import type { OnnxAttribute, OnnxGraph, OnnxInput, OnnxModel, OnnxNode, OnnxTensor } from './proto_types.ts';

/** Most fields and list elements of a file, tensor data apart, so that a small file cannot fill the memory with tiny objects. */
const ITEM_LIMIT = 500_000;

/** Deepest nesting of subgraphs. */
const NESTING_LIMIT = 100;

const DAMAGED = 'The file is damaged or not an ONNX model; export or copy it again';

/**
 * Decodes an ONNX file.
 *
 * @param where file name for messages
 * @throws EsegenError where the bytes are not a protobuf message of ONNX's fields, or hold more than 500,000 fields
 */
export function decodeOnnx(where: string, bytes: Uint8Array): OnnxModel {
  try {
    return new Decoder(where).model(bytes);
  } catch (error) {
    if (error instanceof EsegenError) throw error;
    // The reader throws plain errors at truncated, overlong and malformed fields.
    const reason = error instanceof Error ? error.message : String(error);
    throw new EsegenError(where, `expected an ONNX model (protobuf), got ${reason}`, DAMAGED);
  }
}

/** Field numbers of packed tensor data. */
export const FLOAT_DATA = 4;
export const INT32_DATA = 5;
export const INT64_DATA = 7;
export const DOUBLE_DATA = 10;

class Decoder {
  #items = 0;
  #nesting = 0;

  constructor(readonly where: string) {}

  model(bytes: Uint8Array): OnnxModel {
    let graph: OnnxGraph | null = null;
    let opset = 0;
    this.fields(bytes, (field, wire, reader) => {
      if (field === 7) {
        if (graph !== null) throw new EsegenError(this.where, 'holds two graphs, expected one', DAMAGED);
        graph = this.graph(this.message(wire, reader));
      } else if (field === 8) {
        const { domain, version } = this.operatorSet(this.message(wire, reader));
        if (isOnnxDomain(domain)) opset = version;
      } else reader.skip(wire, field);
    });
    if (graph === null) throw new EsegenError(this.where, 'holds no graph, expected an ONNX model', DAMAGED);
    return { opset, graph };
  }

  private operatorSet(bytes: Uint8Array): { domain: string; version: number } {
    let domain = '';
    let version = 0;
    this.fields(bytes, (field, wire, reader) => {
      if (field === 1) domain = this.text(wire, reader);
      else if (field === 2) version = this.integer(wire, reader);
      else reader.skip(wire, field);
    });
    return { domain, version };
  }

  private graph(bytes: Uint8Array): OnnxGraph {
    if (++this.#nesting > NESTING_LIMIT) {
      throw new EsegenError(this.where, `expected subgraphs at most ${NESTING_LIMIT} deep, got more`, DAMAGED);
    }
    const nodes: OnnxNode[] = [];
    const initializers: OnnxTensor[] = [];
    const inputs: OnnxInput[] = [];
    const values: OnnxInput[] = [];
    const outputs: string[] = [];
    this.fields(bytes, (field, wire, reader) => {
      if (field === 1) nodes.push(this.node(this.message(wire, reader)));
      else if (field === 5) initializers.push(this.tensor(this.message(wire, reader)));
      else if (field === 11) inputs.push(this.value(this.message(wire, reader)));
      else if (field === 12) outputs.push(this.value(this.message(wire, reader)).name);
      else if (field === 13) values.push(this.value(this.message(wire, reader)));
      else reader.skip(wire, field);
    });
    this.#nesting--;
    return { nodes, initializers, inputs, values, outputs };
  }

  /** ValueInfoProto: name, and elem_type and shape.dim of type.tensor_type. */
  private value(bytes: Uint8Array): OnnxInput {
    const dims: (number | null)[] = [];
    const dimNames: string[] = [];
    let name = '';
    let hasShape = false;
    let dataType = 0;
    this.fields(bytes, (field, wire, reader) => {
      if (field === 1) name = this.text(wire, reader);
      else if (field === 2) {
        for (const tensor of this.parts(this.message(wire, reader), 1)) {
          this.fields(tensor, (inner, innerWire, type) => {
            if (inner === 1) dataType = this.integer(innerWire, type);
            else if (inner === 2) {
              hasShape = true;
              for (const dim of this.parts(this.message(innerWire, type), 1)) {
                const { size, label } = this.dimension(dim);
                dims.push(size);
                dimNames.push(label);
              }
            } else type.skip(innerWire, inner);
          });
        }
      } else reader.skip(wire, field);
    });
    return { name, dims, dimNames, hasShape, dataType };
  }

  private dimension(bytes: Uint8Array): { size: number | null; label: string } {
    let size: number | null = null;
    let label = '';
    this.fields(bytes, (field, wire, reader) => {
      if (field === 1) size = this.integer(wire, reader);
      else if (field === 2) label = this.text(wire, reader);
      else reader.skip(wire, field);
    });
    return { size, label };
  }

  /** The messages that a message holds in a field. */
  private parts(bytes: Uint8Array, wanted: number): readonly Uint8Array[] {
    const found: Uint8Array[] = [];
    this.fields(bytes, (field, wire, reader) => {
      if (field === wanted) found.push(this.message(wire, reader));
      else reader.skip(wire, field);
    });
    return found;
  }

  private node(bytes: Uint8Array): OnnxNode {
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, OnnxAttribute>();
    let name = '';
    let opType = '';
    let domain = '';
    this.fields(bytes, (field, wire, reader) => {
      if (field === 1) inputs.push(this.text(wire, reader));
      else if (field === 2) outputs.push(this.text(wire, reader));
      else if (field === 3) name = this.text(wire, reader);
      else if (field === 4) opType = this.text(wire, reader);
      else if (field === 5) attributes.set(...this.attribute(this.message(wire, reader)));
      else if (field === 7) domain = this.text(wire, reader);
      else reader.skip(wire, field);
    });
    return { name, opType, domain: isOnnxDomain(domain) ? '' : domain, inputs, outputs, attributes };
  }

  private attribute(bytes: Uint8Array): [string, OnnxAttribute] {
    const floats: number[] = [];
    const ints: number[] = [];
    const strings: string[] = [];
    let name = '';
    let f = 0;
    let i = 0;
    let s = '';
    let t: OnnxTensor | null = null;
    let g: OnnxGraph | null = null;
    this.fields(bytes, (field, wire, reader) => {
      if (field === 1) name = this.text(wire, reader);
      else if (field === 2) f = this.float(wire, reader);
      else if (field === 3) i = this.integer(wire, reader);
      else if (field === 4) s = this.text(wire, reader);
      else if (field === 5) t = this.tensor(this.message(wire, reader));
      else if (field === 6) g = this.graph(this.message(wire, reader));
      else if (field === 7) this.each(wire, reader, WireType.Bit32, (r) => floats.push(r.float()));
      else if (field === 8) this.each(wire, reader, WireType.Varint, (r) => ints.push(Number(r.int64())));
      else if (field === 9) strings.push(this.text(wire, reader));
      else reader.skip(wire, field);
    });
    return [name, { f, i, s, t, g, floats, ints, strings }];
  }

  private tensor(bytes: Uint8Array): OnnxTensor {
    const dims: number[] = [];
    const packed = new Map<number, Uint8Array[]>();
    const external = new Map<string, string>();
    let isExternal = false;
    let name = '';
    let dataType = 0;
    let raw: Uint8Array | null = null;
    this.fields(bytes, (field, wire, reader) => {
      if (field === 1) this.each(wire, reader, WireType.Varint, (r) => dims.push(Number(r.int64())));
      else if (field === 2) dataType = this.integer(wire, reader);
      else if (field === 8) name = this.text(wire, reader);
      else if (field === 9) raw = this.message(wire, reader);
      else if (field === 13) external.set(...this.entry(this.message(wire, reader)));
      else if (field === 14) isExternal = this.integer(wire, reader) === 1;
      else if (field === FLOAT_DATA || field === INT32_DATA || field === INT64_DATA || field === DOUBLE_DATA) {
        const chunks = packed.get(field) ?? [];
        chunks.push(this.message(wire, reader));
        packed.set(field, chunks);
      } else reader.skip(wire, field);
    });
    return { name, dims, dataType, raw, packed, external: isExternal ? external : null };
  }

  private entry(bytes: Uint8Array): [string, string] {
    let key = '';
    let value = '';
    this.fields(bytes, (field, wire, reader) => {
      if (field === 1) key = this.text(wire, reader);
      else if (field === 2) value = this.text(wire, reader);
      else reader.skip(wire, field);
    });
    return [key, value];
  }

  /** Calls `take` at every field of a message; it must consume the field. */
  private fields(bytes: Uint8Array, take: (field: number, wire: WireType, reader: BinaryReader) => void): void {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, wire] = reader.tag();
      this.count();
      take(field, wire, reader);
    }
  }

  /** Repeated numbers, packed or one a field. */
  private each(wire: WireType, reader: BinaryReader, single: WireType, take: (reader: BinaryReader) => void): void {
    if (wire !== WireType.LengthDelimited) {
      expectWire(wire, single);
      take(reader);
      return;
    }
    const list = new BinaryReader(reader.bytes());
    while (list.pos < list.len) {
      this.count();
      take(list);
    }
  }

  private message(wire: WireType, reader: BinaryReader): Uint8Array {
    expectWire(wire, WireType.LengthDelimited);
    return reader.bytes();
  }

  private text(wire: WireType, reader: BinaryReader): string {
    expectWire(wire, WireType.LengthDelimited);
    return reader.string();
  }

  private integer(wire: WireType, reader: BinaryReader): number {
    expectWire(wire, WireType.Varint);
    return Number(reader.int64());
  }

  private float(wire: WireType, reader: BinaryReader): number {
    expectWire(wire, WireType.Bit32);
    return reader.float();
  }

  private count(): void {
    if (++this.#items <= ITEM_LIMIT) return;
    throw new EsegenError(this.where, `expected at most ${ITEM_LIMIT} fields, got more`, DAMAGED);
  }
}

function isOnnxDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

function expectWire(wire: WireType, expected: WireType): void {
  if (wire !== expected) throw new Error(`wire type ${wire} instead of ${expected}`);
}
