import type { NetworkRoom } from '../../machine/config.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { clog2, unsignedBits } from '../../util/fixed.ts';
import { SLOT_KINDS } from '../slot_fields.ts';

type SlotKind = NetworkSizes['kinds'][number];

/** States and numbers of steps of other networks. */
const ROOM_STATES = 16;
const ROOM_AXES = 4;
/** Slot kinds of a feature. */
export const KINDS_OF: Readonly<Record<string, readonly SlotKind[]>> = {
  lstm: ['lstm'],
  gru: ['gruAfter', 'gruReset', 'gruBefore'],
  linear: ['affine'],
};
/** Bits of a beat number in the program of the weight reader. */
const MOST_BEAT_BITS = 24;

/**
 * Sizes of hardware that has room for other networks beside the one that it is made for.
 *
 * @param own what the network itself needs
 */
export function withRoom(own: NetworkSizes, room: NetworkRoom): NetworkSizes {
  const { slice, external, sequenceStream } = own;
  const { bits, features } = room;
  const kinds = new Set([...own.kinds, ...features.flatMap((feature) => KINDS_OF[feature] ?? [])]);
  const tileRows = Math.max(own.tileRows, room.rows);
  const weightDepth = Math.max(own.weightDepth, room.words);
  const pointerDepth = Math.max(own.pointerDepth, room.columns);
  const vmemWords = Math.max(own.vmemWords, Math.ceil(room.elements / slice));
  const deep = (words: number) => Math.max(words, room.instructions);
  const { load, mac, cell, store } = own.programDepth;
  return {
    ...own,
    actBits: own.actBits + bits,
    // Where accumulators saturate their width is the model's own.
    accBits: own.saturate ? own.accBits : own.accBits + bits,
    biasBits: own.biasBits + bits,
    sumBits: own.sumBits + bits,
    tileRows,
    rowBits: Math.max(clog2(tileRows), own.rowBits),
    vmemWords,
    weightDepth,
    addrBits: clog2(weightDepth),
    pointerDepth,
    pointerBits: clog2(pointerDepth),
    // A lane has at most a word a row in a column.
    countBits: Math.max(own.countBits, Math.min(unsignedBits(tileRows), clog2(weightDepth))),
    paramDepth: Math.max(own.paramDepth, room.parameters),
    programDepth: { load: deep(load), mac: deep(mac), cell: deep(cell), store: deep(store) },
    sequenceWords: own.utterance ? Math.max(own.sequenceWords, room.sequence) : 0,
    peepholes: own.peepholes || features.includes('peepholes'),
    replicated: own.replicated || features.includes('windows'),
    startDepth: features.includes('initialStates') ? 2 ** clog2(vmemWords) : own.startDepth,
    kinds: SLOT_KINDS.filter((kind) => kinds.has(kind)),
    axes: own.utterance ? Math.max(own.axes, ROOM_AXES) : own.axes,
    stateDepth: own.utterance ? 0 : Math.max(own.stateDepth, ROOM_STATES),
    external:
      external === null
        ? null
        : {
            ...external,
            beatBits: Math.min(external.beatBits + bits, MOST_BEAT_BITS),
            programDepth: deep(external.programDepth),
          },
    sequenceStream:
      sequenceStream === null ? null : { ...sequenceStream, programDepth: deep(sequenceStream.programDepth) },
  };
}
