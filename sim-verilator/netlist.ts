import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedDesign } from '../src/design/load_design.ts';
import { sourcesOf } from '../src/synth/synthesize.ts';
import { anyYosys, type Yosys } from '../src/synth/yosys.ts';
import { EsegenError } from '../src/util/errors.ts';

const NETLIST = 'netlist.v';

/** Most PEs, and ElemMul lanes over all channels, of a netlist that is worth waiting for (docs/synthesis.md). */
const MOST_PES = 16;
const MOST_ELEM_LANES = 8;

/** Refuses a design whose netlist would be too large to simulate. */
function checkSize({ dir, design }: LoadedDesign): void {
  const { multipliers, channels, elemLanes } = design.dimensions;
  const sizes = [
    ['PEs', multipliers, MOST_PES],
    ['ElemMul lanes over all channels', channels * elemLanes, MOST_ELEM_LANES],
  ] as const;
  for (const [what, size, most] of sizes) {
    if (size <= most) continue;
    throw new EsegenError(
      '--netlist',
      `${dir} has ${size} ${what}, expected at most ${most}: gates are simulated one by one`,
      'Simulate its RTL, or build a smaller array with the same options',
    );
  }
}

/**
 * Synthesis to gates: as `synth`, each module once, and flattened behind it. Memories stay memories with their contents: as
 * flip-flops the activation tables alone would be 65,536 of them an ElemMul lane.
 *
 * @param sources Verilog files, relative
 * @param top name of the top module
 */
function netlistScript(sources: readonly string[], top: string): string {
  return [
    `read_verilog ${sources.join(' ')}`,
    `synth -top ${top} -run begin:fine`,
    'opt -fast -full',
    'opt -undriven -fine',
    'techmap',
    'opt -fast',
    'abc -fast',
    'opt -fast',
    'flatten',
    'opt_clean',
    'check -assert',
    `write_verilog -noattr ${NETLIST}`,
    '',
  ].join('\n');
}

/**
 * Synthesizes a design to generic gates: its netlist in Verilog, with the ports of the top module and the contents of all
 * memory files. The directory is only read.
 *
 * @throws EsegenError for a design that is too large, and a Yosys that is missing or fails
 */
export async function synthesizeNetlist(loaded: LoadedDesign, yosys: Yosys = anyYosys): Promise<string> {
  checkSize(loaded);
  const { config } = loaded.design;
  const sources = await sourcesOf({ ...loaded, config });
  const memories = [...loaded.files.keys()].filter((path) => /^mem\/\w+\.mem$/.test(path));
  const files = new Map(
    [...sources, ...memories].map((path) => [path, readFileSync(join(loaded.dir, ...path.split('/')), 'utf8')]),
  );
  const [netlist] = await yosys(netlistScript(sources, config.name), files, [NETLIST]);
  return `\`timescale 1ns / 1ps\n${netlist}`;
}
