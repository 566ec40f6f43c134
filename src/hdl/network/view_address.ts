import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { UNIT_WORDS } from '../../program/unit_words.ts';
import type { ModulePlan } from '../module_plan.ts';
import { fieldStart, fieldViews, wireName } from './word_fields.ts';

const PLACE = ['Base', 'SlotBits', 'SlotWords', 'SlotT', 'SlotP', 'SlotOffset', 'PStride', 'QStride', 'Replicated'];

/** Bits of the fields of a place in a unit word, from its base on. */
export const PLACE_BITS = fieldStart(UNIT_WORDS.mac, 'pointerBase') - fieldStart(UNIT_WORDS.mac, 'sourceBase');

/** Address generator of all units. */
export function viewAddress(_sizes: NetworkSizes, name: string): ModulePlan {
  const format = UNIT_WORDS.mac;
  const from = format.fields.findIndex((field) => field.name === 'sourceBase');
  const place = { ...format, fields: format.fields.slice(from, from + PLACE.length) };
  const fields = fieldViews(
    place,
    PLACE.map((field) => `source${field}`),
    (field) => wireName(field).replace('source_', ''),
  );
  return { block: 'network/view_address', file: 'view_address', values: { name, placeTop: PLACE_BITS - 1, fields } };
}
