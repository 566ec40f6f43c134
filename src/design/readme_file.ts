import type { Compilation } from '../compiler/compile.ts';
import type { ModulePlan } from '../hdl/module_plan.ts';
import { TABLE_BITS, TABLE_FRAC, Z_BITS, Z_FRAC } from '../machine/formats.ts';
import type { Design } from '../program/design.ts';
import { streamBytes } from '../program/stream.ts';
import { VERSION } from '../util/version.ts';

import type { HostFiles } from './host_files.ts';
import { memoryGroups } from './memory_groups.ts';

/** Rows of the table of number formats. */
function formatRows({ dimensions: d, formats: f }: Design): Readonly<Record<string, string | number>>[] {
  return [
    { what: 'x', bits: f.vectorBits, fraction: f.xFrac },
    { what: 'c', bits: f.vectorBits, fraction: f.cFrac },
    ...(d.projection ? [{ what: 'm', bits: f.vectorBits, fraction: f.mFrac }] : []),
    { what: 'y', bits: f.vectorBits, fraction: f.yFrac },
    { what: 'W_x', bits: f.weightBits, fraction: f.weightXFrac },
    { what: 'W_r', bits: f.weightBits, fraction: f.weightRFrac },
    ...(d.projection ? [{ what: 'W_ym', bits: f.weightBits, fraction: f.weightPFrac }] : []),
    { what: 'bias', bits: f.biasBits, fraction: f.accFrac },
    ...(d.peepholes ? [{ what: 'peepholes', bits: f.peepBits, fraction: f.peepFrac }] : []),
    { what: 'gate accumulators', bits: f.accBits, fraction: f.accFrac },
    ...(d.projection ? [{ what: 'projection accumulators', bits: f.accBits, fraction: f.weightPFrac + f.mFrac }] : []),
    { what: 'gate sums z', bits: Z_BITS, fraction: Z_FRAC },
    { what: 'table words', bits: TABLE_BITS, fraction: TABLE_FRAC },
  ];
}

/** What the README of a design prints. */
export function readmeValues({ design, report }: Compilation, host: HostFiles): ModulePlan['values'] {
  const { config, dimensions: d, formats } = design;
  return {
    name: config.name,
    version: VERSION,
    inputs: d.inputs,
    cells: d.cells,
    outputs: d.outputs,
    projection: d.projection,
    peepholes: d.peepholes,
    channels: d.channels,
    groups: d.groups,
    multipliers: d.multipliers,
    lanes: d.lanes,
    elemLanes: d.elemLanes,
    fifoDepth: config.fifoDepth,
    indexBits: config.indexBits,
    weightBits: formats.weightBits,
    weights: report.weights,
    nonZeros: report.nonZeros,
    density: ((100 * report.nonZeros) / report.weights).toFixed(2),
    padding: report.padding,
    wordsMax: report.wordsMax,
    saturates: formats.saturate,
    sigmoidRange: formats.sigmoidRange,
    tanhRange: formats.tanhRange,
    dram: d.dram,
    busBits: d.busBits,
    weightBytes: streamBytes(d),
    clockMHz: config.clockMHz,
    part: config.part,
    formats: formatRows(design),
    memories: memoryGroups(design).map((group) => ({ ...group, kbit: group.kbit.toFixed(1) })),
    hasNorm: host.norm !== null,
    hasLabels: host.labels !== null,
  };
}
