import { memoryPath, moduleName } from '../machine/names.ts';
import type { Family } from '../machine/parts.ts';

/** Files that the scripts write. */
export const OUTPUTS = { modules: 'modules.il', memories: 'memories.json', mapped: 'mapped.json' } as const;

/** Blocks that hold memory files. */
const MEMORY_BLOCKS = ['rom', 'row_rom', 'small_rom', 'ultra_ram'];

/**
 * Memories of which there are many, by the name of their instances, and the file that stands for all of theirs. The contents of
 * block RAM do not matter to synthesis, and with one file for all the memories are one module instead of hundreds; to memories
 * in look-up tables they do, and one lane speaks for all.
 */
const REPRESENTATIVES = [
  ['u_weight_mem', 'weights_0000.mem'],
  ['u_pointer_mem', 'pointers_0000.mem'],
  // Of a layer, and of a network.
  ['u_param_mem', 'elem_000.mem'],
  ['u_param_mem', 'params_000.mem'],
  // States that voices start from: what MAC reads, and what STORE does.
  ['u_mac_mem', 'starts_000.mem'],
  ['u_word_mem', 'starts_000.mem'],
] as const;

/** Whether the script reads this file of the directory of a design of this name. */
export function isRead(path: string, design: string): boolean {
  if (/^rtl\/\w+\.v$/.test(path)) return true;
  return (
    /^mem\/\w+\.mem$/.test(path) &&
    !(/_\d+\.mem$/.test(path) && !REPRESENTATIVES.some(([, file]) => memoryPath(design, file) === path))
  );
}

/**
 * Reads a whole design and writes its modules, one for each set of parameters, before anything is synthesized.
 *
 * @param sources Verilog files, relative
 * @param files all that are there
 * @param top name of the design, that of its top module
 */
export function readScript(sources: readonly string[], files: readonly string[], top: string): string {
  const memoryModules = MEMORY_BLOCKS.map((block) => `rtl/${moduleName(top, block)}.v`);
  const memories = sources.filter((source) => memoryModules.includes(source));
  return [
    // The memories are read when the hierarchy around them is there, so that all get the same file.
    `read_verilog ${sources.filter((source) => !memoryModules.includes(source)).join(' ')}`,
    `hierarchy -top ${top}`,
    ...REPRESENTATIVES.map(([instance, file]) => [instance, memoryPath(top, file)] as const)
      .filter(([, path]) => files.includes(path))
      .map(([instance, path]) => `setparam -set FILE "${path}" c:*${instance}`),
    ...(memories.length === 0 ? [] : [`read_verilog ${memories.join(' ')}`]),
    `hierarchy -check -top ${top}`,
    `write_rtlil ${OUTPUTS.modules}`,
    '',
  ].join('\n');
}

/**
 * Synthesis of the modules of an RTLIL file, with the hierarchy kept. Writes their memories from before these are mapped, and the mapped netlist.
 *
 * @param file RTLIL
 * @param top its top module, which is written both times
 */
export function mapScript(file: string, top: string, family: Family): string {
  // Only there Yosys knows UltraRAM; it takes memories that ask for it.
  const ultra = family === 'xcup' ? ' -uram' : '';
  const synth = `synth_xilinx -family ${family}${ultra} -top ${top} -noiopad -noclkbuf`;
  return [
    `read_rtlil ${file}`,
    `${synth} -run begin:map_memory`,
    `json -o ${OUTPUTS.memories} ${top} t:$mem_v2`,
    `${synth} -run map_memory:`,
    // Without the cell library.
    `json -o ${OUTPUTS.mapped} *`,
    '',
  ].join('\n');
}

/** Synthesis of one module for the 7 series, flattened. Writes the mapped netlist. */
export function moduleScript(sources: readonly string[], module: string): string {
  return [
    `read_verilog ${sources.join(' ')}`,
    `synth_xilinx -family xc7 -flatten -top ${module} -noiopad -noclkbuf`,
    `json -o ${OUTPUTS.mapped} *`,
    '',
  ].join('\n');
}
