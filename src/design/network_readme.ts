import type { ModulePlan } from '../hdl/module_plan.ts';
import type { NetworkDesign } from '../program/network_design.ts';
import type { ProgramPort } from '../program/program.ts';
import { spectraLines } from '../program/spectra_of.ts';
import { countWeights } from '../program/weights.ts';
import { VERSION } from '../util/version.ts';
import type { HostFiles } from './host_files.ts';
import { networkMemoryGroups } from './network_memories.ts';

/** What the README of a network design prints. */
export function networkReadmeValues(design: NetworkDesign, host: HostFiles): ModulePlan['values'] {
  const { name, config, program, sizes } = design;
  const { machine } = program;
  const { weights, nonZeros, density } = countWeights(program);
  return {
    name,
    version: VERSION,
    utterance: sizes.utterance,
    maxSteps: machine.maxSteps,
    weights,
    nonZeros,
    density: (100 * density).toFixed(2),
    spectra: spectraLines(program).map((text) => ({ text })),
    channels: sizes.channels,
    groups: sizes.groups,
    lanes: sizes.lanes,
    multipliers: sizes.channels * sizes.groups * sizes.lanes,
    elemLanes: sizes.elemLanes,
    fifoDepth: sizes.fifoDepth,
    weightBits: sizes.weightBits,
    indexBits: sizes.indexBits,
    accBits: sizes.accBits,
    saturate: sizes.saturate,
    sigmoidRange: sizes.sigmoidRange,
    tanhRange: sizes.tanhRange,
    clockMHz: config.clockMHz,
    part: config.part,
    dram: sizes.external !== null,
    hasNorm: host.norm !== null,
    hasLabels: host.labels !== null,
    ports: [...portRows('input', program.inputs), ...portRows('output', program.outputs)],
    memories: networkMemoryGroups(design).map((group) => ({ ...group, kbit: group.kbit.toFixed(1) })),
  };
}

/** Ports by number: their names come from a model file. */
function portRows(direction: 'input' | 'output', ports: readonly ProgramPort[]) {
  return ports.map(({ elements, format }, number) => ({
    direction,
    number,
    elements,
    bits: format.bits,
    frac: format.frac,
  }));
}
