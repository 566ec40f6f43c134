import { ADDRESS_BITS } from '../../control/registers.ts';
import { queueDepth } from '../../machine/queue_depth.ts';
import type { NetworkDesign } from '../../program/network_design.ts';
import type { ProgramPort } from '../../program/program.ts';
import { VERSION } from '../../util/version.ts';
import type { ModulePlan } from '../module_plan.ts';
import { loadView, wordLoad, wordLoadOf } from './load.ts';
import { destBits } from './streams.ts';

/** The module that a user instantiates: its name is that of the design. */
export function networkTop({ name, program, sizes }: NetworkDesign): ModulePlan {
  const { channels, groups, lanes, inputBeat, beat, vectorBits, utterance } = sizes;
  const width = destBits(sizes);
  const { loadAddr, loadData } = loadView(sizes);
  const ports = wordLoadOf(sizes, 'ports');
  return {
    block: 'network/network_top',
    file: name,
    values: {
      name,
      version: VERSION,
      ports: [...portRows('input', program.inputs), ...portRows('output', program.outputs)],
      channels,
      groups,
      lanes,
      multipliers: channels * groups * lanes,
      single: channels === 1,
      severalGroups: groups > 1,
      severalInputs: program.inputs.length > 1,
      utterance,
      beat,
      inputBeat,
      oneInput: inputBeat === 1,
      inputMsb: 16 * inputBeat - 1,
      oneBeat: beat === 1,
      oneEach: inputBeat === 1 && beat === 1,
      beatMsb: 16 * beat - 1,
      destWidth: width,
      destMsb: width - 1,
      vectorWidth: vectorBits,
      narrow: vectorBits < 16,
      allLanes: groups * lanes,
      fifoDepth: queueDepth(sizes),
      ctrlBits: ADDRESS_BITS,
      ctrlMsb: ADDRESS_BITS - 1,
      numberMsb: ADDRESS_BITS - 3,
      loadMsb: loadAddr + loadData + 15,
      wordsMsb: wordLoad(sizes).bits - 1,
      portsEnable: ports.enable,
      portsAddr: ports.addr,
      portsWord: ports.word,
      network: true,
      states: sizes.stateDepth > 0,
      dram: sizes.external !== null,
      elsewhere: sizes.external !== null || sizes.sequenceStream !== null,
      sequencePort: sizes.sequenceStream !== null,
      sequenceMsb: (sizes.sequenceStream?.busBits ?? 0) - 1,
      strobeMsb: (sizes.sequenceStream?.busBits ?? 0) / 8 - 1,
      busMsb: (sizes.external?.busBits ?? 0) - 1,
    },
  };
}

/** Ports as the header lists them. Their names come from a model file, so they are not printed. */
function portRows(direction: 'input' | 'output', ports: readonly ProgramPort[]) {
  return ports.map(({ elements, format, axis }, number) => ({
    direction: direction.padEnd(6),
    number,
    elements,
    bits: format.bits,
    frac: format.frac,
    note: axis === 1 ? ', once an utterance' : '',
  }));
}
