import { cosimulate } from '../../../sim-verilator/cosimulate.ts';
import { synthesizeNetlist } from '../../../sim-verilator/netlist.ts';
import type { PortValues } from '../../../sim-verilator/network_stimuli.ts';
import { idealOf } from '../../../sim-verilator/steady_state.ts';
import { spreadUtterances } from '../../../sim-verilator/stimuli.ts';
import { DESIGN_INPUT, DESIGN_OUTPUT } from '../../compiler/lower/program_of_design.ts';
import type { LoadedDesign } from '../../design/load_design.ts';
import type { Config } from '../../machine/config.ts';
import type { Graph, NodeId } from '../../model/graph.ts';
import { FloatLstm } from '../../model/reference/float_lstm.ts';
import type { LstmModel } from '../../model/stacked_layer.ts';
import type { ProgramPort } from '../../program/program.ts';
import { sharesOf } from '../run/engine.ts';
import { designGolden } from '../run/golden_model.ts';
import { toIntegers, toReals, type Values } from '../run/host_parts.ts';
import { layerOutputs } from '../run/one_layer_golden.ts';
import { saturationWarnings } from '../warnings.ts';
import type { HardwarePort, OpenedDesign, RtlOptions, RtlRun } from './opened_design.ts';

/** A design of one LSTM layer. Its host computes the output layer. */
export class OpenedLayer implements OpenedDesign {
  readonly config: Config;
  readonly graph: Graph;
  readonly channels: number;
  readonly hasMemory: boolean;
  readonly inputs: readonly [HardwarePort];
  readonly outputs: readonly [HardwarePort];
  readonly readNorm: OpenedDesign['readNorm'];
  readonly readLabels: OpenedDesign['readLabels'];
  readonly #loaded: LoadedDesign;
  readonly #model: LstmModel;
  readonly #y: NodeId;

  constructor(loaded: LoadedDesign) {
    const { config, dimensions, formats } = loaded.design;
    this.#loaded = loaded;
    this.#model = loaded.readModel();
    this.config = config;
    this.graph = loaded.readGraph();
    this.channels = dimensions.channels;
    this.hasMemory = dimensions.dram;
    this.readNorm = loaded.readNorm;
    this.readLabels = loaded.readLabels;
    const model = this.graph.inputs[0]!;
    const tensor = this.graph.tensors.get(model.tensor)!;
    this.#y = this.graph.nodes.find(({ layer }) => layer.kind === 'lstm')!.output;
    const port = (name: string, elements: number, frac: number): ProgramPort => {
      return { name, elements, format: { bits: formats.vectorBits, frac }, axis: 0, order: null };
    };
    this.inputs = [{ port: port(DESIGN_INPUT, dimensions.inputs, formats.xFrac), model, tensor }];
    const y = { ...tensor, id: this.#y, shape: [dimensions.outputs] };
    const output = { ...model, name: DESIGN_OUTPUT, tensor: this.#y };
    this.outputs = [{ port: port(DESIGN_OUTPUT, dimensions.outputs, formats.yFrac), model: output, tensor: y }];
  }

  before(inputs: Values): Values {
    return inputs;
  }

  exact(before: Values): Values {
    return new Map([[this.#y, new FloatLstm(this.#model.layer).run(before.get(this.inputs[0].tensor.id)!)]]);
  }

  behind(_before: Values, outputs: PortValues): Values {
    const y = toReals(outputs.get(DESIGN_OUTPUT)!, this.outputs[0].port);
    return layerOutputs(this.graph, this.#y, this.#model.outputLayer, y);
  }

  golden() {
    return designGolden(this.#loaded);
  }

  async cosimulate(utterances: readonly Values[], options: RtlOptions): Promise<RtlRun> {
    const { dir, design, report } = this.#loaded;
    const { dimensions } = design;
    const [{ port, tensor }] = this.inputs;
    const reals = utterances.map((values) => values.get(tensor.id)!);
    const integers = reals.map((frames) => ({ ...frames, data: toIntegers(frames, port) }));
    const spread = spreadUtterances(integers, dimensions.channels);
    const { progress, notice, netlist, waves, memory = {}, seed, stalls } = options;
    if (netlist) progress?.('synthesizing the netlist with Yosys');
    const run = {
      ...{ progress, notice, seed, stalls, memory },
      simulator: options.simulator ?? (netlist ? ('icarus' as const) : ('verilator' as const)),
      ...(netlist ? { netlist: await synthesizeNetlist(this.#loaded) } : {}),
    };
    const cosim = await cosimulate(dir, design, spread.stimuli, { ...run, ...(waves === undefined ? {} : { waves }) });
    const differences = [...cosim.differences];
    if (cosim.mismatches > 0 && !netlist) {
      const { inside } = await cosimulate(dir, design, spread.stimuli, { ...run, checkpoints: true });
      if (inside !== null) differences.push(inside);
    }
    const { steady, saturation, golden, rtl, mismatches, comparedWords, simulator, frames, cycles } = cosim;
    for (const { data } of reals) saturation.addInputs(data);
    const shares = saturation.report();
    const split = (answered: Int16Array) => this.#byUtterance(answered, spread.answers, reals);
    return {
      ...{ simulator, frames, cycles, comparedWords, mismatches, differences },
      firstFrameCycles: cosim.firstFrameCycles,
      cyclesPerFrame: steady.cyclesPerFrame,
      idealCyclesPerFrame: idealOf(steady) ?? report.nonZeros / (dimensions.groups * dimensions.lanes),
      load:
        steady.load === null ? null : { ...steady.load, queueHighWater: cosim.stats.at(-1)?.counters?.highWater ?? 0 },
      golden: split(golden),
      rtl: split(rtl),
      saturated: sharesOf(shares),
      tables: shares.tables,
      warnings: (where) => saturationWarnings(shares, where),
    };
  }

  /** Frames in the order in which the design answers, utterance by utterance; those that are missing are zeros. */
  #byUtterance(
    answered: Int16Array,
    answers: readonly { readonly utterance: number; readonly step: number }[],
    utterances: readonly { readonly frames: number }[],
  ): readonly PortValues[] {
    const { elements } = this.outputs[0].port;
    const result = utterances.map(({ frames }) => new Int16Array(frames * elements));
    for (const [at, { utterance, step }] of answers.entries()) {
      result[utterance]!.set(answered.subarray(at * elements, (at + 1) * elements), step * elements);
    }
    return result.map((y) => new Map([[DESIGN_OUTPUT, y]]));
  }
}
