// Runs Yosys and ABC: a formal top with its modules into an and-inverter graph, and questions about its outputs.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { EsegenError } from '../src/util/errors.ts';

/** Texts of Verilog files by module. */
export type Sources = ReadonlyMap<string, string>;

/** An and-inverter graph on disk. */
export interface Circuit {
  readonly dir: string;
  /** Number of an output by its name. */
  readonly outputs: ReadonlyMap<string, number>;
}

/** `cycle`: the first cycle after power-up in which the output can be 1; null where there is none. */
export interface Answer {
  readonly cycle: number | null;
  readonly seconds: number;
}

/** ABC's own limit, and the one of the process for when ABC does not keep it. */
const PDR_SECONDS = 120;
const PATIENCE = 1000 * (2 * PDR_SECONDS);

const LOW_LEVEL = [
  'memory_map',
  'opt -fast',
  'dffunmap',
  'techmap',
  'opt -fast',
  'dfflegalize -cell $_DFF_P_ 01',
  'setundef -undriven -anyseq',
  'opt_clean',
  'aigmap',
  'opt_clean',
];

/**
 * Makes the graph of a top module in an empty or absent folder. Registers without an initial value begin with any.
 *
 * @throws EsegenError where Yosys is missing or refuses the sources
 */
export async function toCircuit(
  dir: string,
  top: string,
  parameters: Readonly<Record<string, number>>,
  sources: Sources,
): Promise<Circuit> {
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of sources) writeFileSync(join(dir, `${name}.v`), text);
  const script = [
    `read_verilog ${[...sources.keys()].map((name) => `${name}.v`).join(' ')}`,
    ...Object.entries(parameters).map(([name, value]) => `chparam -set ${name} ${value} ${top}`),
    `prep -flatten -top ${top}`,
    ...LOW_LEVEL,
    'write_aiger -I -zinit -map circuit.map circuit.aig',
  ];
  await run('yosys', ['-q', '-p', script.join('; ')], dir);
  const outputs = new Map<string, number>();
  for (const line of readFileSync(join(dir, 'circuit.map'), 'utf8').split('\n')) {
    const [kind, number, , name] = line.split(' ');
    if (kind === 'output') outputs.set(name!, Number(number));
  }
  return { dir, outputs };
}

/**
 * Searches the cycles 0 to `depth` for one in which an output is 1.
 *
 * @throws EsegenError where ABC is missing or gives no answer
 */
export function search(circuit: Circuit, output: string, depth: number): Promise<Answer> {
  return ask(circuit, output, `bmc3 -F ${depth + 1}`, /No output asserted in \d+ frames|Explored all reachable states/);
}

/**
 * Decides whether an output is 0 in all cycles, without a bound.
 *
 * @throws EsegenError where ABC is missing or comes to no decision
 */
export function decide(circuit: Circuit, output: string): Promise<Answer> {
  return ask(circuit, output, `scorr; dc2; pdr -T ${PDR_SECONDS}`, /Property proved/);
}

async function ask({ dir, outputs }: Circuit, output: string, command: string, none: RegExp): Promise<Answer> {
  const number = outputs.get(output);
  if (number === undefined) throw new EsegenError(`formal: ${output}`, 'the formal top has no such output');
  const begin = performance.now();
  const printed = await run(
    'berkeley-abc',
    ['-c', `read_aiger circuit.aig; cone -s -O ${number}; scleanup; ${command}`],
    dir,
  );
  const seconds = (performance.now() - begin) / 1000;
  const asserted = /was asserted in frame (\d+)/.exec(printed);
  if (asserted !== null) return { cycle: Number(asserted[1]), seconds };
  if (none.test(printed)) return { cycle: null, seconds };
  throw new EsegenError(`berkeley-abc: ${output}`, `no decision:\n${printed.trim()}`);
}

async function run(tool: string, args: readonly string[], cwd: string): Promise<string> {
  const { all, failed, code, timedOut } = await execa(tool, args, { cwd, all: true, reject: false, timeout: PATIENCE });
  if (code === 'ENOENT') throw new EsegenError(tool, 'not found', `Install it: apt-get install ${tool}`);
  if (timedOut) throw new EsegenError(tool, `no answer in ${PATIENCE / 1000} s`);
  if (failed) throw new EsegenError(tool, `failed:\n${all}`);
  return all;
}
