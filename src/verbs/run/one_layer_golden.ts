import { programOfDesign } from '../../compiler/lower/program_of_design.ts';
import { createFrames, type Frames, frameAt } from '../../data/frames.ts';
import { Saturation as Tally } from '../../golden/saturation.ts';
import { GoldenVoice } from '../../golden/voice.ts';
import type { Graph, TensorId } from '../../model/graph.ts';
import type { FloatResult, FloatStates } from '../../model/reference/float_network.ts';
import type { OutputLayer } from '../../model/stacked_layer.ts';
import type { Design } from '../../program/design.ts';
import { applyOutputLayer } from '../../speech/output_layer.ts';
import { EsegenError } from '../../util/errors.ts';
import { quantizeFrames } from '../simulation/input_frames.ts';
import type { Engine, Saturation } from './engine.ts';

/** The golden model of a design of one LSTM layer; outputs are integers over a power of two, exact, then the output layer. */
export class OneLayerGolden implements Engine {
  readonly graph: Graph;
  readonly #tally: Tally;
  readonly #design: Design;
  readonly #golden: GoldenVoice;
  readonly #outputLayer: OutputLayer | null;

  constructor(graph: Graph, design: Design, outputLayer: OutputLayer | null) {
    this.graph = graph;
    this.#design = design;
    this.#tally = new Tally(design.formats);
    this.#golden = new GoldenVoice(programOfDesign(design), this.#tally.observe);
    this.#outputLayer = outputLayer;
  }

  /** Of x, c and y; a z that is cut off changes nothing. */
  get saturated(): ReadonlyMap<string, Saturation> {
    const { x, c, y } = this.#tally;
    return new Map(
      Object.entries({ x, c, y }).map(([name, { values, outside }]) => [name, { values, saturated: outside }]),
    );
  }

  run(inputs: ReadonlyMap<TensorId, Frames>, options: { readonly states?: FloatStates | undefined } = {}): FloatResult {
    if (options.states !== undefined) {
      throw new EsegenError(
        'initial states',
        'this golden model starts utterances from zeros, as the hardware does where nobody writes its states through the registers',
        'Use the float engine',
      );
    }
    const { formats, dimensions } = this.#design;
    const unit = 2 ** -formats.yFrac;
    const reals = inputs.get(this.graph.inputs[0]!.tensor)!;
    this.#tally.addInputs(reals.data);
    const x = quantizeFrames(reals, formats);
    const y = createFrames(x.frames, dimensions.outputs);
    this.#golden.reset();
    for (let t = 0; t < x.frames; t++) {
      const step = this.#golden.step(x.data.subarray(t * x.width, (t + 1) * x.width));
      this.#tally.addOutputs(step);
      const row = frameAt(y, t);
      for (let n = 0; n < row.length; n++) row[n] = step[n]! * unit;
    }
    const output = this.#outputLayer === null ? y : applyOutputLayer(this.#outputLayer, y);
    return { outputs: new Map([[this.graph.outputs[0]!.tensor, output]]), states: new Map() };
  }
}
