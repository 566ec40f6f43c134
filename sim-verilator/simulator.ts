import { EsegenError } from '../src/errors.ts';

/** The simulators that run a design. */
export const SIMULATORS = ['verilator', 'icarus'] as const;
export type SimulatorName = (typeof SIMULATORS)[number];

/** Arguments of one run of bench.v; paths are absolute. */
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
}

/** A simulator: builds the design if it must, runs the bench, returns what the bench printed. */
export interface Simulator {
  readonly name: SimulatorName;
  /**
   * @param dir design directory
   * @param bench arguments of the bench
   * @param waves file that gets the waves (FST), if any
   * @throws EsegenError when the simulator is missing, or does not build or run
   */
  run(dir: string, bench: BenchArguments, waves?: string): Promise<string>;
}

/** Stall probability as the bench takes it, in 65536ths. */
const STALL_UNIT = 65536;

/** The bench's plus-arguments. */
export function plusArguments(bench: BenchArguments): string[] {
  const seed = ((bench.seed >>> 0) ^ 0x9e3779b9) >>> 0 || 1;
  return [
    `+input=${bench.input}`,
    `+output=${bench.output}`,
    `+stats=${bench.stats}`,
    ...(bench.checkpoints === undefined ? [] : [`+checkpoints=${bench.checkpoints}`]),
    `+frames=${bench.frames}`,
    `+stall=${Math.round(bench.stalls * STALL_UNIT)}`,
    `+seed=${seed}`,
    `+watchdog=${bench.watchdog}`,
  ];
}

/** Error for a program that could not be started or failed. */
export function programError(program: string, error: unknown, fix: string): EsegenError {
  const { code, stderr, stdout, shortMessage } = error as {
    code?: string;
    stderr?: string;
    stdout?: string;
    shortMessage?: string;
  };
  if (code === 'ENOENT') {
    return new EsegenError(program, 'not found', 'Install it (esegen doctor says how)');
  }
  const detail = [stderr, stdout].filter(Boolean).join('\n').trim().split('\n').slice(0, 12).join('\n');
  return new EsegenError(program, `failed: ${detail || shortMessage || String(error)}`, fix);
}
