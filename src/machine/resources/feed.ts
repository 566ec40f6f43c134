import { clog2, unsignedBits } from '../../util/fixed.ts';
import { readLag } from '../queue_depth.ts';
import { selectsOf } from '../sizes.ts';
import { storeTile } from '../voice_tiles.ts';
import { registerCopies, type Unit, unit } from './unit.ts';

/** Sizes of what brings columns to the lanes. */
export interface FeedSizes {
  readonly groups: number;
  /** Feeds of a group: one a lane, or one. */
  readonly feeds: number;
  readonly channels: number;
  readonly vectorBits: number;
  readonly actBits: number;
  readonly countBits: number;
  /** Bits of a word's address; 0 where the words come from external memory in their order. */
  readonly addrBits: number;
  readonly queueDepth: number;
  /** Whether columns may be pairs of a block-circulant layer. */
  readonly blocks: boolean;
  /** Whether a lane waits for the other of its pair. */
  readonly pairs: boolean;
  /** Whether the lanes of a group take an entry together. */
  readonly inStep: boolean;
  /** Registers of a feed that lanes decode by. */
  readonly ways: number;
  /** One-layer hardware: columns on their way can be held, and the elements are aligned in vector tiles. */
  readonly held: boolean;
}

/** Feeds of a network that share a register of the first column (src/hdl/network/feed.ts). */
const FIRST_FEEDS = 16;
/** Bits of the shape of a spectral column, and of the others that lanes decode by. */
const SHAPE_BITS = 17;
const DECODED = 4;

/** Pointer stage: start, count and next address. */
function ptrRead({ groups, feeds, countBits, addrBits, held }: FeedSizes): Unit {
  return unit('ptr_read', groups * feeds, {
    counted: { ff: 1 + countBits + 2 * addrBits },
    lut: {
      held: held ? 1 : 0,
      ...(addrBits === 0 ? { countBitsOfDram: countBits, oneOfDram: 1 } : { countBits, addrBits, one: 1 }),
    },
  });
}

/** Ring of entries in distributed RAM, with its level. */
function actQueue({ groups, feeds, countBits, addrBits, queueDepth, blocks }: FeedSizes): Unit {
  const width = 3 + (blocks ? SHAPE_BITS : 0) + addrBits + countBits;
  if (queueDepth === 1) {
    return unit('act_queue', groups * feeds, { counted: { ff: 1 + width }, lut: { register: 1 } });
  }
  return queueUnit(groups * feeds, width, queueDepth);
}

/** A queue in distributed RAM: two pointers, one of them twice, a level, and its comparison with every depth. */
export function queueUnit(instances: number, width: number, depth: number): Unit {
  const pointer = clog2(depth);
  return unit('act_queue', instances, {
    counted: { ff: 3 * pointer + unsignedBits(depth) + 2 },
    rams: [{ words: depth, bits: width }],
    lut: { pointer, reached: depth, one: 1 },
  });
}

/**
 * Activations of the entries in distributed RAM, some voices in each: two pointers, entries that were taken; a register behind it for lanes in
 * step, else the pointer that reads twice.
 */
function actStore({ groups, feeds, channels, actBits, queueDepth, blocks, inStep }: FeedSizes): Unit {
  const tile = storeTile(channels, actBits);
  const stores = (channels / tile) * (blocks ? 2 : 1);
  const lag = readLag(blocks);
  const place = clog2(queueDepth + lag);
  return unit('act_store', groups * feeds * stores, {
    counted: { ff: (inStep && !blocks ? tile * actBits : place) + 2 * place + lag },
    rams: [{ words: 2 ** place, bits: tile * actBits }],
    lut: { place, one: 1 },
  });
}

/** Reader of the words of an entry: three stages, the words left, the address; those of pairs of elements choose their activations. */
function spmatRead(sizes: FeedSizes): Unit[] {
  const { groups, feeds, channels, actBits, countBits, addrBits, blocks, pairs, inStep, ways } = sizes;
  const all = groups * feeds;
  const decoded = inStep ? 0 : DECODED;
  if (!blocks) {
    const reader = unit('spmat_read', all, {
      counted: { ff: 13 + decoded + countBits + addrBits },
      lut: addrBits === 0 ? { countBitsOfDram: countBits, oneOfDram: 1 } : { countBits, addrBits, one: 1 },
    });
    return inStep ? [reader, registerCopies(all * ways, DECODED)] : [reader];
  }
  const reader = unit('spmat_read', all, {
    counted: { ff: inStep ? 0 : decoded + 1 + SHAPE_BITS },
    lut: {
      countBits,
      addrBits,
      actsOfBlocks: channels * actBits,
      pairs: pairs ? 1 : 0,
      shapes: inStep ? SHAPE_BITS : 0,
      oneOfBlocks: 1,
    },
    ff: { countBits, addrBits, actsOfBlocks: channels * actBits, oneOfBlocks: 1 },
  });
  return [
    reader,
    registerCopies(all * selectsOf(channels), 2),
    ...(inStep ? [registerCopies(all * ways, DECODED + 1), registerCopies(all * ways, SHAPE_BITS)] : []),
  ];
}

/** Way of a column to the feeds; in networks with the aligner, which shifts the element of every voice to the fraction bits of its sums. */
function actBroadcast({ groups, channels, vectorBits, actBits, addrBits, held, blocks }: FeedSizes): Unit {
  if (held) {
    // The bank is three registers in a row: a shift register in a look-up table a bit.
    return unit('act_broadcast', groups, { counted: { lutram: 2 }, lut: { layer: 1 }, ff: { addrBits, layer: 1 } });
  }
  const acts = channels * actBits;
  return unit('act_broadcast', groups, {
    counted: { lutram: 1 + (blocks ? SHAPE_BITS : 0) },
    lut: { acts, elements: channels * vectorBits, actsOfBlocks: blocks ? acts : 0, network: 1 },
    ff: { acts, actsOfBlocks: blocks ? acts : 0, channels, addrBits, blocks: blocks ? 1 : 0, network: 1 },
  });
}

/** Units that bring columns from the issuers to the lanes. */
export function feedUnits(sizes: FeedSizes): Unit[] {
  const { groups, feeds } = sizes;
  return [
    ptrRead(sizes),
    actQueue(sizes),
    actStore(sizes),
    ...spmatRead(sizes),
    // Its own reset.
    unit('column_feed', groups * feeds, { counted: { ff: 1 } }),
    actBroadcast(sizes),
    ...(sizes.held || sizes.addrBits === 0 ? [] : [registerCopies(groups * Math.ceil(feeds / FIRST_FEEDS), 1)]),
  ];
}
