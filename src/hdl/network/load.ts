import { TABLE_BITS, TABLE_ENTRIES } from '../../machine/formats.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { weightWordBits } from '../../machine/word_format.ts';
import { wordBits } from '../../program/field.ts';
import { STREAMS } from '../../program/instruction.ts';
import { AXIS_BITS } from '../../program/network/axes.ts';
import { PORT_WORD, STATE_WORD } from '../../program/network/host_tables.ts';
import { networkMemoryKind } from '../../program/network_image.ts';
import { READER_WORD, RECALL_WORD, UNIT_WORDS } from '../../program/unit_words.ts';
import { clog2 } from '../../util/fixed.ts';
import { lit, type ModulePlan, modulePlan } from '../module_plan.ts';

/** Bits of an entry of a memory that is loaded by parts. */
const PART_BITS = 32;
/** Kind on the load bus of all memories that are loaded by parts; which one it is, is their number. */
export const PARTS_KIND = networkMemoryKind('load').kind;

/** A kind of memories that can be loaded, as the load bus addresses them. */
export interface LoadableKind {
  readonly name: string;
  readonly kind: number;
  /** Memories of the kind. */
  readonly count: number;
  /** Entries of a memory on the bus, and bits of one. */
  readonly entries: number;
  readonly bits: number;
  /** Words of a memory that is loaded by parts, bits of one, and parts; else null. */
  readonly wide: { readonly words: number; readonly bits: number; readonly parts: number } | null;
}

/** Kinds of memories that hardware has. */
export function loadableKinds(sizes: NetworkSizes): LoadableKind[] {
  const { groups, lanes, elemLanes, external, sequenceStream } = sizes;
  const whole = (name: string, count: number, entries: number, bits: number): LoadableKind => {
    return { name, kind: networkMemoryKind(name).kind, count, entries, bits, wide: null };
  };
  const byParts = (name: string, words: number, bits: number): LoadableKind => {
    const parts = Math.ceil(bits / PART_BITS);
    const { kind } = networkMemoryKind(name);
    return { name, kind, count: 1, entries: words * parts, bits: PART_BITS, wide: { words, bits, parts } };
  };
  return [
    ...(external === null ? [whole('weights', groups * lanes, sizes.weightDepth, weightWordBits(sizes))] : []),
    whole('pointers', groups * lanes, sizes.pointerDepth, sizes.countBits),
    whole('params', elemLanes, sizes.paramDepth, paramBits(sizes)),
    whole('sigmoid', 1, TABLE_ENTRIES, TABLE_BITS),
    whole('tanh', 1, TABLE_ENTRIES, TABLE_BITS),
    ...(sizes.startDepth > 0 ? [whole('starts', groups * sizes.slice, sizes.startDepth, sizes.elementBits)] : []),
    ...STREAMS.map((stream) => byParts(stream, sizes.programDepth[stream], wordBits(UNIT_WORDS[stream]))),
    ...(external === null ? [] : [byParts('reader', external.programDepth, wordBits(READER_WORD))]),
    ...(sizes.utterance ? [byParts('axes', sizes.axes, AXIS_BITS)] : []),
    byParts('ports', 32, wordBits(PORT_WORD)),
    ...(sizes.stateDepth > 0 ? [byParts('states', sizes.stateDepth, wordBits(STATE_WORD))] : []),
    ...(sequenceStream === null ? [] : [byParts('recall', sequenceStream.programDepth, wordBits(RECALL_WORD))]),
  ];
}

/** What modules print that have the load bus: its widths, and the codes of the kinds of memories. */
export function loadView(sizes: NetworkSizes) {
  const kinds = loadableKinds(sizes);
  const kindOf = (name: string) => networkMemoryKind(name).kind;
  return {
    loadAddr: clog2(Math.max(...kinds.map(({ entries }) => entries))),
    loadData: Math.max(...kinds.map(({ bits }) => bits)),
    kindWeights: kindOf('weights'),
    kindPointers: kindOf('pointers'),
    kindParams: kindOf('params'),
    kindSigmoid: kindOf('sigmoid'),
    kindTanh: kindOf('tanh'),
    kindStarts: kindOf('starts'),
  };
}

/** Bits of a word of the parameter memories: bias, and peephole where any layer has them. */
export function paramBits({ biasBits, peepholes }: NetworkSizes): number {
  return biasBits + (peepholes ? 16 : 0);
}

/** Picks the words for one memory. */
export function loadDecode(sizes: NetworkSizes): ModulePlan {
  const { loadAddr, loadData } = loadView(sizes);
  return modulePlan('load_decode', { loadAddr, loadData });
}

/** Bundle of word_loader: enables, address, word; and where a memory has its own in it. */
export function wordLoad(sizes: NetworkSizes) {
  const kinds = loadableKinds(sizes).flatMap(({ name, kind, wide }) =>
    wide === null ? [] : [{ name, number: kind - PARTS_KIND, ...wide }],
  );
  const enables = Math.max(...kinds.map(({ number }) => number)) + 1;
  const addrBits = Math.max(...kinds.map(({ words }) => clog2(words)));
  const wordBits = PART_BITS * Math.max(...kinds.map(({ parts }) => parts));
  return { kinds, enables, addrBits, wordBits, bits: enables + addrBits + wordBits };
}

/** Bits of the bundle that one memory takes. */
export function wordLoadOf(sizes: NetworkSizes, name: string) {
  const { kinds, enables, addrBits, wordBits } = wordLoad(sizes);
  const own = kinds.find((kind) => kind.name === name)!;
  // A word of fewer parts than the widest one is in the upper ones.
  const low = wordBits - PART_BITS * own.parts;
  return {
    enable: addrBits + wordBits + own.number,
    addr: `${wordBits + clog2(own.words) - 1}:${wordBits}`,
    word: `${low + own.bits - 1}:${low}`,
    loadMsb: enables + addrBits + wordBits - 1,
  };
}

/** Collects the parts of wide words. */
export function wordLoader(sizes: NetworkSizes): ModulePlan {
  const { loadAddr, loadData } = loadView(sizes);
  const { kinds, enables, addrBits, wordBits, bits } = wordLoad(sizes);
  const partBits = clog2(wordBits / PART_BITS + 1);
  return {
    block: 'network/word_loader',
    file: 'word_loader',
    values: {
      ...{ loadAddr, loadData, enables, addrBits, wordBits },
      loadMsb: bits - 1,
      kind: PARTS_KIND,
      partBits,
      memories: kinds.map(({ name, number, parts }) => ({ name, number, last: lit(partBits, parts - 1) })),
    },
  };
}

/** What image_loader prints of the kinds. */
export function loaderKinds(sizes: NetworkSizes) {
  const { loadAddr } = loadView(sizes);
  return loadableKinds(sizes).map(({ kind, name, count, entries, bits }) => ({
    ...{ kind, name, count },
    depth: lit(loadAddr + 1, entries),
    parts: Math.ceil(bits / PART_BITS) - 1,
  }));
}
