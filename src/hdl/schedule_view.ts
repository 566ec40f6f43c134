import { memoryPath } from '../machine/names.ts';
import type { Design } from '../program/design.ts';
import { type Step, stepFields } from '../program/schedule.ts';
import { loadView } from './load.ts';
import { type ModulePlan, modulePlan } from './module_plan.ts';

/** What a template prints of the schedule memory: its fields as wires, and those that its block does not use. */
export interface ScheduleView {
  readonly steps: number;
  readonly stepWidth: number;
  readonly fields: readonly { readonly name: string; readonly slice: string; readonly range: string }[];
  readonly unusedFields: string;
  /** Mask of the bits that the block reads. */
  readonly usedBits: string;
  readonly lastBit: number;
  readonly file: string;
}

/** The memory itself. */
export function stepRom(design: Design): ModulePlan {
  return modulePlan('step_rom', { ...loadView(design), ...scheduleView(design, []) });
}

/** @param used fields that the block reads */
export function scheduleView({ config, dimensions, schedule }: Design, used: readonly (keyof Step)[]): ScheduleView {
  let lsb = 0;
  let lastBit = 0;
  let usedBits = 0n;
  const layout = stepFields(dimensions);
  const fields = layout.map(({ key, wire, bits }) => {
    const slice = bits === 1 ? `${lsb}` : `${lsb + bits - 1}:${lsb}`;
    if (key === 'last') lastBit = lsb;
    if (used.includes(key)) usedBits |= ((1n << BigInt(bits)) - 1n) << BigInt(lsb);
    lsb += bits;
    return { name: wire, slice, range: bits === 1 ? '' : `[${bits - 1}:0]` };
  });
  return {
    steps: schedule.length,
    stepWidth: lsb,
    fields,
    unusedFields: layout
      .filter(({ key }) => !used.includes(key))
      .map(({ wire }) => wire)
      .join(', '),
    usedBits: `${lsb}'h${usedBits.toString(16)}`,
    lastBit,
    file: memoryPath(config.name, 'schedule.mem'),
  };
}
