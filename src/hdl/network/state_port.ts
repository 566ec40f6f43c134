import { memoryPath } from '../../machine/names.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { wordBits } from '../../program/field.ts';
import { STATE_WORD } from '../../program/network/host_tables.ts';
import type { ModulePlan } from '../module_plan.ts';
import { networkPlan } from './network_plan.ts';
import { loadPort } from './stream_sequencer.ts';
import { selectBits } from './vmem.ts';
import { fieldViews } from './word_fields.ts';

/** Access of a host to the states of a network that runs step by step. */
export function statePort(sizes: NetworkSizes, name: string): ModulePlan {
  const { channels, groups, elemLanes: elems, slice, vectorBits: width, stateDepth } = sizes;
  const names = STATE_WORD.fields.map((field) => field.name);
  return networkPlan('state_port', {
    ...{ channels, groups, elems, slice, width, narrow: width < 16, states: stateDepth },
    ...loadPort(sizes, 'states'),
    selectBits: selectBits(sizes),
    entryMsb: wordBits(STATE_WORD) - 1,
    fields: fieldViews(STATE_WORD, names),
    file: memoryPath(name, 'states.mem'),
  });
}
