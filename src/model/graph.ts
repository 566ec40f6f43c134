/**
 * The graph of a trained network: what every importer ends in, and what every later stage starts from. Its values are those of
 * the file; nothing of hardware is in it.
 *
 * A tensor has one value of its shape for each time step of an utterance. Batches do not occur here: voices are run one after
 * the other, each with states of its own.
 */

/** Values of an imported tensor, row-major, in the precision of its source. */
export type Floats = Float32Array | Float64Array;

/** A matrix, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns]. */
  readonly values: Floats;
}

/** Name of a tensor within its graph: ours, not the file's. */
export type TensorId = string;
/** Name of a node within its graph: ours, a lower-case identifier, so that reports and programs can use it. */
export type NodeId = string;

/** A window that slides over an axis: output n reads inputs n · stride − before + k · dilation for k from 0 to kernel − 1. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros in front of the first input and behind the last. */
  readonly before: number;
  readonly after: number;
}

/** The window that sees one input at a time. */
export const POINT_WINDOW: Window = { kernel: 1, stride: 1, dilation: 1, before: 0, after: 0 };

/** Outputs of a window over `size` inputs; 0 where the window is wider than all of them. */
export function windowOutputs({ kernel, stride, dilation, before, after }: Window, size: number): number {
  const room = size + before + after - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : Math.floor(room / stride) + 1;
}

/**
 * Windows over time behind one more. One that has as many outputs as inputs, however many, is left out: a window of one step, or
 * a stride of 1 with as many zeros as the window is wider than a step.
 */
export function timeBehind(time: readonly Window[] | null, window: Window): readonly Window[] | null {
  const { kernel, stride, dilation, before, after } = window;
  const keepsCount = stride === 1 && before + after === dilation * (kernel - 1);
  return time === null || keepsCount ? time : [...time, window];
}

/** A value of the network. */
export interface Tensor {
  readonly id: TensorId;
  /** As the file calls it, for messages and for `--from` and `--to`; any text. */
  readonly name: string;
  /** Sizes of the value of a time step, outermost first: [features], or [channels, positions, …]; elements row-major. */
  readonly shape: readonly number[];
  /**
   * Windows over time between the input and this tensor that change how many steps there are, first one first: its steps are those
   * of the input, run through them. Empty where it has a value for each step of the input; null where it has one for an utterance.
   */
  readonly time: readonly Window[] | null;
}

/** An activation function; the hard sigmoid is max(0, min(1, alpha · x + beta)). */
export type Activation =
  | { readonly kind: 'sigmoid' | 'tanh' | 'relu' }
  | { readonly kind: 'clip'; readonly low: number; readonly high: number }
  | { readonly kind: 'hardSigmoid'; readonly alpha: number; readonly beta: number }
  | { readonly kind: 'leakyRelu'; readonly alpha: number };

/**
 * A recurrent layer, LSTM or GRU, takes one step of its recurrence for each I elements of its input, and gives as many outputs
 * side by side: usually one step of time; several where a time step of the network is a call of the model over several frames.
 */

/** How an LSTM cell computes, apart from its weights. */
export interface CellRule {
  /** σ of the gates i, f and o. */
  readonly gate: Activation;
  /** tanh of g. */
  readonly candidate: Activation;
  /** tanh of c. */
  readonly output: Activation;
  /** Pre-activations of the four gates are kept within ±clip, as by ONNX Runtime; Infinity where there is no limit. */
  readonly clip: number;
  /** The new cell state is kept within ±cellClip; Infinity where there is no limit. */
  readonly cellClip: number;
  /** f = 1 − i; the rows of f then have no effect (ONNX's `input_forget`). */
  readonly couplesGates: boolean;
}

/** The cell of ESE and of PyTorch's `nn.LSTM`. */
export const ESE_CELL: CellRule = {
  gate: { kind: 'sigmoid' },
  candidate: { kind: 'tanh' },
  output: { kind: 'tanh' },
  clip: Number.POSITIVE_INFINITY,
  cellClip: Number.POSITIVE_INFINITY,
  couplesGates: false,
};

/** Gates of an LSTM in the order of their rows; matrices are named gate and source: x, r (the recurrent y), and ym. */
export const LSTM_GATES = ['i', 'f', 'c', 'o'] as const;
export type LstmGate = (typeof LSTM_GATES)[number];
export type LstmMatrix = `${LstmGate}x` | `${LstmGate}r`;

/**
 * An LSTM or LSTMP layer in one direction:
 *
 *     i = σ(Wix·x + Wir·y' + Wic⊙c' + bi)      f = σ(Wfx·x + Wfr·y' + Wfc⊙c' + bf)
 *     g = tanh(Wcx·x + Wcr·y' + bc)            c = f⊙c' + i⊙g
 *     o = σ(Wox·x + Wor·y' + Woc⊙c + bo)       m = o⊙tanh(c)         y = Wym·m  (or y = m)
 */
export interface LstmLayer {
  readonly kind: 'lstm';
  /** I: elements of x. */
  readonly inputs: number;
  /** H: cells. */
  readonly cells: number;
  /** P: elements of y; H without a projection. */
  readonly outputs: number;
  /** `ix` to `ox` [H, I], `ir` to `or` [H, P]. */
  readonly weights: Readonly<Record<LstmMatrix, Matrix>>;
  /** Wym, [P, H]; null where y = m. */
  readonly projection: Matrix | null;
  /** Sums of all bias vectors of the source, [H] each. */
  readonly bias: Readonly<Record<LstmGate, Float64Array>>;
  /** [H] each: `i` and `f` look at the previous cell state, `o` at the new one. */
  readonly peepholes: { readonly i: Floats; readonly f: Floats; readonly o: Floats } | null;
  readonly cell: CellRule;
  /** Whether it takes an utterance from its last step to its first. */
  readonly reverse: boolean;
  /** State before the first step, [P] and [H]; null: zeros. */
  readonly initial: { readonly y: Floats; readonly c: Floats } | null;
}

/** Gates of a GRU in the order of their rows: reset, update, candidate. */
export const GRU_GATES = ['r', 'z', 'n'] as const;
export type GruGate = (typeof GRU_GATES)[number];
export type GruMatrix = `${GruGate}x` | `${GruGate}h`;

/**
 * A GRU layer in one direction; h = (1 − z)⊙n + z⊙h' with
 *
 *     r = σ(Wrx·x + Wrh·h' + br)     z = σ(Wzx·x + Wzh·h' + bz)
 *     reset after:   n = tanh(Wnx·x + bn + r⊙(Wnh·h' + bnh))       (PyTorch, Keras v2, ONNX `linear_before_reset` = 1)
 *     reset before:  n = tanh(Wnx·x + bn + Wnh·(r⊙h') + bnh)       (ONNX default)
 */
export interface GruLayer {
  readonly kind: 'gru';
  readonly inputs: number;
  /** H: cells, elements of h. */
  readonly cells: number;
  /** `rx`, `zx`, `nx` [H, I], `rh`, `zh`, `nh` [H, H]. */
  readonly weights: Readonly<Record<GruMatrix, Matrix>>;
  /** `r` and `z` are sums of both sides, `n` is that of x, `nh` that of h; [H] each. */
  readonly bias: Readonly<Record<GruGate | 'nh', Float64Array>>;
  readonly resetAfter: boolean;
  /** σ of r and z, tanh of n. */
  readonly gate: Activation;
  readonly candidate: Activation;
  /** As that of an LSTM. */
  readonly clip: number;
  readonly reverse: boolean;
  /** [H]; null: zeros. */
  readonly initial: { readonly h: Floats } | null;
}

/** y = f(W·x + b); x and y are flat. */
export interface LinearLayer {
  readonly kind: 'linear';
  readonly weight: Matrix;
  /** [rows]. */
  readonly bias: Float64Array;
  /** null: the identity. */
  readonly activation: Activation | null;
}

/**
 * A convolution (a cross-correlation, as everywhere) over the positions of a step, over time, or over both. Its input has the shape
 * [channels, …space], its output [rows of the weight, …space of the windows].
 */
export interface ConvLayer {
  readonly kind: 'conv';
  readonly channels: number;
  /** Channels fall into as many groups, each with its own outputs; 1 usually, `channels` for a depthwise convolution. */
  readonly groups: number;
  /** [outputs, channels / groups · kernel of each axis of space · kernel of time], the last of them the innermost. */
  readonly weight: Matrix;
  /** [outputs]. */
  readonly bias: Float64Array;
  /** Windows over the axes of space; as many as the input has axes behind its channels. */
  readonly space: readonly Window[];
  readonly time: Window;
  readonly activation: Activation | null;
}

/** y = scale⊙x + shift by channel: the first axis of the shape. */
export interface BatchNormLayer {
  readonly kind: 'batchNorm';
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

export interface ActivationLayer {
  readonly kind: 'activation';
  readonly activation: Activation;
}

/** Its inputs side by side, flat; the shape of the output says how it is read. */
export interface ConcatLayer {
  readonly kind: 'concat';
}

/** Sum of its inputs, element by element; all of one shape. */
export interface AddLayer {
  readonly kind: 'add';
}

/** Element n of the output is element `index[n]` of the input: slices, splits and changes of layout. */
export interface GatherLayer {
  readonly kind: 'gather';
  readonly index: Int32Array;
}

/** The value of one step: of the last, or of the first (what a reverse layer ends with). The output has no time. */
export interface PickLayer {
  readonly kind: 'pick';
  readonly at: 'first' | 'last';
}

/**
 * What only the host computes, in double precision, step by step:
 *
 * - `reflectPad`: the last axis, mirrored without its border, `before` and `after`;
 * - `square`, `sqrt`, `exp`, `log`, `abs`, `negate`, `reciprocal`: element by element;
 * - `scale`: factor ⊙ x + offset, element by element or one number for all;
 * - `multiply`, `divide`, `subtract`: of two inputs of one shape, or the second with a size of 1 where it is repeated;
 * - `mean`, `sum`, `max`: over axes of the shape, which become 1;
 * - `softmax`, `logSoftmax`, `argMax`: over one axis.
 */
export type HostOperation =
  | { readonly op: 'reflectPad'; readonly before: number; readonly after: number }
  | { readonly op: 'square' | 'sqrt' | 'exp' | 'log' | 'abs' | 'negate' | 'reciprocal' }
  | { readonly op: 'scale'; readonly factor: Float64Array; readonly offset: Float64Array }
  | { readonly op: 'multiply' | 'divide' | 'subtract' }
  | { readonly op: 'mean' | 'sum' | 'max'; readonly axes: readonly number[] }
  | { readonly op: 'softmax' | 'logSoftmax' | 'argMax'; readonly axis: number };

export interface HostLayer {
  readonly kind: 'host';
  readonly operation: HostOperation;
}

export type Layer =
  | LstmLayer
  | GruLayer
  | LinearLayer
  | ConvLayer
  | BatchNormLayer
  | ActivationLayer
  | ConcatLayer
  | AddLayer
  | GatherLayer
  | PickLayer
  | HostLayer;

/** A layer in its place. */
export interface Node {
  readonly id: NodeId;
  /** As the file calls it, for messages; any text. */
  readonly name: string;
  readonly layer: Layer;
  /** One, but for `concat`, `add` and the host's operations of two operands. */
  readonly inputs: readonly TensorId[];
  readonly output: TensorId;
}

/** An axis of an array as the model's users hand it over: the voice, time, or the next axis of the tensor's shape; `one` has size 1. */
export type PortAxis = 'batch' | 'time' | 'shape' | 'one';

/** An input or output of the network, and how the arrays of the file's users are laid out. */
export interface Port {
  /** As the file calls it. */
  readonly name: string;
  readonly tensor: TensorId;
  /** Without `time`, a call of the model is one time step. */
  readonly axes: readonly PortAxis[];
}

/** Part of a state, as the users of the file pass it from call to call. */
export interface StatePort {
  /** Input or output of the file. */
  readonly name: string;
  /** Where in it (batch of one, row-major) the elements of the state stand. */
  readonly elements: Int32Array;
}

/** A state of a recurrent node that the file names. What no port gives starts from `initial` of the layer. */
export interface StateBinding {
  readonly node: NodeId;
  /** y and c of an LSTM, h of a GRU. */
  readonly part: 'y' | 'c' | 'h';
  readonly input: StatePort | null;
  readonly output: StatePort | null;
}

/** What of a file stays outside its graph, and why. */
export interface Outside {
  /** As the file calls the node or the tensor; any text. */
  readonly name: string;
  readonly reason: string;
}

/** A network. Nodes stand behind those that they read. */
export interface Graph {
  readonly tensors: ReadonlyMap<TensorId, Tensor>;
  readonly nodes: readonly Node[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly states: readonly StateBinding[];
  /** Fixed lengths of the utterances of a batch in steps; null where an utterance ends when its frames end. */
  readonly sequenceLengths: readonly number[] | null;
  readonly outside: readonly Outside[];
}

/** Elements of the value of a step. */
export function elementsOf(tensor: Tensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}

/** Steps that a tensor has for so many steps of the input: 1 where it has one value for an utterance. */
export function stepsOf(tensor: Tensor, inputSteps: number): number {
  return tensor.time === null ? 1 : tensor.time.reduce((steps, window) => windowOutputs(window, steps), inputSteps);
}

/** Node that computes a tensor; undefined for an input. */
export function producerOf(graph: Graph, tensor: TensorId): Node | undefined {
  return graph.nodes.find(({ output }) => output === tensor);
}

/** Nodes that read a tensor. */
export function consumersOf(graph: Graph, tensor: TensorId): readonly Node[] {
  return graph.nodes.filter(({ inputs }) => inputs.includes(tensor));
}
