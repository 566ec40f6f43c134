import type { Config } from '../machine/config.ts';
import type { Graph } from '../model/graph.ts';
import { FloatNetwork } from '../model/reference/float_network.ts';
import type { LegalGraph } from './legal_graph.ts';
import { plainGraph } from './legal_reference.ts';
import { type NetworkReport, networkReport } from './network_report.ts';
import { calibrate, type Utterances } from './passes/calibrate.ts';
import { equalize } from './passes/equalize.ts';
import { equalizeInputs } from './passes/equalize_inputs.ts';
import { fold } from './passes/fold.ts';
import { legalize } from './passes/legalize.ts';
import { linearize } from './passes/linearize.ts';
import { type Partition, partition } from './passes/partition.ts';
import { quantizeGraph } from './passes/quantize.ts';
import { simplify } from './passes/simplify.ts';
import type { QuantizedGraph } from './quantized_graph.ts';

/** The passes in their order. Those before `calibrate` keep the outputs of the float reference. */
export const PASSES = [
  'simplify',
  'partition',
  'linearize',
  'fold',
  'legalize',
  'equalize',
  'calibrate',
  'quantize',
] as const;
export type PassName = (typeof PASSES)[number];

/** A network that has been made ready for the hardware. */
export interface CompiledNetwork {
  readonly partition: Partition;
  readonly legal: LegalGraph;
  readonly quantized: QuantizedGraph;
  readonly report: NetworkReport;
}

/** How a network is compiled. */
export interface CompileOptions {
  /** Called at the begin of each pass. */
  readonly progress?: ((pass: PassName) => void) | undefined;
  /** Is handed what a pass was given and what it made of it, to compare them. */
  readonly verify?: ((pass: PassName, before: Graph, after: Graph) => void) | undefined;
}

/**
 * Takes a graph through all passes.
 *
 * @param utterances that fix the formats: values of the inputs of the graph
 * @throws EsegenError as the passes do
 */
export function compileNetwork(
  graph: Graph,
  config: Config,
  utterances: Utterances,
  { progress = () => {}, verify = () => {} }: CompileOptions = {},
): CompiledNetwork {
  progress('simplify');
  const simple = simplify(graph);
  verify('simplify', graph, simple);
  progress('partition');
  const parts = partition(simple);
  progress('linearize');
  const linear = linearize(parts.core);
  verify('linearize', parts.core, linear);
  progress('fold');
  const folded = fold(linear);
  verify('fold', linear, folded);
  progress('legalize');
  const legalized = legalize(folded);
  verify('legalize', folded, plainGraph(legalized));
  progress('equalize');
  const even = equalize(legalized);
  verify('equalize', plainGraph(legalized), plainGraph(even));
  const { parts: split, legal } = equalizeInputs(parts, even, coreInputs(parts, utterances));
  progress('calibrate');
  const calibration = calibrate(legal, coreInputs(split, utterances));
  progress('quantize');
  const { quantized, matrices } = quantizeGraph(legal, config, calibration);
  return { partition: split, legal, quantized, report: networkReport(quantized, calibration, matrices) };
}

/** What the hardware gets of utterances: what the host makes of them. */
export function coreInputs({ front, core }: Pick<Partition, 'front' | 'core'>, utterances: Utterances): Utterances {
  const network = front === null ? null : new FloatNetwork(front);
  return utterances.map((given) => {
    const made = network === null ? new Map() : network.run(given).outputs;
    return new Map(core.inputs.map(({ tensor }) => [tensor, made.get(tensor) ?? given.get(tensor)!]));
  });
}
