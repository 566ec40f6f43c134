import { wordUnit } from '../../machine/machine.ts';
import { quoteName } from '../../util/quote_name.ts';
import { type FieldValues, packWord } from '../field.ts';
import {
  CHAINS,
  type Control,
  type Instruction,
  type LoadInstruction,
  SEMAPHORES,
  STREAMS,
  type StepAddress,
  type StoreInstruction,
  type Stream,
  type TileAddress,
  type Token,
  TURNS,
} from '../instruction.ts';
import type { Program } from '../program.ts';
import { slotFields } from '../slot_fields.ts';
import { quarterRound } from '../spectral_order.ts';
import { COUNTERS, LOOP_KINDS, LOOP_WORD, UNIT_OPS, UNIT_PLACES, UNIT_WORDS } from '../unit_words.ts';
import { groupPlace, groupRuns } from './group_view.ts';
import type { Placement } from './place.ts';
import type { PlacedSequence } from './sequence_words.ts';

/** Stands at the end of every stream: its unit waits there until all units do. */
export interface HaltInstruction {
  readonly op: 'halt';
}

/** An instruction as the hardware has it: loops may be endless. */
export type HardwareInstruction =
  | Instruction
  | { readonly op: 'loop'; readonly counter: 't'; readonly rounds: 'endless' }
  | HaltInstruction;

/**
 * The instructions of a stream as they stand in the hardware's program memory. A program that streams repeats its steps without an
 * end: what stands behind them only takes the last tokens, and is left out.
 */
export function hardwareStream({ mode, streams }: Program, stream: Stream): HardwareInstruction[] {
  const out: HardwareInstruction[] = [];
  let [depth, endless] = [0, false];
  for (const instruction of streams[stream] as readonly (Control | Instruction)[]) {
    if (instruction.op === 'end') depth--;
    if (instruction.op !== 'loop') out.push(instruction);
    else {
      const steps = mode === 'streaming' && instruction.counter === 't';
      endless ||= steps;
      out.push(steps ? { op: 'loop', counter: 't', rounds: 'endless' } : instruction);
      depth++;
    }
    if (endless && depth === 0) break;
  }
  return [...out, { op: 'halt' }];
}

/** What fills a program memory up. */
export const HALT_WORD = BigInt(UNIT_OPS.halt);

/** The words of the four program memories, least significant field first. */
export type UnitProgram = Readonly<Record<Stream, readonly bigint[]>>;

/**
 * Packs a program into the words of the hardware.
 *
 * @throws EsegenError where a value does not fit its field; it names the instruction and the field
 */
export function unitProgram(program: Program, placed: Placement): UnitProgram {
  const ends = frameEnds(program);
  const [load, mac, cell, store] = STREAMS.map((stream) =>
    hardwareStream(program, stream).map((instruction, at) => {
      const last = stream === 'store' && ends.has(at) ? { last: 1 } : {};
      return packUnitWord(program, placed, stream, instruction, last, `program: ${stream} ${at}`);
    }),
  );
  return { load: load!, mac: mac!, cell: cell!, store: store! };
}

/** STORE instructions with which a frame of an output ends: it may go out in parts. */
function frameEnds({ streams, views, outputs }: Program): ReadonlySet<number> {
  const ends = new Set<number>();
  const moved = new Map<number, number>();
  for (const [at, instruction] of streams.store.entries()) {
    if (instruction.op !== 'store' || !('output' in instruction.to)) continue;
    const { output } = instruction.to;
    const { rows, run } = views[instruction.from]!;
    const elements = (moved.get(output) ?? 0) + rows * run;
    const whole = elements === outputs[output]!.elements;
    if (whole) ends.add(at);
    moved.set(output, whole ? 0 : elements);
  }
  return ends;
}

/** Word of a loop, the same in all programs. */
export function loopWord(
  { counter, rounds }: Extract<HardwareInstruction, { readonly op: 'loop' }>,
  where: string,
): bigint {
  const own: FieldValues =
    rounds === 'endless'
      ? { loopKind: LOOP_KINDS.endless, rounds: 0 }
      : typeof rounds === 'number'
        ? { loopKind: LOOP_KINDS.rounds, rounds }
        : { loopKind: LOOP_KINDS.axis, rounds: rounds.axis };
  return packWord(LOOP_WORD, { op: UNIT_OPS.loop, counter: COUNTERS.indexOf(counter), ...own }, where);
}

function packUnitWord(
  program: Program,
  placed: Placement,
  stream: Stream,
  instruction: HardwareInstruction,
  last: FieldValues,
  where: string,
): bigint {
  const format = UNIT_WORDS[stream];
  const empty = Object.fromEntries(format.fields.map(({ name }) => [name, 0]));
  switch (instruction.op) {
    case 'loop':
      return loopWord(instruction, where);
    case 'end':
    case 'halt':
      return packWord(format, { ...empty, op: UNIT_OPS[instruction.op] }, where);
    case 'sync':
      return packWord(
        format,
        { ...empty, op: UNIT_OPS.sync, ...tokenFields(instruction.waits, instruction.posts) },
        where,
      );
    default: {
      const { waits, posts } = instruction;
      const values = { op: UNIT_OPS.work, ...tokenFields(waits, posts), ...workFields(program, placed, instruction) };
      return packWord(format, { ...empty, ...values, ...last }, where);
    }
  }
}

/** Fields of the tokens of an instruction. */
export function tokenFields(waits: readonly Token[], posts: readonly Token[]): FieldValues {
  const named = { wait0: waits[0], wait1: waits[1], post0: posts[0], post1: posts[1] };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, token]) => [
      [name, token === undefined ? 0 : SEMAPHORES.indexOf(token.semaphore)],
      [`${name}Count`, token?.count ?? 0],
    ]),
  );
}

function tileFields({ base, t, p, q }: TileAddress): FieldValues {
  return { tileBase: base, tileT: t, tileP: p, tileQ: q };
}

type Work = Extract<Instruction, { op: 'load' | 'store' | 'mac' | 'cell' }>;

function workFields(program: Program, placed: Placement, instruction: Work): FieldValues {
  switch (instruction.op) {
    case 'mac': {
      const { segment, source, tile, align, previous, chain, turn } = instruction;
      const { pointerBase, wordBase, columns, rowMask } = placed.segments.get(segment)!;
      const { block, period, rows, kindsTurned } = program.segments[segment]!;
      const view = program.views[source]!;
      const { groups, lanes } = program.machine;
      const quarters = kindsTurned ? rows / period / quarterRound(block!, lanes)! : 0;
      const { replicated } = program.vectors[view.vector]!;
      const run = Math.ceil(view.run / groups);
      if (view.taps * view.rows * run !== (block === null ? columns : 2 * columns))
        throw new Error(`a view of other columns than its segment ${segment}`);
      if (block !== null) refusePlace(program, source, block);
      return {
        ...tileFields(tile),
        ...{ align, previous: Number(previous), chain: CHAINS.indexOf(chain) },
        ...(block === null ? {} : { blockBits: blockBits(block), periodBits: Math.log2(period), rowMask, quarters }),
        ...{ turn: TURNS.indexOf(turn), taps: view.taps, slotStep: view.slot.step },
        ...groupRuns(program, source),
        run,
        ...groupPlace(program, source, 'source', replicated ? 1 : groups),
        ...{ pointerBase, wordBase },
      };
    }
    case 'cell': {
      const { slotProgram, parameters, tile, cells, state, to, block, kindsTurned, drop } = instruction;
      const unit = wordUnit(program.machine);
      return {
        ...tileFields(tile),
        ...slotFields(program.slotPrograms[slotProgram]!),
        ...{ paramBase: placed.parameters.get(parameters)!.base, cells, hasState: Number(state !== null) },
        ...{ blockBits: blockBits(block), kindsTurned: Number(kindsTurned), drop },
        ...(state === null ? {} : groupPlace(program, state, 'state', unit)),
        ...groupPlace(program, to, 'dest', unit),
      };
    }
    case 'load':
      return moveFields(program, placed, instruction, instruction.to, instruction.from);
    case 'store':
      return moveFields(program, placed, instruction, instruction.from, instruction.to);
  }
}

/** Lanes know the pair of a column from its address in the vector memory. */
function refusePlace({ views, vectors }: Program, source: number, block: number): void {
  const { vector, taps, rows, pStride, qStride } = views[source]!;
  const { name, base, slotWords, replicated } = vectors[vector]!;
  if (replicated || taps * rows !== 1 || [base, slotWords, pStride, qStride].some((words) => words % block !== 0)) {
    throw new Error(`spectra ${quoteName(name)} do not begin at a multiple of the block ${block}, or not in one run`);
  }
}

function blockBits(block: number | null): number {
  return block === null ? 0 : Math.log2(block);
}

/** LOAD and STORE: the view in VMEM, and what is at the other end. */
function moveFields(
  program: Program,
  placed: Placement,
  { op }: LoadInstruction | StoreInstruction,
  view: number,
  other: LoadInstruction['from'] | StoreInstruction['to'],
): FieldValues {
  const { run } = program.views[view]!;
  const unit = wordUnit(program.machine);
  const own = {
    ...{ ...groupRuns(program, view), run },
    ...groupPlace(program, view, op === 'load' ? 'dest' : 'source', unit),
  };
  if ('view' in other) {
    const dest = groupPlace(program, other.view, 'dest', unit);
    const turn = TURNS.indexOf(other.turn);
    return { ...own, place: UNIT_PLACES.view, blockBits: blockBits(other.block), turn, ...dest };
  }
  if (!('sequence' in other)) {
    return { ...own, place: UNIT_PLACES.port, port: 'input' in other ? other.input : other.output };
  }
  return { ...own, place: UNIT_PLACES.sequence, ...sequenceFields(program, placed.sequences, other) };
}

/** Fields of a frame of a sequence. */
export function sequenceFields(
  program: Program,
  sequences: readonly PlacedSequence[],
  { sequence, step: { t, p, offset, backward } }: { readonly sequence: number; readonly step: StepAddress },
): FieldValues {
  const { base, words } = sequences[sequence]!;
  const step = { stepT: t, stepP: p, stepOffset: offset, backward: Number(backward) };
  return { sequenceBase: base, sequenceWords: words, axis: program.sequences[sequence]!.axis, ...step };
}
