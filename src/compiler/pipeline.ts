import type { Config } from '../machine/config.ts';
import type { Graph, TensorId } from '../model/graph.ts';
import { FloatNetwork } from '../model/reference/float_network.ts';
import { checkProgram, type ProgramCheck } from '../program/check.ts';
import type { Program } from '../program/program.ts';
import { MAX_BLOCK } from '../program/twiddles.ts';
import type { LegalGraph } from './legal_graph.ts';
import { plainGraph } from './legal_reference.ts';
import { lowerFor } from './lower/lower_for.ts';
import { type NetworkReport, networkReport } from './network_report.ts';
import { type Calibration, calibrate, type Utterances } from './passes/calibrate.ts';
import { equalize } from './passes/equalize.ts';
import { equalizeInputs } from './passes/equalize_inputs.ts';
import { fold } from './passes/fold.ts';
import { legalize } from './passes/legalize.ts';
import { linearize } from './passes/linearize.ts';
import { type Partition, partition } from './passes/partition.ts';
import { quantizeGraph } from './passes/quantize.ts';
import { simplify } from './passes/simplify.ts';
import type { MatrixNoise } from './quantize/noise.ts';
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
  'lower',
  'check',
] as const;
export type PassName = (typeof PASSES)[number];

/** A network as far as no width of a config counts. */
export interface PreparedNetwork {
  readonly partition: Partition;
  /** Tensors of the parts with the values of the graph's outputs, in their order: another one where a pass took an identity away. */
  readonly outputs: readonly TensorId[];
  readonly legal: LegalGraph;
  readonly calibration: Calibration;
}

/** A network that has been made ready for the hardware. */
export interface CompiledNetwork {
  readonly partition: Partition;
  /** As in {@link PreparedNetwork}. */
  readonly outputs: readonly TensorId[];
  readonly quantized: QuantizedGraph;
  /** For the machine of the config. */
  readonly program: Program;
  readonly check: ProgramCheck;
  readonly report: NetworkReport;
}

/** How a network is compiled. */
export interface CompileOptions {
  /** Called at the begin of each pass. */
  readonly progress?: ((pass: PassName) => void) | undefined;
  /** Largest block of which block-circulant matrices are kept as spectra, 0: they are kept as others are; default {@link largestBlockOf}. */
  readonly largestBlock?: number | undefined;
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
  options: CompileOptions = {},
): CompiledNetwork {
  return finishNetwork(prepareNetwork(graph, utterances, options), config, options);
}

/**
 * Takes a graph through the passes before `quantize`, which are the same for all widths.
 *
 * @throws EsegenError as the passes do
 */
export function prepareNetwork(
  graph: Graph,
  utterances: Utterances,
  { progress = () => {}, verify = () => {} }: CompileOptions = {},
): PreparedNetwork {
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
  const outputs = simple.outputs.map(({ tensor }) => tensor);
  return { partition: split, outputs, legal, calibration: calibrate(legal, coreInputs(split, utterances)) };
}

/**
 * Takes a prepared network through the passes that are left, for the widths and the machine of a config.
 *
 * @throws EsegenError where the ranges do not fit the widths, or the network not the machine
 */
export function finishNetwork(
  { partition: parts, outputs, legal, calibration }: PreparedNetwork,
  config: Config,
  { progress = () => {}, largestBlock = largestBlockOf(config) }: CompileOptions = {},
): CompiledNetwork {
  progress('quantize');
  const matrices: MatrixNoise[] = [];
  const record = (noise: MatrixNoise) => matrices.push(noise);
  const quantized = quantizeGraph(legal, config, calibration, { largestBlock, record });
  progress('lower');
  const program = lowerFor(quantized, config);
  progress('check');
  const check = checkProgram(program);
  const report = networkReport(quantized, calibration, matrices);
  return { partition: parts, outputs, quantized, program, check, report };
}

/** Largest block that the hardware of a config transforms: pairs of a spectrum are in two lanes, and its sums are exact. 0: none. */
export function largestBlockOf({ array, accumulatorBits }: Pick<Config, 'array' | 'accumulatorBits'>): number {
  return accumulatorBits === 'exact' && array.lanes >= 2 ? MAX_BLOCK : 0;
}

/** What the hardware gets of utterances: what the host makes of them. */
export function coreInputs({ front, core }: Pick<Partition, 'front' | 'core'>, utterances: Utterances): Utterances {
  const network = front === null ? null : new FloatNetwork(front);
  return utterances.map((given) => {
    const made = network === null ? new Map() : network.run(given).outputs;
    return new Map(core.inputs.map(({ tensor }) => [tensor, made.get(tensor) ?? given.get(tensor)!]));
  });
}
