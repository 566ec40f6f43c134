import type { NetworkRoom } from '../../machine/config.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { EsegenError } from '../../util/errors.ts';
import { clog2, unsignedBits } from '../../util/fixed.ts';
import { STREAMS } from '../instruction.ts';
import { SLOT_KINDS } from '../slot_fields.ts';

type SlotKind = NetworkSizes['kinds'][number];

/** States and numbers of steps of other networks. */
const ROOM_STATES = 16;
const ROOM_AXES = 4;
/** Slot kinds of a feature. */
const KINDS_OF: Readonly<Record<string, readonly SlotKind[]>> = {
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

/** A size that hardware has and a network needs, and how a config asks for more of it. */
interface Need {
  readonly what: string;
  readonly has: number;
  readonly needs: number;
  /** Key of `room`. */
  readonly key?: keyof NetworkRoom;
  /** Of the key, where it counts otherwise. */
  readonly least?: number;
}

function needsOf(hardware: NetworkSizes, own: NetworkSizes): Need[] {
  const need = (what: string, of: (sizes: NetworkSizes) => number, key?: keyof NetworkRoom): Need => {
    const needs = of(own);
    return { what, has: of(hardware), needs, ...(key === undefined ? {} : { key, least: needs }) };
  };
  const { slice } = own;
  return [
    need('words of a lane', (s) => s.weightDepth, 'words'),
    need('columns of a group', (s) => s.pointerDepth, 'columns'),
    need('parameters of an ElemMul lane', (s) => s.paramDepth, 'parameters'),
    need('elements of a group in the vector memory', (s) => s.vmemWords * slice, 'elements'),
    need('accumulators of a PE', (s) => s.tileRows, 'rows'),
    ...STREAMS.map((stream) => need(`instructions of ${stream}`, (s) => s.programDepth[stream], 'instructions')),
    need('instructions of the reader', (s) => s.external?.programDepth ?? 0, 'instructions'),
    need('instructions of recall', (s) => s.sequenceStream?.programDepth ?? 0, 'instructions'),
    need('bits of a beat number', (s) => s.external?.beatBits ?? 0),
    need(
      `${own.sequenceStream === null ? 'words' : 'lines'} of the sequence memory`,
      (s) => s.sequenceWords,
      'sequence',
    ),
    need('bits of a cell state', (s) => s.elementBits),
    need('states', (s) => s.stateDepth),
    need('numbers of steps', (s) => s.axes),
    need('bits of an accumulator', (s) => s.accBits, 'bits'),
    need('bits of a bias', (s) => s.biasBits, 'bits'),
    need('bits of a sum', (s) => s.sumBits, 'bits'),
    need('bits of an aligned element', (s) => s.actBits, 'bits'),
    need('bits of a word count', (s) => s.countBits),
  ];
}

/**
 * Refuses a network that hardware has no room for.
 *
 * @param own what the network needs
 * @param bits `room.bits` of the hardware
 * @throws EsegenError that names all sizes that are too large and all that is missing, and the room that would do for them
 */
export function refuseTooLarge(hardware: NetworkSizes, own: NetworkSizes, bits: number): void {
  const where = 'network';
  const equal: readonly [string, (sizes: NetworkSizes) => unknown][] = [
    ['mode', (s) => (s.utterance ? 'utterance' : 'streaming')],
    ['range of the sigmoid table', (s) => s.sigmoidRange],
    ['range of the tanh table', (s) => s.tanhRange],
  ];
  for (const [what, of] of equal) {
    if (of(own) === of(hardware)) continue;
    throw new EsegenError(where, `${what}: expected ${of(hardware)} as the hardware has it, got ${of(own)}`, ANOTHER);
  }
  const shortages = [...tooSmall(hardware, own, bits), ...missing(hardware, own)];
  if (shortages.length > 0)
    throw new EsegenError(where, shortages.map(({ what }) => what).join('; '), roomFor(shortages));
  if (own.saturate || hardware.saturate) {
    if (own.saturate !== hardware.saturate || own.accBits !== hardware.accBits) {
      const bits = `${hardware.accBits} bits${hardware.saturate ? ', saturating' : ''}`;
      throw new EsegenError(where, `its accumulators are others than those of the hardware: ${bits}`, ANOTHER);
    }
  }
  const block = own.blocks.find((size) => !hardware.blocks.includes(size));
  if (block !== undefined)
    throw new EsegenError(where, `has transforms of blocks of ${block}, the hardware has none`, ANOTHER);
  const [largest, has] = [Math.max(0, ...own.blocks), Math.max(0, ...hardware.blocks)];
  if (largest > 0 && largest < has && has > hardware.elemLanes) {
    // Blocks are turned as wholes of the largest, for which its vectors have no room.
    throw new EsegenError(where, `has blocks of at most ${largest}, the hardware turns ${has} elements`, ANOTHER);
  }
  if (hardware.sharedCounts && !own.sharedCounts) {
    const fix = 'Use "encoding": "column-balanced", or build hardware for this network';
    throw new EsegenError(where, 'its lanes have different counts, those of the hardware share them', fix);
  }
}

const ANOTHER = 'Build hardware for this network';

/** What hardware has too little of. */
interface Shortage {
  readonly what: string;
  /** Key of `room` and its least value, or the feature, that would do; neither where no room does. */
  readonly size?: readonly [keyof NetworkRoom, number];
  readonly feature?: string;
}

function tooSmall(hardware: NetworkSizes, own: NetworkSizes, bits: number): Shortage[] {
  return needsOf(hardware, own)
    .filter(({ has, needs }) => needs > has)
    .map(({ what, has, needs, key, least }) => ({
      what: `needs ${needs} ${what}, the hardware has ${has}`,
      ...(key === undefined ? {} : { size: [key, key === 'bits' ? bits + needs - has : least!] as const }),
    }));
}

function missing(hardware: NetworkSizes, own: NetworkSizes): Shortage[] {
  const kinds = own.kinds.filter((kind) => !hardware.kinds.includes(kind));
  const found: (readonly [string, string])[] = kinds.map((kind) => [
    `has layers of kind ${kind}, the hardware has none`,
    Object.entries(KINDS_OF).find(([, all]) => all.includes(kind))![0],
  ]);
  if (own.peepholes && !hardware.peepholes) found.push(['has peepholes, the hardware has none', 'peepholes']);
  if (own.replicated && !hardware.replicated) {
    found.push(['has windows that begin anywhere in a group, the hardware has none', 'windows']);
  }
  if (own.startDepth > hardware.startDepth) {
    const depth = hardware.startDepth;
    const which = depth === 0 ? 'all of them' : `those behind ${depth * own.slice} elements of a group`;
    const what = `starts from constant states that are not zero, the hardware starts ${which} from zeros`;
    found.push([what, 'initialStates']);
  }
  return found.map(([what, feature]) => ({ what, feature }));
}

/** The `room` that all shortages together ask for. */
function roomFor(shortages: readonly Shortage[]): string {
  const sizes = new Map<string, number>();
  const features = new Set<string>();
  for (const { size, feature } of shortages) {
    if (feature !== undefined) features.add(feature);
    else if (size === undefined) return ANOTHER;
    else sizes.set(size[0], Math.max(size[1], sizes.get(size[0]) ?? 0));
  }
  const entries = [...sizes].map(([key, value]) => `"${key}": ${value}`);
  if (features.size > 0) entries.push(`"features": [${[...features].map((name) => `"${name}"`).join(', ')}]`);
  return `Build the hardware with "room": { ${entries.join(', ')} }${sizes.size > 0 ? ', or more' : ''}`;
}
