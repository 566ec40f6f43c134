import { DESIGN_INPUT, DESIGN_NODE, DESIGN_OUTPUT, programOfDesign } from '../../compiler/lower/program_of_design.ts';
import type { Frames, IntegerFrames } from '../../data/frames.ts';
import { GoldenNetwork } from '../../golden/network.ts';
import { type SaturationReport, Saturation as Tally } from '../../golden/saturation.ts';
import type { Formats } from '../../machine/formats.ts';
import type { Graph, NodeId, TensorId } from '../../model/graph.ts';
import type { FloatResult, FloatStates } from '../../model/reference/float_network.ts';
import type { OutputLayer } from '../../model/stacked_layer.ts';
import type { Design } from '../../program/design.ts';
import type { Program } from '../../program/program.ts';
import { applyOutputLayer } from '../../speech/output_layer.ts';
import { quantize } from '../../util/fixed.ts';
import type { Engine, Saturation } from './engine.ts';
import { givenStates, leftStates } from './golden_states.ts';

/** Rounds frames to the format of x. */
export function quantizeFrames(frames: Frames, { xFrac, vectorBits }: Formats): IntegerFrames {
  const data = Int16Array.from(frames.data, (v) => quantize(v, xFrac, vectorBits));
  return { frames: frames.frames, width: frames.width, data };
}

/** The golden model of a design of one LSTM layer; outputs are integers over a power of two, exact, then the output layer. */
export class OneLayerGolden implements Engine {
  readonly graph: Graph;
  readonly #tally: Tally;
  readonly #design: Design;
  readonly #golden: GoldenNetwork;
  /** Id of the LSTM in the graph, and its output. */
  readonly node: NodeId;
  readonly #y: TensorId;
  readonly #nodeOf = (node: NodeId): string => (node === this.node ? DESIGN_NODE : node);
  readonly #outputLayer: OutputLayer | null;

  constructor(graph: Graph, design: Design, outputLayer: OutputLayer | null) {
    this.graph = graph;
    this.#design = design;
    this.#tally = new Tally(design.formats);
    this.#golden = new GoldenNetwork(programOfDesign(design), this.#tally.observe);
    const lstm = graph.nodes.find(({ layer }) => layer.kind === 'lstm')!;
    this.node = lstm.id;
    this.#y = lstm.output;
    this.#outputLayer = outputLayer;
  }

  get program(): Program {
    return this.#golden.program;
  }

  /** What saturated in all runs. */
  get saturation(): SaturationReport {
    return this.#tally.report();
  }

  /** Of x, c and y; a z that is cut off changes nothing. */
  get saturated(): ReadonlyMap<string, Saturation> {
    const { x, c, y } = this.#tally;
    return new Map(
      Object.entries({ x, c, y }).map(([name, { values, outside }]) => [name, { values, saturated: outside }]),
    );
  }

  run(inputs: ReadonlyMap<TensorId, Frames>, options: { readonly states?: FloatStates | undefined } = {}): FloatResult {
    const { formats, dimensions } = this.#design;
    const { program } = this.#golden;
    const reals = inputs.get(this.graph.inputs[0]!.tensor)!;
    this.#tally.addInputs(reals.data);
    const x = quantizeFrames(reals, formats).data;
    const states = options.states === undefined ? {} : { states: givenStates(program, options.states, this.#nodeOf) };
    const run = this.#golden.run(new Map([[DESIGN_INPUT, x]]), states);
    const integers = run.outputs.get(DESIGN_OUTPUT)!;
    this.#tally.addOutputs(integers);
    const unit = 2 ** -formats.yFrac;
    const y = { frames: reals.frames, width: dimensions.outputs, data: Float64Array.from(integers, (v) => v * unit) };
    return {
      outputs: layerOutputs(this.graph, this.#y, this.#outputLayer, y),
      states: leftStates(program, run.states, () => this.node),
    };
  }
}

/**
 * Outputs of a model of one layer. Beside the output layer a model may give y itself.
 *
 * @param tensor of y
 */
export function layerOutputs(
  { outputs }: Graph,
  tensor: TensorId,
  outputLayer: OutputLayer | null,
  y: Frames,
): ReadonlyMap<TensorId, Frames> {
  const logits = outputLayer === null ? y : applyOutputLayer(outputLayer, y);
  return new Map(outputs.map((port) => [port.tensor, port.tensor === tensor ? y : logits]));
}
