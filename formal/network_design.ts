// The emitted modules of the network machine under proof.

import { axiLiteSlave } from '../src/hdl/control.ts';
import type { ModulePlan } from '../src/hdl/module_plan.ts';
import { sdpRam } from '../src/hdl/network/memories.ts';
import { wordQueue } from '../src/hdl/network/move.ts';
import { weightReader } from '../src/hdl/network/reader.ts';
import { sequenceBuffer, sequenceFetch, sequenceWriter } from '../src/hdl/network/sequence_stream.ts';
import { statePort } from '../src/hdl/network/state_port.ts';
import { renderModule } from '../src/hdl/render.ts';
import type { NetworkSizes } from '../src/machine/network_sizes.ts';
import { randomNetworkDesign } from '../test/lib/random_network_design.ts';
import { sequenceDesign } from '../test/lib/sequence_design.ts';
import type { Sources } from './check.ts';

/** Lines of sequences: two words of four bits in a beat. */
const LINE = { busBits: 16, wordSlot: 8, lineWords: 2, lineBeats: 1, burstLines: 4, aheadLines: 8, programDepth: 16 };

/** Seed of a network whose states a host reads and writes. */
const WITH_STATES = 31;

/**
 * Emits modules of a small network with weights and sequences in external memory. Names of those that the one-layer hardware has as
 * well begin with `network_`.
 */
export function emittedNetworkModules(name: string): Sources {
  const { design } = sequenceDesign(2, { elemLanes: 4, vectorBits: 12, busBits: 64 }, { name, weights: 'dram' });
  const { sizes } = design;
  const print = (plan: ModulePlan) => renderModule({ ...plan, values: { ...plan.values, name } });
  const own: NetworkSizes = { ...sizes, elemLanes: 1, vectorBits: 4, sequenceStream: LINE };
  return new Map([
    ['network_weight_reader', print(weightReader(sizes, name))],
    ['network_axi_lite_slave', print(axiLiteSlave(true))],
    ['state_port', print(statePort(randomNetworkDesign(WITH_STATES).design.sizes, name))],
    ['word_queue', print(wordQueue(sizes, name))],
    ['sdp_ram', print(sdpRam(sizes))],
    ['sequence_writer', print(sequenceWriter(own, name))],
    ['sequence_fetch', print(sequenceFetch(own, name))],
    ['sequence_buffer', print(sequenceBuffer(own, name))],
  ]);
}
