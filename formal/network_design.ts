// The emitted modules of the network machine under proof.

import { GraphBuilder } from '../fixtures/graph_builder.ts';
import { randomLstm } from '../fixtures/random_weights.ts';
import { compileNetwork } from '../src/compiler/pipeline.ts';
import { createFrames } from '../src/data/frames.ts';
import { axiLiteSlave } from '../src/hdl/control.ts';
import type { ModulePlan } from '../src/hdl/module_plan.ts';
import { sdpRam } from '../src/hdl/network/memories.ts';
import { wordQueue } from '../src/hdl/network/move.ts';
import { sequenceBuffer, sequenceFetch, sequenceWriter } from '../src/hdl/network/sequence_stream.ts';
import { statePort } from '../src/hdl/network/state_port.ts';
import { beatBuffer } from '../src/hdl/network/streams.ts';
import { renderModule } from '../src/hdl/render.ts';
import type { NetworkSizes } from '../src/machine/network_sizes.ts';
import { parseConfig } from '../src/machine/read_config.ts';
import { networkDesign } from '../src/program/network_design.ts';
import { Rng } from '../src/util/rng.ts';
import type { Sources } from './check.ts';

/** Lines of sequences: two words of four bits in a beat. */
const LINE = { busBits: 16, wordSlot: 8, lineWords: 2, lineBeats: 1, burstLines: 4, aheadLines: 8, programDepth: 16 };

const CELLS = 8;

/** Sizes of a network of one LSTM; backward in time it runs by utterance, and else has states that a host reads and writes. */
function sizesOf(name: string, reverse: boolean): NetworkSizes {
  const rng = new Rng(1);
  const graph = new GraphBuilder();
  const input = graph.input([CELLS]);
  const lstm = { ...randomLstm(rng, { inputs: CELLS, cells: CELLS, reverse }, null), initial: null };
  graph.output(graph.node(lstm, [input]));
  const frames = createFrames(16, CELLS);
  for (let n = 0; n < frames.data.length; n++) frames.data[n] = rng.normal();
  const memory = reverse ? { sequence: { maxSteps: 24, memory: 'dram' }, memoryBusBits: 64, weights: 'dram' } : {};
  const config = parseConfig({ name, array: { channels: 1, groups: 1, lanes: 4 }, elemLanes: 4, ...memory }, 'formal');
  const { program } = compileNetwork(graph.build(), config, [new Map([[input, frames]])]);
  return networkDesign(program, config).sizes;
}

/**
 * Emits modules of a small network with weights and sequences in external memory. Names of those that the one-layer hardware has as
 * well begin with `network_`.
 */
export function emittedNetworkModules(name: string): Sources {
  const sizes = sizesOf(name, true);
  const print = (plan: ModulePlan) => renderModule({ ...plan, values: { ...plan.values, name } });
  const own: NetworkSizes = { ...sizes, elemLanes: 1, vectorBits: 4, sequenceStream: LINE };
  return new Map([
    ['network_axi_lite_slave', print(axiLiteSlave(true))],
    ['state_port', print(statePort(sizesOf(name, false), name))],
    // As the formal top of both register slices knows it.
    ['beat_buffer', print(beatBuffer(sizes)).replaceAll('beat_buffer', 'skid_buffer')],
    ['word_queue', print(wordQueue(sizes, name))],
    ['sdp_ram', print(sdpRam(sizes))],
    ['sequence_writer', print(sequenceWriter(own, name))],
    ['sequence_fetch', print(sequenceFetch(own, name))],
    ['sequence_buffer', print(sequenceBuffer(own, name))],
  ]);
}
