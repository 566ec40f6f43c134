import { type NetworkRoom, ROOM_FEATURES } from '../../machine/config.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { EsegenError } from '../../util/errors.ts';
import { STREAMS } from '../instruction.ts';
import { KINDS_OF, withRoom } from './room.ts';

type Feature = (typeof ROOM_FEATURES)[number];
/** Keys of `room` that are sizes. */
type Size = Exclude<keyof NetworkRoom, 'features'>;

/** A size that hardware has and a network needs, and how a config asks for more of it. */
interface Need {
  readonly what: string;
  readonly has: number;
  readonly needs: number;
  /** Key of `room`. */
  readonly key?: Size;
  /** Of the key, where it counts otherwise. */
  readonly least?: number;
}

function needsOf(hardware: NetworkSizes, own: NetworkSizes): Need[] {
  const need = (what: string, of: (sizes: NetworkSizes) => number, key?: Size): Need => {
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
  refuseShortages(hardware, own, bits);
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
const NO_SIZES: Readonly<Record<Size, number>> = {
  ...{ words: 0, columns: 0, parameters: 0, elements: 0, rows: 0 },
  ...{ instructions: 0, sequence: 0, bits: 0 },
};

/** Names all that a `room` of the config can give more of, and the room that would do; what no room gives is named beside it. */
function refuseShortages(hardware: NetworkSizes, own: NetworkSizes, bits: number): void {
  const short = needsOf(hardware, own).filter(isShort);
  const missing = missingFeatures(hardware, own);
  if (short.length + missing.length === 0) return;
  const sizes: Record<Size, number> = { ...NO_SIZES };
  for (const { key, has, needs, least } of short) {
    if (key !== undefined) sizes[key] = Math.max(sizes[key], key === 'bits' ? needs - has : (least ?? needs));
  }
  const features = missing.map(({ feature }) => feature);
  // Some sizes follow from others: what is still short with that room is what counts.
  const beyond = new Set(
    needsOf(withRoom(hardware, { ...sizes, features }), own)
      .filter(isShort)
      .map(({ what }) => what),
  );
  const counted = short.filter(({ what, key }) => key !== undefined || beyond.has(what));
  const named = [
    ...counted.map(({ what, has, needs }) => `needs ${needs} ${what}, the hardware has ${has}`),
    ...missing.map(({ what }) => what),
  ];
  const fix =
    beyond.size > 0 ? ANOTHER : roomText({ ...sizes, bits: sizes.bits > 0 ? bits + sizes.bits : 0, features });
  throw new EsegenError('network', named.join('; '), fix);
}

function isShort({ needs, has }: Need): boolean {
  return needs > has;
}

function missingFeatures(hardware: NetworkSizes, own: NetworkSizes): { what: string; feature: Feature }[] {
  const kinds = own.kinds.filter((kind) => !hardware.kinds.includes(kind));
  const found = kinds.map((kind) => ({
    what: `has layers of kind ${kind}, the hardware has none`,
    feature: ROOM_FEATURES.find((feature) => KINDS_OF[feature]?.includes(kind))!,
  }));
  if (own.peepholes && !hardware.peepholes) {
    found.push({ what: 'has peepholes, the hardware has none', feature: 'peepholes' });
  }
  if (own.replicated && !hardware.replicated) {
    found.push({ what: 'has windows that begin anywhere in a group, the hardware has none', feature: 'windows' });
  }
  if (own.startDepth > hardware.startDepth) {
    const depth = hardware.startDepth;
    const which = depth === 0 ? 'all of them' : `those behind ${depth * own.slice} elements of a group`;
    const what = `starts from constant states that are not zero, the hardware starts ${which} from zeros`;
    found.push({ what, feature: 'initialStates' });
  }
  return found;
}

/** How a config asks for room. */
function roomText({ features, ...sizes }: NetworkRoom): string {
  const entries = Object.entries(sizes).filter(([, least]) => least > 0);
  const texts = entries.map(([key, least]) => `"${key}": ${least}`);
  const names = [...new Set(features)].map((feature) => `"${feature}"`);
  if (names.length > 0) texts.push(`"features": [${names.join(', ')}]`);
  return `Build the hardware with "room": { ${texts.join(', ')} }${entries.length > 0 ? ', or more' : ''}`;
}
