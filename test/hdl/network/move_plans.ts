import type { ModulePlan } from '../../../src/hdl/module_plan.ts';
import {
  axisCounters,
  framePort,
  loadUnit,
  sequenceAddress,
  storeUnit,
  wordQueue,
  wordWalk,
} from '../../../src/hdl/network/move.ts';
import { sequenceMemory } from '../../../src/hdl/network/sequence_memory.ts';
import { stepFlags } from '../../../src/hdl/network/step_flags.ts';
import { streamSequencer } from '../../../src/hdl/network/stream_sequencer.ts';
import {
  forwardStage,
  forwardTransform,
  pairTurn,
  rotation,
  spectralCopy,
  spectrumChannel,
} from '../../../src/hdl/network/transform.ts';
import { cornerTurn } from '../../../src/hdl/network/turning.ts';
import { viewAddress } from '../../../src/hdl/network/view_address.ts';
import { vmem, vmemChannel } from '../../../src/hdl/network/vmem.ts';
import type { NetworkSizes } from '../../../src/machine/network_sizes.ts';
import { turningOf } from '../../../src/machine/transform_cycles.ts';
import { copies, DUT, sdpRam } from './run_blocks.ts';

/** What STORE makes spectra with. */
export function spectralPlans(sizes: NetworkSizes): ModulePlan[] {
  const turns = turningOf(sizes) === null ? [] : [cornerTurn];
  return [rotation, pairTurn, forwardStage, forwardTransform, ...turns, spectrumChannel, spectralCopy].map((block) => {
    const plan = block(sizes);
    return { ...plan, values: { ...plan.values, name: DUT } };
  });
}

/** LOAD, STORE and what they move frames between. */
export function movePlans(sizes: NetworkSizes): ModulePlan[] {
  const sequences = sizes.sequenceWords > 0 ? [sequenceAddress, sequenceMemory] : [];
  const axes = sizes.utterance ? [axisCounters] : [];
  const blocks = [viewAddress, wordWalk, wordQueue, framePort, loadUnit, storeUnit, vmem, vmemChannel, stepFlags];
  return [
    streamSequencer(sizes, DUT, 'load'),
    streamSequencer(sizes, DUT, 'store'),
    ...[...blocks, ...sequences, ...axes].map((block) => block(sizes, DUT)),
    ...(sizes.blocks.length > 0 ? spectralPlans(sizes) : []),
    sdpRam(),
    copies(),
  ];
}
