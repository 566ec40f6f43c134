import { moduleName } from '../src/machine/names.ts';

/** Modules that stay functions of their own in the compiled simulation, beside those that say so in the RTL. */
const KEPT = ['column_group', 'group_memory', 'elem_lane', 'adder_tree'];

/**
 * Inputs that differ between the instances of a module. Verilator would put the driver of such an input in its place, and every
 * instance would become a function of its own: 1,024 times the code of a lane. Public signals stay.
 */
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  lane: ['word', 'word_valid', 'word_first', 'word_bank', 'op_acts', 'drain_en'],
  column_feed: ['advance', 'col_*', 'share_*', 'word_ready'],
  column_group: ['x_write', 'y_coming', 'm_coming', 'y_words', 'm_words', 'counts', 'words'],
  elem_lane: ['acc', 'bias', 'peephole'],
  adder_tree: ['values'],
};

/** Verilator's configuration file: module boundaries that it keeps, so that equal modules share their code. */
export function boundariesOf(design: string): string {
  return [
    '`verilator_config',
    ...KEPT.map((block) => `no_inline -module "${moduleName(design, block)}"`),
    ...Object.entries(INPUTS).flatMap(([block, names]) =>
      names.map((name) => `public_flat_rd -module "${moduleName(design, block)}" -var "${name}"`),
    ),
    '',
  ].join('\n');
}
