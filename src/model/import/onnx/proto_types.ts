/**
 * The part of onnx.proto that the importer needs, decoded from protobuf's wire format. Functions and documentation
 * are skipped. Large values stay slices of the file.
 */
export interface OnnxModel {
  /** Version of the operator set of ONNX itself (domain ''); 0 where the model names none. */
  readonly opset: number;
  readonly graph: OnnxGraph;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** The graph's inputs; older models list initializers here, too. */
  readonly inputs: readonly OnnxInput[];
  /** Types of values between nodes, as far as they are given. */
  readonly values: readonly OnnxInput[];
  /** Names of the graph's outputs. */
  readonly outputs: readonly string[];
}

export interface OnnxInput {
  readonly name: string;
  /** Null where a size is only known at run time; empty where no shape is given. */
  readonly dims: readonly (number | null)[];
  /** Names of the sizes that are only known at run time; '' where they have none. */
  readonly dimNames: readonly string[];
  /** Whether a shape is given. */
  readonly hasShape: boolean;
  /** TensorProto.DataType; 0 where it is not given. */
  readonly dataType: number;
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** '' for ONNX's own operators. */
  readonly domain: string;
  /** Names of values; '' where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** The field that its type asks for is set; the others are empty. */
export interface OnnxAttribute {
  readonly f: number;
  readonly i: number;
  readonly s: string;
  readonly t: OnnxTensor | null;
  /** Subgraph, as the branches of `If` are. */
  readonly g: OnnxGraph | null;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly string[];
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** TensorProto.DataType. */
  readonly dataType: number;
  /** `raw_data`; null where it is absent. */
  readonly raw: Uint8Array | null;
  /** Packed `float_data`, `int32_data`, `int64_data` and `double_data`, by field number. */
  readonly packed: ReadonlyMap<number, readonly Uint8Array[]>;
  /** Entries of `external_data`; null where the data are in the file. */
  readonly external: ReadonlyMap<string, string> | null;
}
