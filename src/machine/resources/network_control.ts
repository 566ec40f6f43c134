import { clog2 } from '../../util/fixed.ts';
import { queueUnit } from './feed.ts';
import { counterUnits, skidBuffer } from './layer_ports.ts';
import { placeProduct } from './memory.ts';
import type { NetworkView } from './network_view.ts';
import { countedBlock } from './ram.ts';
import { registerCopies, type Unit, unit } from './unit.ts';

/** Bits of the words of the program memories, as program.md has them. */
const WORD_BITS = { load: 244, mac: 244, cell: 390, store: 342 } as const;

/** Program memories of more words than this are in block RAM. */
const DISTRIBUTED_WORDS = 64;

/** A sequencer: its program memory, loops, semaphores. */
function sequencerUnit(stream: keyof typeof WORD_BITS, { sizes }: NetworkView): Unit {
  const words = sizes.programDepth[stream];
  const bits = WORD_BITS[stream];
  const block = words > DISTRIBUTED_WORDS;
  const features = {
    utterance: sizes.utterance ? 1 : 0,
    axes: sizes.utterance ? sizes.axes : 0,
    pc: clog2(words),
    one: 1,
  };
  return unit(`${stream}_sequencer`, 1, {
    ...(block ? { counted: countedBlock(words, bits) } : { rams: [{ words, bits }] }),
    lut: features,
    ff: features,
  });
}

/** First and active voices of a step, for MAC, CELL and STORE: a memory of eight steps for each, or none where utterances run. */
function stepFlags({ sizes: { channels, utterance } }: NetworkView): Unit {
  if (utterance) return unit('step_flags', 1, { lut: { utterance: 1 }, ff: { utterance: 1 } });
  return unit('step_flags', 1, {
    rams: [{ words: 8, bits: 2 * channels, count: 3 }],
    ff: { voices: channels - 1, one: 1 },
  });
}

/** Units that run the programs, and the ports. */
export function networkControlUnits(view: NetworkView): Unit[] {
  const { sizes, runBits, loadAddr, loadData, queue, spectral } = view;
  const { channels, groups, lanes, elemLanes, vectorBits, beat, inputBeat, external, stateDepth, utterance } = sizes;
  const dram = external === null ? 0 : 1;
  const sequencePort = sizes.sequenceStream === null ? 0 : 1;
  const dest = Math.max(clog2(channels), 1);
  return [
    ...(['load', 'mac', 'cell', 'store'] as const).map((stream) => sequencerUnit(stream, view)),
    unit('mac_control', 1, {
      lut: { voices: channels - 1, runBits, utterance: utterance ? 1 : 0, spectral: spectral ? 1 : 0, one: 1 },
      ff: { voices: channels - 1, runBits, utterance: utterance ? 1 : 0, spectral: spectral ? 1 : 0, one: 1 },
    }),
    // The order of runs, and of their markers.
    queueUnit(1, 17, 16),
    queueUnit(1, 1, 4),
    stepFlags(view),
    registerCopies(6 + (sizes.sequenceStream === null ? 0 : 1), 1),
    unit('word_loader', 1, { lut: { loadAddr, one: 1 }, ff: { loadAddr, one: 1 } }),
    ...(stateDepth > 0
      ? [
          unit('state_port', 1, {
            counted: { dsp: placeProduct(vectorBits, 'long') },
            lut: { elemLanes, voices: channels - 1, words: elemLanes * vectorBits, one: 1 },
            ff: { elemLanes, words: elemLanes * vectorBits, one: 1 },
          }),
        ]
      : []),
    unit('network_core', 1, {
      lut: {
        voices: channels - 1,
        lanes: elemLanes,
        groups,
        states: stateDepth > 0 ? 1 : 0,
        dram,
        sequencePort,
        one: 1,
      },
      ff: { word: elemLanes * vectorBits, loadBits: loadAddr + loadData, queue, dram, sequencePort, one: 1 },
    }),
    unit('top', 1, { counted: { lutram: 24 }, lut: { network: 1 }, ff: { network: 1 } }),
    unit('axi_lite_slave', 1, { lut: { network: 1 }, ff: { network: 1 } }),
    unit('run_control', 1, { lut: { one: 1 }, ff: { one: 1 } }),
    unit('control_registers', 1, {
      lut: { network: 1, networkDram: dram, networkPort: sequencePort, states: stateDepth > 0 ? 1 : 0 },
      ff: { network: 1, networkDram: dram, networkPort: sequencePort, states: stateDepth > 0 ? 1 : 0 },
    }),
    unit('image_loader', 1, {
      lut: { loadAddr, parts: Math.ceil(loadData / 32), dramOfNetwork: dram, network: 1 },
      ff: { loadAddr, parts: Math.ceil(loadData / 32), dramOfNetwork: dram, network: 1 },
    }),
    skidBuffer(1, inputBeat * vectorBits + dest + 3),
    skidBuffer(1, beat * vectorBits + dest + 6),
    ...counterUnits(groups * lanes, queue, dram === 1),
  ];
}
