import type { Config } from '../../machine/config.ts';
import { PEEP_BITS, VALUE_BITS } from '../../machine/formats.ts';
import type { NetworkSizes } from '../../machine/network_sizes.ts';
import { sequenceStreamOf } from '../../machine/sequence_stream.ts';
import { EsegenError } from '../../util/errors.ts';
import { bitsFor, clog2, unsignedBits } from '../../util/fixed.ts';
import { quoteName } from '../../util/quote_name.ts';
import { countsAreShared } from '../encode.ts';
import { STREAMS } from '../instruction.ts';
import { hasStart, type Program } from '../program.ts';
import { SLOT_KINDS } from '../slot_fields.ts';
import { cellRowBits } from '../transform_bounds.ts';
import { lineWordsOf, type Placement, placeProgram } from './place.ts';
import { recallStream } from './recall_program.ts';
import { refuseUnsupported } from './refusals.ts';
import { withRoom } from './room.ts';
import { sequenceWords } from './sequence_words.ts';
import { weightStreamOf } from './stream_rows.ts';
import { hardwareStream } from './unit_program.ts';

/** Widest exact sum of a row: the golden model's doubles hold it. */
const MAX_SUM_BITS = 52;
/** Bits of the address of the sequence memory. */
const SEQUENCE_BITS = 24;

/** Memories have at least two words, so that every address has a bit. */
function depth(words: number): number {
  return Math.max(words, 2);
}

/**
 * Sizes of the hardware for a program: as small as it allows, or with the room that the config asks for.
 *
 * @param placed where the parts of the program lie; by default they are placed here
 * @throws EsegenError where the hardware cannot run it, or something is too large
 */
export function sizesOf(program: Program, config: Config, placed = placeProgram(program, config)): NetworkSizes {
  refuseUnsupported(program, config);
  const { machine, segments, vectors, streams } = program;
  const { channels, groups, lanes, elemLanes, vectorBits, weightBits, indexBits } = machine;
  const slice = Math.max(elemLanes / groups, 1);
  const rows = [...placed.segments.keys()].map((number) => {
    const { rows: all, period } = segments[number]!;
    return period * Math.ceil(all / period / lanes);
  });
  const tileRows = depth(Math.max(0, ...rows));
  const aligns = streams.mac.map((instruction) => (instruction.op === 'mac' ? instruction.align : 0));
  const addresses = vectors.reduce((most, { base, slots, slotWords }) => Math.max(most, base + slots * slotWords), 0);
  const parameterWords = [...placed.parameters.values()].reduce((sum, { words }) => sum + words, 0);
  const inStep = config.activationQueue === 'group';
  const utterance = program.mode === 'utterance';
  const programDepth = Object.fromEntries(
    STREAMS.map((stream) => [stream, depth(hardwareStream(program, stream).length)]),
  ) as Record<(typeof STREAMS)[number], number>;
  const blocks = blocksOf(program);
  const arithmetic = sumsOf(program, blocks);
  const own: NetworkSizes = {
    ...{ channels, groups, lanes, elemLanes, slice, spread: Math.max(groups / elemLanes, 1) },
    ...{ inputBeat: config.inputBeat, beat: config.outputBeat },
    ...{ vectorBits, elementBits: elementBits(program), weightBits, indexBits },
    actBits: vectorBits + Math.max(0, ...aligns),
    ...arithmetic,
    tileRows,
    rowBits: Math.max(clog2(tileRows), 3),
    fifoDepth: config.fifoDepth,
    vmemWords: depth(Math.ceil(addresses / slice)),
    startDepth: startWords(program, slice),
    replicated: vectors.some(({ replicated }) => replicated),
    ...weightMemory(placed, groups, inStep),
    ultra: config.weights === 'uram',
    external: weightStreamOf(program, config, placed),
    paramDepth: depth(parameterWords),
    programDepth,
    utterance,
    axes: program.axes.length,
    sequenceWords: sequenceMemory(program, lineWordsOf(config)),
    sequenceStream: sequencesElsewhere(program, config),
    stateDepth: hostStates(program) === 0 ? 0 : depth(hostStates(program)),
    kinds: SLOT_KINDS.filter((kind) => program.slotPrograms.some((slot) => slot.kind === kind)),
    blocks,
    sigmoidRange: program.tables.sigmoidRange,
    tanhRange: program.tables.tanhRange,
  };
  return config.room === undefined ? own : withRoom(own, config.room);
}

/** Words of a group's VMEM, a power of two, among which all vectors lie that start from other values than zeros; 0: there are none. */
function startWords({ vectors }: Program, slice: number): number {
  const ends = vectors.filter(hasStart).map(({ base, slotWords }) => base + slotWords);
  return ends.length === 0 ? 0 : depth(2 ** clog2(Math.ceil(Math.max(...ends) / slice)));
}

/** Bits of an element of VMEM: as many as the widest vector has, if that is more than elements have. */
function elementBits({ machine, vectors }: Program): number {
  return vectors.reduce((most, { format }) => Math.max(most, format.bits), machine.vectorBits);
}

/** States that a host can reach: step by step, and of elements that its registers have room for. */
function hostStates(program: Program): number {
  const hidden = program.mode === 'utterance' || elementBits(program) > VALUE_BITS;
  return hidden ? 0 : program.states.length;
}

/** Blocks whose transforms a program uses, rising. */
function blocksOf({ streams }: Program): number[] {
  const used = new Set<number>();
  for (const instruction of streams.cell) {
    if (instruction.op === 'cell' && instruction.block !== null) used.add(instruction.block);
  }
  return [...used].sort((a, b) => a - b);
}

type WeightSizes = 'weightDepth' | 'addrBits' | 'pointerDepth' | 'pointerBits' | 'countBits' | 'sharedCounts';

/** Memories of a lane's words and counts. */
export function weightMemory(
  { segments }: Placement,
  groups: number,
  inStep: boolean,
): Pick<NetworkSizes, WeightSizes | 'inStep'> {
  let [words, columns, largestCount, lastBase] = [0, 0, 0, 0];
  for (const { words: own, columns: ownColumns, wordBase, encoded } of segments.values()) {
    words = wordBase + own;
    columns += ownColumns;
    lastBase = wordBase;
    for (const counts of encoded.counts) largestCount = counts.reduce((a, b) => Math.max(a, b), largestCount);
  }
  // A word count must fit the address it is added to, and so must the base of a segment without words.
  const weightDepth = depth(Math.max(words, largestCount + 1, lastBase + 1));
  return {
    weightDepth,
    addrBits: clog2(weightDepth),
    pointerDepth: depth(columns),
    pointerBits: clog2(depth(columns)),
    countBits: Math.max(unsignedBits(largestCount), 2),
    sharedCounts: [...segments.values()].every(({ encoded }) => countsAreShared(encoded, groups)),
    inStep,
  };
}

/**
 * Accumulators, biases, and the exact sum of a row.
 *
 * @throws EsegenError where accumulators that saturate have several widths, or a sum is too wide
 */
function sumsOf(
  program: Program,
  blocks: readonly number[],
): Pick<NetworkSizes, 'accBits' | 'saturate' | 'biasBits' | 'peepholes' | 'sumBits'> {
  const { machine, segments, slotPrograms, parameters } = program;
  const accBits = segments.reduce((most, { accumulator }) => Math.max(most, accumulator.bits), 2);
  const saturate = segments.some(({ accumulator }) => accumulator.saturate);
  // Sums that never leave their accumulators are right in any wider one, saturating or not.
  for (const { name, accumulator } of segments) {
    if (!accumulator.saturate || accumulator.bits === accBits) continue;
    throw new EsegenError(
      `segment ${quoteName(name)}`,
      `saturates at ${accumulator.bits} bits, another needs ${accBits}; accumulators have one width`,
      `Use "accumulatorBits": ${accBits}, or "exact"`,
    );
  }
  const biases = parameters.map(({ bias }) => bias.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const biasBits = Math.max(bitsFor(Math.max(0, ...biases)), 2);
  const beside = slotPrograms.map((slot) => {
    if (slot.kind === 'lstm' && slot.peepShift !== null) {
      return 2 ** (PEEP_BITS - 1 + slot.c.bits - 1 + slot.peepShift);
    }
    return slot.kind === 'gruAfter' ? 2 ** Math.max(slot.hidden.bits - 1 + slot.sumFrac - slot.hidden.frac, 0) : 0;
  });
  const peepholes = slotPrograms.some((slot) => slot.kind === 'lstm' && slot.peepShift !== null);
  const sumBits = Math.max(
    bitsFor(machine.groups * 2 ** (accBits - 1) + 2 ** (biasBits - 1) + Math.max(0, ...beside)),
    cellRowBits(accBits, machine.groups, blocks) + 1,
    biasBits + 1,
    peepholes ? PEEP_BITS + elementBits(program) + 1 : 0,
  );
  if (sumBits > MAX_SUM_BITS) {
    throw new EsegenError(
      'sums',
      `need ${sumBits} bits, at most ${MAX_SUM_BITS} are supported`,
      'Force accumulatorBits',
    );
  }
  return { accBits, saturate, biasBits, peepholes, sumBits };
}

/**
 * Words of the sequence memory.
 *
 * @throws EsegenError where they are more than its address reaches, with the number of steps that would fit
 */
function sequenceMemory(program: Program, lineWords: number): number {
  const { maxSteps } = program.machine;
  const most = 2 ** SEQUENCE_BITS;
  const words = sequenceWords(program, lineWords, maxSteps);
  if (words <= most) return words === 0 ? 0 : depth(words);
  const fits = stepsThatFit(program, lineWords, most);
  throw new EsegenError(
    'sequence memory',
    `expected at most ${most} ${lineWords === 1 ? 'words' : 'lines'}, ${maxSteps} steps take ${words}`,
    `Use "sequence": { "maxSteps": ${fits} }`,
  );
}

/** The sequence memory in external memory; null where it is on chip, or there is none. */
function sequencesElsewhere(program: Program, config: Config): NetworkSizes['sequenceStream'] {
  const stream = sequenceStreamOf(config);
  return stream === null || program.sequences.length === 0
    ? null
    : { ...stream, programDepth: depth(recallStream(program).length) };
}

/** Most steps of the input, up to those that the program is made for, for which a sequence memory of so many words, or lines, has room; 0: none. */
export function stepsThatFit(program: Program, lineWords: number, most: number): number {
  const { maxSteps } = program.machine;
  const words = sequenceWords(program, lineWords, maxSteps);
  if (words <= most) return maxSteps;
  let fits = Math.floor((maxSteps * most) / words);
  while (fits > 0 && sequenceWords(program, lineWords, fits) > most) fits--;
  return fits;
}
