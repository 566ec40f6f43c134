import type { Report } from '../src/util/report.ts';

/** The simulators that run a design. */
export const SIMULATORS = ['verilator', 'icarus'] as const;
export type SimulatorName = (typeof SIMULATORS)[number];

/** Arguments of one run of bench.v; paths are plain names in its folder. */
export interface BenchArguments {
  readonly input: string;
  readonly output: string;
  readonly stats: string;
  /** Log of gate sums, states and cell outputs. */
  readonly checkpoints?: string;
  readonly frames: number;
  /** Probability of an idle input cycle and of output back-pressure, 0 to below 1. */
  readonly stalls: number;
  /** Seed of the stalls. */
  readonly seed: number;
  /** Cycles without progress after which the bench gives up. */
  readonly watchdog: number;
  /** External memory, where the design has one. */
  readonly memory?: MemoryArguments;
}

/** How the external memory of the bench behaves (axi_memory.v). */
export interface MemoryBehaviour {
  /** Cycles from an address to its first beat, at least 1; default 64. */
  readonly latency?: number | undefined;
  /** Beats in a cycle, above 0 to 1; default 1. */
  readonly bandwidth?: number | undefined;
  /** Probability that a beat is withheld for a cycle, 0 to below 1; default 0. */
  readonly stalls?: number | undefined;
  readonly sequenceFault?: SequenceFault | undefined;
  /**
   * Beat, counted from reset, in which the memory fails, and how. The run fails then; with `recover` it is repeated after a
   * reset, with a sound memory.
   */
  readonly fault?: { readonly beat: number; readonly kind: MemoryFault; readonly recover: boolean } | undefined;
}

/** Ways in which a memory fails, by the status that the design has then: it answers no more, or with an error response. */
export const MEMORY_FAULTS = { silent: 1, SLVERR: 2, DECERR: 3 } as const;
export type MemoryFault = keyof typeof MEMORY_FAULTS;

/** How the sequence memory fails: in a beat of a read, or a burst of a write, counted from reset. */
export interface SequenceFault {
  readonly access: 'read' | 'write';
  readonly at: number;
  readonly kind: MemoryFault;
}

/** Memory of a run: its image, a beat a line in hexadecimal, and its behaviour. */
export interface MemoryArguments extends MemoryBehaviour {
  /** Left out where the weights are on chip. */
  readonly image?: string | undefined;
}

/** Advice for a simulator that refuses a design. */
export const FIX = 'Build the design again; if it persists, report the design';

/** Name of the waves (FST) in the folder of a run. */
export const WAVES = 'waves.fst';

/** One run of a design. */
export interface SimulationRun extends Report {
  /** Design directory. */
  readonly dir: string;
  /** Folder in which it runs and where its files are (`linkDesign`); simulators see no other path. */
  readonly work: string;
  /** Arguments of the bench. */
  readonly plus: readonly string[];
  /** Whether waves are written, to `WAVES`. */
  readonly waves: boolean;
  /** Whether weights in UltraRAM are there from the begin, without an image that is loaded. */
  readonly preload?: boolean;
}

/** Macros that a run is compiled with: it ends with an error where something happens that never may (partial `never`). */
export function definesOf({ preload = false }: SimulationRun): string[] {
  return ['-DESEGEN_ASSERT', ...(preload ? ['-DESEGEN_PRELOAD'] : [])];
}

/** A simulator: builds the design if it must, runs the bench, returns what the bench printed. */
export interface Simulator {
  readonly name: SimulatorName;
  /** @throws EsegenError when the simulator is missing, or does not build or run */
  run(run: SimulationRun): Promise<string>;
}

/** Probabilities and rates as the bench takes them, in 65536ths. */
const SHARE_UNIT = 65536;

/** The bench's plus-arguments. */
export function plusArguments(bench: BenchArguments): string[] {
  return [
    `+input=${bench.input}`,
    `+output=${bench.output}`,
    `+stats=${bench.stats}`,
    ...(bench.checkpoints === undefined ? [] : [`+checkpoints=${bench.checkpoints}`]),
    `+frames=${bench.frames}`,
    ...stallArguments(bench),
    ...(bench.memory === undefined ? [] : memoryArguments(bench.memory)),
  ];
}

/** Those of every bench: stalls, their seed, and when to give up. */
export function stallArguments({
  stalls,
  seed,
  watchdog,
}: Pick<BenchArguments, 'stalls' | 'seed' | 'watchdog'>): string[] {
  const mixed = ((seed >>> 0) ^ 0x9e3779b9) >>> 0 || 1;
  return [`+stall=${Math.round(stalls * SHARE_UNIT)}`, `+seed=${mixed}`, `+watchdog=${watchdog}`];
}

/** Those of every bench of a design with external memory. */
export function memoryArguments({
  image,
  latency,
  bandwidth,
  stalls,
  fault,
  sequenceFault,
}: MemoryArguments): string[] {
  return [
    ...(image === undefined ? [] : [`+memory=${image}`]),
    ...(latency === undefined ? [] : [`+memory_latency=${latency}`]),
    ...(bandwidth === undefined ? [] : [`+memory_bandwidth=${Math.round(bandwidth * SHARE_UNIT)}`]),
    ...(stalls === undefined ? [] : [`+memory_stall=${Math.round(stalls * SHARE_UNIT)}`]),
    ...(sequenceFault === undefined
      ? []
      : [
          `+sequence_${sequenceFault.access}_fault=${sequenceFault.at}`,
          `+sequence_response=${MEMORY_FAULTS[sequenceFault.kind]}`,
        ]),
    ...(fault === undefined
      ? []
      : [
          `+memory_fault=${fault.beat}`,
          `+memory_response=${MEMORY_FAULTS[fault.kind]}`,
          `+recover=${fault.recover ? 1 : 0}`,
        ]),
  ];
}
