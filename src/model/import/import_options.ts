/** What the user says of a model file beside the file itself. */
export interface ImportOptions {
  /** Values of inputs of an ONNX file that choose among its branches, by name; true is 1. */
  readonly assume?: ReadonlyMap<string, number> | undefined;
  /** Sizes of inputs of an ONNX file that leaves them open, by name, outermost first. */
  readonly shape?: ReadonlyMap<string, readonly number[]> | undefined;
  /** Tensors of an ONNX file at which the network begins; what is in front of them stays on the host. Default its inputs. */
  readonly from?: readonly string[] | undefined;
  /** Tensors of an ONNX file at which the network ends; what is behind them stays on the host. Default its outputs. */
  readonly to?: readonly string[] | undefined;
  /** JSON file that names the layers of a safetensors file; default the one beside the model, if there is one. */
  readonly layers?: string | undefined;
}
